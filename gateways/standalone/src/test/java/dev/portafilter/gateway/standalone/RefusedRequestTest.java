package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.dylibso.chicory.wabt.Wat2Wasm;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What plugins read in {@code on_log} of requests that the gateway refused; each was seen side by side with Envoy 1.40.0. */
@Timeout(60)
class RefusedRequestTest {
    /** Logs the host, the scheme and the details, each in a line of its own. */
    private static final String PLUGIN = """
            (module
              (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
              (import "env" "proxy_get_property" (func $get (param i32 i32 i32 i32) (result i32)))
              (memory (export "memory") 1)
              (data (i32.const 16) "request\\00hostrequest\\00schemeresponse\\00code_details")
              (data (i32.const 128) "none")
              (func (export "proxy_abi_version_0_2_1"))
              (func (export "malloc") (param i32) (result i32) (i32.const 2048))
              (func $say (param i32 i32)
                (if (call $get (local.get 0) (local.get 1) (i32.const 1024) (i32.const 1028))
                  (then (drop (call $log (i32.const 2) (i32.const 128) (i32.const 4))))
                  (else (drop (call $log (i32.const 2) (i32.load (i32.const 1024)) (i32.load (i32.const 1028)))))))
              (func (export "proxy_on_log") (param i32)
                (call $say (i32.const 16) (i32.const 12))
                (call $say (i32.const 28) (i32.const 14))
                (call $say (i32.const 42) (i32.const 21))))
            """;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /x#f    | a | none | path_normalization_failed",
                "OPTIONS *   | a | none | absolute_path_rejected",
                "GET /x      | a | http | via_upstream"
            })
    void log_hasWhatTheClientSent(String request, String host, String scheme, String details) throws Exception {
        PluginSpec plugin = PluginSpec.builder("log", ModuleSource.of(Wat2Wasm.parse(PLUGIN)))
                .build();
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = new GatewayFixture(
                        GatewayOptions.builder(upstream.target()).workers(1), plugin)) {
            fixture.ask(request + " HTTP/1.1\nhost: a\n\n");
            assertThat(fixture.logged()).isEqualTo(host);
            assertThat(fixture.logged()).isEqualTo(scheme);
            assertThat(fixture.logged()).isEqualTo(details);
        }
    }
}
