package dev.portafilter.runtime.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WireRulesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    :authority | 404 |
                    :path      | 404 |
                    :method    | 503 | missing required header: :method
                    """)
    void request_withoutRequiredHeader_isRefused(String name, int status, String body) {
        HeaderMap headers = request();
        headers.remove(name);
        assertRefused(WireRules.refusal(Direction.REQUEST, headers), status, body == null ? "" : body);
    }

    @Test
    void request_withoutScheme_goesOn() {
        HeaderMap headers = request();
        headers.remove(":scheme");
        assertThat(WireRules.refusal(Direction.REQUEST, headers)).isNull();
    }

    @ParameterizedTest
    @CsvSource({":method,G T", ":method,''", ":path,/a b"})
    void request_thatWouldBreakTheRequestLine_isRefused(String name, String value) {
        HeaderMap headers = request();
        headers.replace(name, value);
        assertThat(WireRules.refusal(Direction.REQUEST, headers)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"''", "abc", "99", "1000", "'200,200'", "100"})
    void response_withStatusThatIsNone_isRefused(String status) {
        HeaderMap headers = HeaderMap.of(":status", status, "x", "1");
        assertRefused(WireRules.refusal(Direction.RESPONSE, headers), 502, "missing required header: :status");
    }

    @Test
    void response_withoutStatus_isRefused() {
        assertThat(WireRules.refusal(Direction.RESPONSE, HeaderMap.of("x", "1")))
                .isNotNull();
    }

    @Test
    void reply_withHeadersAboutTheConnection_leavesWithoutThem() {
        HeaderMap given = HeaderMap.of(":status", "200", "connection", "close", "keep-alive", "5", "upgrade", "h2c");
        given.add("transfer-encoding", "chunked");
        given.add("proxy-connection", "close");
        assertThat(WireRules.withoutConnection(given)).hasToString("{:status: 200, keep-alive: 5}");
        assertThat(given.count()).isEqualTo(6);
        HeaderMap plain = HeaderMap.of(":status", "200");
        assertThat(WireRules.withoutConnection(plain)).isSameAs(plain);
    }

    @Test
    void wire_ofCleanMap_isTheMapItself() {
        HeaderMap headers = request();
        assertThat(WireRules.onTheWire(Direction.REQUEST, headers)).isSameAs(headers);
    }

    @Test
    void wire_hasNoEmptyNamesAndNoHost() {
        HeaderMap headers = request();
        headers.add("", "x");
        headers.add("host", "other");
        assertThat(WireRules.onTheWire(Direction.REQUEST, headers)).isEqualTo(request());
    }

    @Test
    void wire_withHostOnly_hasItAsAuthority() {
        HeaderMap headers = HeaderMap.of(":path", "/", ":method", "GET", "host", "a.example");
        assertThat(WireRules.refusal(Direction.REQUEST, headers)).isNull();
        assertThat(WireRules.onTheWire(Direction.REQUEST, headers).get(":authority"))
                .isEqualTo("a.example");
    }

    @Test
    void wire_withRepeatedPseudoHeader_joinsItsValues() {
        HeaderMap headers = HeaderMap.of(":path", "/a", ":path", "/b", ":method", "GET", ":authority", "h");
        assertThat(WireRules.onTheWire(Direction.REQUEST, headers).get(":path")).isEqualTo("/a,/b");
    }

    private static void assertRefused(LocalReply reply, int status, String body) {
        assertThat(reply).isNotNull();
        assertThat(reply.headers(request()).get(":status")).isEqualTo(Integer.toString(status));
        assertThat(new String(reply.body(request()), US_ASCII)).isEqualTo(body);
    }

    private static HeaderMap request() {
        return HeaderMap.of(":authority", "example.com", ":path", "/", ":method", "GET", ":scheme", "http");
    }
}
