package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayOptionsTest {
    @ParameterizedTest
    @CsvSource({
        "http://a, http://a:80",
        "HTTP://a:81/, http://a:81",
        "https://a, https://a:443",
        "h2c://a:50051, h2c://a:50051",
        "http://[::1]:8080, http://[::1]:8080",
    })
    void target_isRead(String given, String expected) {
        assertThat(Target.parse(given)).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "a:80",
                "ftp://a",
                "http://",
                "http://a/p",
                "http://u@a",
                "http://a?q",
                "http://a:0",
                "http://a:99999",
                "http://a b",
                "http://a#f"
            })
    void target_thatIsNone_isRefused(String given) {
        assertThatThrownBy(() -> Target.parse(given))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"" + given + "\" is no server"
                        + " (expected: http://HOST:PORT, https://HOST:PORT or h2c://HOST:PORT)");
    }

    @Test
    void endpoint_isRead() {
        assertThat(Endpoint.parse("localhost:80")).isEqualTo(new Endpoint("localhost", 80));
        assertThat(Endpoint.parse("0.0.0.0:0")).hasToString("0.0.0.0:0");
        assertThat(Endpoint.parse("[::1]:80").host()).isEqualTo("::1");
        assertThat(Endpoint.parse("[::1]:80")).hasToString("[::1]:80");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", ":80", "a:", "a:-1", "a:65536", "::1:80", "a:b"})
    void endpoint_thatIsNone_isRefused(String given) {
        assertThatThrownBy(() -> Endpoint.parse(given))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"" + given + "\" is no endpoint (expected: HOST:PORT)");
    }

    @Test
    void limits_outOfRange_areRefused() {
        assertThatThrownBy(() -> GatewayLimits.DEFAULT.withTimeouts(-1, 0))
                .hasMessage("requestTimeoutMillis: -1 is out of range (expected: 0..86400000)");
    }

    @Test
    void cluster_namedUpstream_isRefused() {
        assertThatThrownBy(() -> GatewayOptions.builder(Target.parse("http://a"))
                        .cluster("upstream", Target.parse("http://b"))
                        .build())
                .hasMessage("cluster: \"upstream\" is the upstream (expected: another name)");
    }
}
