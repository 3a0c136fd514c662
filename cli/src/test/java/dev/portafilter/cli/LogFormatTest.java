package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class LogFormatTest {
    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.006Z");

    @Test
    void text_ofAPlugin_isOneLineInTheDocumentedForm() {
        assertThat(LogFormat.TEXT.plugin(TIME, "INFO", "default.auth", 7, "hello\nthere"))
                .isEqualTo("2026-01-02T03:04:05.006Z INFO plugin=default.auth context=7 hello\\nthere");
    }

    @Test
    void json_ofAPlugin_isOneObjectWithTheDocumentedKeys() {
        assertThat(LogFormat.JSON.plugin(TIME, "WARN", "ns.p", -1, "say \"hi\"\u0007"))
                .isEqualTo("{\"time\":\"2026-01-02T03:04:05.006Z\",\"level\":\"WARN\",\"plugin\":\"ns.p\","
                        + "\"context\":4294967295,\"message\":\"say \\\"hi\\\"\\u0007\"}");
    }

    @Test
    void text_ofTheHost_namesItsSource() {
        assertThat(LogFormat.TEXT.host(TIME, "ERROR", "Engine", "failed"))
                .isEqualTo("2026-01-02T03:04:05.006Z ERROR Engine failed");
    }
}
