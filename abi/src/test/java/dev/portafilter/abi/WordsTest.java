package dev.portafilter.abi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The numbers of ABI reference, section 0.3. */
class WordsTest {
    @Test
    void statuses_haveTheirNumbers() {
        assertThat(Status.values()).hasSize(13);
        assertThat(Status.OK.code()).isZero();
        assertThat(Status.NOT_FOUND.code()).isEqualTo(1);
        assertThat(Status.BAD_ARGUMENT.code()).isEqualTo(2);
        assertThat(Status.SERIALIZATION_FAILURE.code()).isEqualTo(3);
        assertThat(Status.PARSE_FAILURE.code()).isEqualTo(4);
        assertThat(Status.BAD_EXPRESSION.code()).isEqualTo(5);
        assertThat(Status.INVALID_MEMORY_ACCESS.code()).isEqualTo(6);
        assertThat(Status.EMPTY.code()).isEqualTo(7);
        assertThat(Status.CAS_MISMATCH.code()).isEqualTo(8);
        assertThat(Status.RESULT_MISMATCH.code()).isEqualTo(9);
        assertThat(Status.INTERNAL_FAILURE.code()).isEqualTo(10);
        assertThat(Status.BROKEN_CONNECTION.code()).isEqualTo(11);
        assertThat(Status.UNIMPLEMENTED.code()).isEqualTo(12);
    }

    @Test
    void types_haveTheirNumbers_andNoOthers() {
        assertThat(LogLevel.of(0)).isEqualTo(LogLevel.TRACE);
        assertThat(LogLevel.of(5)).isEqualTo(LogLevel.CRITICAL);
        assertThat(LogLevel.of(6)).isNull();
        assertThat(MapType.of(3)).isEqualTo(MapType.HTTP_RESPONSE_TRAILERS);
        assertThat(MapType.of(7)).isEqualTo(MapType.HTTP_CALL_RESPONSE_TRAILERS);
        assertThat(MapType.of(8)).isNull();
        assertThat(BufferType.of(4)).isEqualTo(BufferType.HTTP_CALL_RESPONSE_BODY);
        assertThat(BufferType.of(8)).isEqualTo(BufferType.CALL_DATA);
        assertThat(BufferType.of(9)).isNull();
        assertThat(StreamType.of(3)).isEqualTo(StreamType.UPSTREAM);
        assertThat(StreamType.of(4)).isNull();
        assertThat(PeerType.of(2)).isEqualTo(PeerType.REMOTE);
        assertThat(PeerType.of(3)).isNull();
        assertThat(MetricType.of(2)).isEqualTo(MetricType.HISTOGRAM);
        assertThat(MetricType.of(3)).isNull();
        assertThat(MapType.of(-1)).isNull();
        assertThat(BufferType.of(-1)).isNull();
    }

    @Test
    void rangesOfTheTable_areThoseOfTheTypes() {
        assertThat(Param.Kind.LOG_LEVEL.maximum()).isEqualTo(LogLevel.values().length - 1);
        assertThat(Param.Kind.MAP_TYPE.maximum()).isEqualTo(MapType.values().length - 1);
        assertThat(Param.Kind.BUFFER_TYPE.maximum()).isEqualTo(BufferType.values().length - 1);
        assertThat(Param.Kind.STREAM_TYPE.maximum()).isEqualTo(StreamType.values().length - 1);
    }

    @Test
    void versions_areFoundByTheirMarker() {
        for (AbiVersion version : AbiVersion.values()) {
            assertThat(AbiVersion.ofMarker(version.marker())).isEqualTo(version);
            assertThat(version.marker())
                    .isEqualTo("proxy_abi_version_" + version.text().replace('.', '_'));
        }
        assertThat(AbiVersion.ofMarker("proxy_abi_version_0_3_0")).isNull();
    }
}
