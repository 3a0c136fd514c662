package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What becomes of entries that plugins have added several times. */
class HeaderLinesTest {
    private final MultiMap lines = HttpHeaders.headers();

    @Test
    void request_withRepeatedEntries_hasOneLineForSomeNames() {
        HeaderMap headers = HeaderMap.of(":path", "/", "accept", "1", "x-own", "1", "te", "trailers", "accept", "2");
        headers.add("x-own", "2");
        headers.add("te", "gzip");
        HeaderLines.addRequest(lines, headers, true);
        assertThat(shown()).containsExactly("accept: 1,2", "x-own: 1", "te: trailers,gzip", "x-own: 2");
    }

    @Test
    void request_withAnEmptyEntry_hasNoCommaForIt() {
        HeaderMap headers = HeaderMap.of(":path", "/", "accept", "", "accept", "1", "accept", "", "accept", "2");
        HeaderLines.addRequest(lines, headers, true);
        assertThat(shown()).containsExactly("accept: 1,2");
    }

    @Test
    void response_withRepeatedEntries_hasOneLineForSomeNames() {
        HeaderMap headers = HeaderMap.of(":status", "200", "vary", "1", "set-cookie", "a", "vary", "2", "pragma", "1");
        headers.add("set-cookie", "b");
        headers.add("pragma", "2");
        headers.add("connection", "close");
        HeaderLines.addResponse(lines, headers, true);
        assertThat(shown()).containsExactly("vary: 1,2", "set-cookie: a", "pragma: 1", "set-cookie: b", "pragma: 2");
    }

    @Test
    void trailers_withRepeatedEntries_haveOneLineForTheStatusOfGrpcOnly() {
        HeaderMap trailers = HeaderMap.of("vary", "1", "vary", "2", "grpc-status", "1", "grpc-status", "2");
        HeaderLines.addTrailers(lines, trailers);
        assertThat(shown()).containsExactly("vary: 1", "vary: 2", "grpc-status: 1,2");
    }

    private List<String> shown() {
        return lines.entries().stream().map(HeaderLinesTest::shown).toList();
    }

    private static String shown(Map.Entry<String, String> line) {
        return line.getKey() + ": " + line.getValue();
    }
}
