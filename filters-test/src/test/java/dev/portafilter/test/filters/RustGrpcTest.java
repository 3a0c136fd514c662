package dev.portafilter.test.filters;

import static dev.portafilter.test.filters.TestFilter.host;
import static dev.portafilter.test.filters.TestFilter.lines;
import static dev.portafilter.test.filters.TestFilter.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.ScriptedGrpcCalls.Call;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestHosts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the Rust SDK offers for gRPC. */
class RustGrpcTest {
    private static final HeaderMap REFUSED = HeaderMap.of(
            ":status", "200", "content-type", "application/grpc", "grpc-status", "7", "grpc-message", "not allowed");

    @RegisterExtension
    final TestHosts hosts = new TestHosts();

    @Test
    void call_answered_letsTheRequestGo() {
        TestHost host = start("call grpc s.S Ok 500");
        InMemoryExchange exchange = host.open().get("/empty");
        Call call = host.grpcCalls().last();
        assertThat(call.request().path()).isEqualTo("/s.S/Ok");
        assertThat(call.request().timeoutMillis()).isEqualTo(500);
        assertThat(lines(call.request().metadata())).containsExactly("x-by: rust-grpc");
        assertThat(call.sentText()).containsExactly("\n\6/empty");
        assertThat(exchange.upstream().headers()).isNull();

        call.answer("answer");
        host.runAll();
        assertThat(exchange.upstream().header("x-grpc-status")).isEqualTo("0");
        assertThat(exchange.upstream().header("x-grpc-answer")).isEqualTo("answer");
        assertThat(host.log().take()).contains("call true: status 0, 6 bytes");
        exchange.respond(204, "");
    }

    @Test
    void call_thatFails_tellsStatusAndMessage() {
        TestHost host = start("call grpc s.S Fail 500");
        InMemoryExchange refused = host.open().get("/");
        host.grpcCalls().last().head(REFUSED, true);
        InMemoryExchange late = host.open().get("/");
        host.grpcCalls().last().timeOut();
        InMemoryExchange unreachable = host.open().get("/");
        host.grpcCalls().last().refuse();
        host.runAll();

        assertThat(message(refused)).isEqualTo("7 not allowed");
        assertThat(message(late)).isEqualTo("14 upstream request timeout");
        assertThat(message(unreachable))
                .isEqualTo("14 upstream connect error or disconnect/reset before headers."
                        + " reset reason: remote connection failure");
        refused.respond(204, "");
        late.respond(204, "");
        unreachable.respond(204, "");
    }

    @Test
    void call_toNobody_doesNotStart() {
        TestHost host = start("call nowhere s.S Ok 500");
        InMemoryExchange exchange = host.open().get("/").respond(204, "");
        assertThat(exchange.upstream().header("x-grpc-refused")).isEqualTo("ParseFailure");
        assertThat(host.log().take()).contains("not started: ParseFailure");
    }

    @Test
    void stream_closedByTheFilter_tellsAllUntilTheServersEnd() {
        TestHost host = start("stream grpc s.S Bidi");
        InMemoryExchange exchange = host.open().get("/empty");
        Call stream = host.grpcCalls().last();
        assertThat(stream.request().timeoutMillis()).isEqualTo(-1);
        assertThat(stream.sentText()).containsExactly("\n\6/empty", "\n\7/enough");
        assertThat(stream.ended()).isTrue();
        stream.head("x-init", "i").message("echo\n\6/empty").message("echo\n\7/enough");
        stream.trailers(HeaderMap.of("grpc-status", "0", "grpc-message", "bye", "x-trail", "t"));
        host.runAll();
        assertThat(said(exchange))
                .isEqualTo("initial true i, message echo/empty, message echo/enough, trailing true t, close 0 0 bye");
    }

    @Test
    void stream_openWhileMessagesCome_isAnsweredAndEnded() {
        TestHost host = start("stream grpc s.S Bidi");
        InMemoryExchange exchange = host.open().post("/empty").requestBody("q", true);
        Call stream = host.grpcCalls().last();
        assertThat(stream.ended()).isFalse();
        stream.head("x-init", "i").message("echo\n\7/enough");
        host.runAll();
        assertThat(stream.sentText()).containsExactly("\n\6/empty", "\n\7/enough", "\n\7the end");
        assertThat(stream.ended()).isTrue();
        stream.status(0, "bye");
        host.runAll();
        assertThat(said(exchange)).isEqualTo("initial true i, message echo/enough, trailing true , close 0 0 bye");
        assertThat(exchange.upstream().bodyText()).isEqualTo("q");
    }

    @Test
    void stream_thatFails_isClosedWithItsStatus() {
        TestHost host = start("stream grpc s.S Fail");
        InMemoryExchange refused = host.open().get("/");
        host.grpcCalls().last().head(REFUSED, true);
        InMemoryExchange reset = host.open().get("/");
        host.grpcCalls().last().head("x-init", "i").reset();
        host.runAll();
        assertThat(said(refused)).isEqualTo("initial false , trailing true , close 7 7 not allowed");
        assertThat(said(reset))
                .isEqualTo("initial true i, trailing false , close 13 13 upstream_reset_after_response_started");
    }

    @Test
    void callAndStream_cancelledAtOnce_areHeardOfNoMore() {
        TestHost host = start("cancel grpc s.S Hang");
        InMemoryExchange exchange = host.open().get("/").respond(204, "");
        assertThat(exchange.upstream().header("x-cancelled")).isEqualTo("both");
        assertThat(host.grpcCalls().calls()).hasSize(2).allMatch(Call::cancelled);
    }

    @Test
    void configuration_thatIsWrong_isRefused() {
        TestHost host = hosts.start(host(spec("rust-grpc", "dance")));
        assertThat(host.log().take()).containsExactly("configuration refused: dance");
        assertThat(host.open().get("/").client().status()).isEqualTo(503);
    }

    private TestHost start(String configuration) {
        return hosts.start(host(spec("rust-grpc", configuration)).cluster("grpc"));
    }

    private static String message(InMemoryExchange exchange) {
        return exchange.upstream().header("x-grpc-message");
    }

    private static String said(InMemoryExchange exchange) {
        exchange.respond(204, "");
        return exchange.upstream().header("x-grpc-stream");
    }
}
