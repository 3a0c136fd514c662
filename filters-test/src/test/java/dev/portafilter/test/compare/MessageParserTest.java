package dev.portafilter.test.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageParserTest {
    private final List<String> parts = new ArrayList<>();

    private final MessageParser.Sink sink = new MessageParser.Sink() {
        @Override
        public void head(String startLine, List<String> headers, boolean end) {
            parts.add(startLine + " " + headers + (end ? " end" : ""));
        }

        @Override
        public void body(byte[] data, boolean end) {
            parts.add(new String(data, StandardCharsets.ISO_8859_1) + (end ? " end" : ""));
        }

        @Override
        public void trailers(List<String> lines) {
            parts.add("trailers " + lines);
        }
    };

    private void take(MessageParser parser, String... texts) {
        for (String text : texts) {
            parser.take(text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    @Test
    void request_withoutBody_endsWithItsHead() {
        take(new MessageParser(true, false, sink), "GET / HTTP/1.1\r\nhost: a\r\n", "\r\n");
        assertThat(parts).containsExactly("GET / HTTP/1.1 [host: a] end");
    }

    @Test
    void body_ofALength_endsWithIt() {
        take(new MessageParser(true, false, sink), "POST / HTTP/1.1\ncontent-length: 5\n\nhe", "llo");
        assertThat(parts).containsExactly("POST / HTTP/1.1 [content-length: 5]", "he", "llo end");
    }

    @Test
    void chunks_arePartsOfTheirOwn_andEndWithTrailers() {
        take(
                new MessageParser(false, false, sink),
                "HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n3\none\n2\nt",
                "w\n0\nx: 1\n\n");
        assertThat(parts)
                .containsExactly("HTTP/1.1 200 OK [transfer-encoding: chunked]", "one", "t", "w", "trailers [x: 1]");
    }

    @Test
    void response_behindAnInformationalOne_isTheMessage() {
        take(new MessageParser(false, true, sink), "HTTP/1.1 103 Early\nlink: a\n\nHTTP/1.1 200 OK\n\n");
        assertThat(parts).containsExactly("HTTP/1.1 103 Early [link: a]", "HTTP/1.1 200 OK [] end");
    }

    @Test
    void response_ofNoLength_endsWhenItIsClosed() {
        MessageParser parser = new MessageParser(false, false, sink);
        take(parser, "HTTP/1.1 200 OK\n\nall", " of it");
        parser.close();
        assertThat(parts).containsExactly("HTTP/1.1 200 OK []", "all", " of it", " end");
    }
}
