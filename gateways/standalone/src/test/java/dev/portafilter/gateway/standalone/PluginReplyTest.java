package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.dylibso.chicory.wabt.Wat2Wasm;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a response that a plugin makes does to the client's connection; each was seen side by side with Envoy 1.40.0. */
@Timeout(60)
class PluginReplyTest {
    private static PluginSpec replying(int status) {
        String text = """
            (module
              (import "env" "proxy_send_local_response"
                (func $reply (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
              (memory (export "memory") 1)
              (data (i32.const 16) "no")
              (func (export "proxy_abi_version_0_2_1"))
              (func (export "malloc") (param i32) (result i32) (i32.const 1024))
              (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
                (drop (call $reply (i32.const %d) (i32.const 0) (i32.const 0) (i32.const 16) (i32.const 2)
                  (i32.const 0) (i32.const 0) (i32.const -1)))
                (i32.const 1)))
            """.formatted(status);
        return PluginSpec.builder("replying", ModuleSource.of(Wat2Wasm.parse(text)))
                .build();
    }

    private static GatewayFixture fixture(StubUpstream upstream, int status) throws Exception {
        return new GatewayFixture(GatewayOptions.builder(upstream.target()).workers(1), replying(status));
    }

    @ParameterizedTest
    @CsvSource({"200, false", "403, false", "400, true", "413, false", "503, false"})
    void connection_isClosedBehindA400(int status, boolean closed) throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = fixture(upstream, status)) {
            RawClient.Message answer = fixture.ask("GET / HTTP/1.1\nhost: a\n\n");
            assertThat(answer.startLine()).startsWith("HTTP/1.1 " + status + " ");
            assertThat(answer.text()).isEqualTo("no");
            assertThat(answer.headers().contains("connection: close")).isEqualTo(closed);
        }
    }

    @Test
    void requestsBehindA400_areNotServed() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = fixture(upstream, 400);
                RawClient client = fixture.connect()) {
            client.send("GET /1 HTTP/1.1\nhost: a\n\nGET /2 HTTP/1.1\nhost: a\n\n");
            assertThat(client.response().startLine()).isEqualTo("HTTP/1.1 400 Bad Request");
            assertThat(client.read(new byte[1])).isEqualTo(-1);
        }
    }
}
