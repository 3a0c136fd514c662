package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.dylibso.chicory.wabt.Wat2Wasm;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A plugin that holds a request until a gRPC server has answered it. */
@Timeout(60)
class GrpcPluginTest {
    /** Makes a call and opens a stream for each request, logs every message, and goes on when the stream is over. */
    private static final String PLUGIN = """
            (module
              (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
              (import "env" "proxy_get_buffer_bytes" (func $get (param i32 i32 i32 i32 i32) (result i32)))
              (import "env" "proxy_grpc_call" (func $call (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
              (import "env" "proxy_grpc_stream" (func $stream (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
              (import "env" "proxy_grpc_send" (func $send (param i32 i32 i32 i32) (result i32)))
              (import "env" "proxy_grpc_close" (func $close (param i32) (result i32)))
              (import "env" "proxy_set_effective_context" (func $effective (param i32) (result i32)))
              (import "env" "proxy_continue_stream" (func $continue (param i32) (result i32)))
              (memory (export "memory") 2)
              (data (i32.const 16) "authpkg.SvcUnaryBidihelloone")
              (data (i32.const 64) "closed 0")
              (global $request (mut i32) (i32.const 0))
              (func (export "proxy_abi_version_0_2_1"))
              (func (export "malloc") (param i32) (result i32) (i32.const 65536))
              (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
                (global.set $request (local.get 0))
                (drop (call $call (i32.const 16) (i32.const 4) (i32.const 20) (i32.const 7) (i32.const 27) (i32.const 5)
                  (i32.const 0) (i32.const 0) (i32.const 36) (i32.const 5) (i32.const 30000) (i32.const 128)))
                (drop (call $stream (i32.const 16) (i32.const 4) (i32.const 20) (i32.const 7) (i32.const 32) (i32.const 4)
                  (i32.const 0) (i32.const 0) (i32.const 132)))
                (drop (call $send (i32.load (i32.const 132)) (i32.const 41) (i32.const 3) (i32.const 0)))
                (drop (call $close (i32.load (i32.const 132))))
                (i32.const 1))
              (func (export "proxy_on_grpc_receive") (param i32 i32 i32)
                (drop (call $get (i32.const 5) (i32.const 0) (i32.const -1) (i32.const 136) (i32.const 140)))
                (drop (call $log (i32.const 2) (i32.load (i32.const 136)) (i32.load (i32.const 140)))))
              (func (export "proxy_on_grpc_close") (param i32 i32 i32)
                (i32.store8 (i32.const 71) (i32.add (i32.const 48) (local.get 2)))
                (drop (call $log (i32.const 2) (i32.const 64) (i32.const 8)))
                (drop (call $effective (global.get $request)))
                (drop (call $continue (i32.const 0)))))
            """;

    @Test
    void request_waitsForTheServersAnswers() throws Exception {
        PluginSpec plugin = PluginSpec.builder("auth", ModuleSource.of(Wat2Wasm.parse(PLUGIN)))
                .build();
        try (RealGrpcServer auth = new RealGrpcServer();
                StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = new GatewayFixture(
                        GatewayOptions.builder(upstream.target())
                                .workers(1)
                                .cluster("auth", auth.target(Target.Protocol.HTTP)),
                        plugin)) {
            assertThat(fixture.ask("GET / HTTP/1.1\nhost: x\n\n").startLine()).isEqualTo("HTTP/1.1 200 OK");
            List<String> log = List.of(fixture.logged(), fixture.logged(), fixture.logged());
            assertThat(log).containsExactlyInAnyOrder("echo hello", "echo one", "closed 0");
            assertThat(log).containsSubsequence("echo one", "closed 0");
        }
    }
}
