package dev.portafilter.runtime.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BodyBufferTest {
    private final BodyBuffer buffer = new BodyBuffer();

    @Test
    void buffer_oneChunkUnchanged_givesTheSameArrayBack() {
        byte[] chunk = bytes("hello");
        buffer.append(chunk);
        assertThat(buffer.take()).isSameAs(chunk);
        assertThat(buffer.size()).isZero();
    }

    @Test
    void buffer_secondChunk_leavesTheFirstArrayAlone() {
        byte[] first = bytes("hello");
        buffer.append(first);
        buffer.append(bytes(", world"));
        assertThat(first).isEqualTo(bytes("hello"));
        assertThat(buffer.take()).isEqualTo(bytes("hello, world"));
    }

    @Test
    void buffer_manySmallChunks_keepTheirOrder() {
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            buffer.append(bytes(i + ","));
            expected.append(i).append(',');
        }
        assertThat(buffer.take()).isEqualTo(bytes(expected.toString()));
    }

    @Test
    void splice_inTheMiddle_replacesOnlyThatPart() {
        buffer.append(bytes("hello"));
        buffer.splice(1, 3, bytes("--"));
        assertThat(buffer.take()).isEqualTo(bytes("h--o"));
    }

    @Test
    void splice_ofNothing_prependsAndAppends() {
        buffer.append(bytes("b"));
        buffer.splice(0, 0, bytes("a"));
        buffer.splice(2, 0, bytes("c"));
        assertThat(buffer.take()).isEqualTo(bytes("abc"));
    }

    @Test
    void change_isReportedOnce() {
        buffer.append(bytes("a"));
        assertThat(buffer.takeChanged()).isFalse();
        buffer.splice(0, 1, bytes("b"));
        assertThat(buffer.takeChanged()).isTrue();
        assertThat(buffer.takeChanged()).isFalse();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(US_ASCII);
    }
}
