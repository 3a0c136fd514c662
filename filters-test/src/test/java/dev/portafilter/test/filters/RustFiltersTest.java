package dev.portafilter.test.filters;

import static dev.portafilter.test.filters.TestFilter.host;
import static dev.portafilter.test.filters.TestFilter.lines;
import static dev.portafilter.test.filters.TestFilter.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.ScriptedHttpCalls.Call;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestHosts;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the Rust SDK offers: calls after calls, ticks of the root context, whole bodies, trailers. */
class RustFiltersTest {
    @RegisterExtension
    final TestHosts hosts = new TestHosts();

    @Test
    void callAfterCall_untilTheLastAnswer_holdsTheRequest() {
        TestHost host = chain("first second");
        InMemoryExchange exchange = host.open().get("/");
        Call ticket = host.httpCalls().last();
        assertThat(lines(ticket.request().headers()))
                .containsExactly(
                        ":method: POST", ":path: /ticket", ":authority: first", "x-method: GET", "content-length: 14");
        assertThat(lines(ticket.request().trailers())).containsExactly("x-end: 1");
        answer(host, ticket, "T-1");
        Call page = host.httpCalls().last();
        assertThat(lines(page.request().headers()))
                .containsExactly(":method: GET", ":path: /pages/0", ":authority: second", "x-ticket: T-1");
        answer(host, page, "p0", "x-more", "1");
        assertThat(exchange.upstream().headers()).isNull();
        answer(host, host.httpCalls().last(), "p1");

        assertThat(exchange.upstream().header("x-ticket")).isEqualTo("T-1");
        assertThat(exchange.upstream().header("x-pages")).isEqualTo("p0,p1");
        exchange.respond(200, "");
        assertThat(host.log().take())
                .containsExactly(
                        "status 200, headers true, 3 bytes, 0 trailers",
                        "status 200, headers true, 2 bytes, 0 trailers",
                        "status 200, headers true, 2 bytes, 0 trailers");
    }

    @Test
    void callAfterCall_thatFails_isAnsweredByTheFilter() {
        TestHost host = chain("first second");
        InMemoryExchange unreachable = host.open().get("/");
        host.httpCalls().last().unreachable("remote connection failure");
        host.runAll();
        assertThat(unreachable.client().status()).isEqualTo(502);
        assertThat(unreachable.client().bodyText()).isEqualTo("no ticket: 503");
        assertThat(unreachable.client().header("x-chain")).isEqualTo("broken");

        InMemoryExchange late = host.open().get("/");
        answer(host, host.httpCalls().last(), "T-2");
        host.httpCalls().last().timeOut();
        host.runAll();
        assertThat(late.client().status()).isEqualTo(504);
        assertThat(late.client().bodyText()).isEqualTo("page 0: 504");

        InMemoryExchange broken = host.open().get("/");
        host.httpCalls().last().breakOff("reset");
        host.runAll();
        assertThat(broken.client().bodyText()).isEqualTo("no ticket: ");
        assertThat(host.log().take()).last().isEqualTo("status , headers false, 0 bytes, 0 trailers");
    }

    @Test
    void callAfterCall_toNobody_isRefusedAtOnceAndLater() {
        InMemoryExchange atOnce = chain("nowhere nowhere").open().get("/");
        assertThat(atOnce.client().bodyText()).isEqualTo("nowhere cannot be called: BadArgument");
        TestHost host = chain("first nowhere");
        InMemoryExchange later = host.open().get("/");
        answer(host, host.httpCalls().last(), "T-1");
        assertThat(later.client().bodyText()).isEqualTo("nowhere cannot be called: BadArgument");
    }

    @Test
    void callAnswered_afterTheClientLeft_isForNobody() {
        TestHost host = chain("first second");
        host.open().get("/").clientReset();
        answer(host, host.httpCalls().last(), "T-1");
        assertThat(host.log().take()).containsExactly("the client left before the chain was done");
        assertThat(host.httpCalls().calls()).hasSize(1);
    }

    @Test
    void ticks_letRequestsAndResponsesGo_soManyAtATime() {
        TestHost host = hosts.start(host(spec("rust-valve", "100 2")));
        InMemoryExchange a = host.open().get("/a");
        InMemoryExchange b = host.open().post("/b").requestBody("x", false).requestBody("y", true);
        InMemoryExchange c = host.open().get("/c");
        host.advanceMillis(100);
        assertThat(a.upstream().header("x-valve-request")).isEqualTo("2");
        assertThat(b.upstream().header("x-valve-request")).isEqualTo("1");
        assertThat(b.upstream().bodyText()).isEqualTo("xy");
        assertThat(c.upstream().headers()).isNull();
        a.respond(200, "");
        b.respond(200, "response body");
        host.advanceMillis(100);
        assertThat(c.upstream().header("x-valve-request")).isEqualTo("2");
        assertThat(a.client().header("x-valve-response")).isEqualTo("1");
        assertThat(b.client().headers()).isNull();
        host.advanceMillis(100);
        assertThat(b.client().header("x-valve-response")).isEqualTo("0");
        assertThat(b.client().bodyText()).isEqualTo("response body");
        c.respond(204, "");
        host.advanceMillis(100);
        assertThat(c.client().status()).isEqualTo(204);
    }

    @Test
    void ticks_findThoseThatWaitTooMany_refused() {
        TestHost host = hosts.start(host(spec("rust-valve", "100 8")));
        List<InMemoryExchange> waiting = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            waiting.add(host.open().get("/" + i));
        }
        InMemoryExchange ninth = host.open().get("/8");
        assertThat(lines(Objects.requireNonNull(ninth.client().headers())))
                .containsExactly(":status: 429", "x-valve: full");
        waiting.remove(3).clientReset();
        host.advanceMillis(100);
        waiting.forEach(exchange -> exchange.respond(204, ""));
        host.advanceMillis(100);
        assertThat(waiting).allMatch(InMemoryExchange::finished);
    }

    @Test
    void end_withNothingWaiting_comesAtOnce() {
        TestHost host = hosts.start(host(spec("rust-valve", "100 1")));
        host.close();
        assertThat(host.log().take()).containsExactly("end with 0 waiting");
        assertThat(host.host().closed().toCompletableFuture()).isCompleted();
    }

    @Test
    void end_whileARequestWaits_comesWhenItIsGone() {
        TestHost host = hosts.start(host(spec("rust-valve", "100 1")));
        InMemoryExchange exchange = host.open().get("/");
        host.close();
        assertThat(host.log().take()).containsExactly("end with 1 waiting");
        // As in Envoy there are no ticks any more.
        host.advanceMillis(100);
        assertThat(exchange.upstream().headers()).isNull();
        assertThat(host.host().closed().toCompletableFuture()).isNotCompleted();
        exchange.clientReset();
        assertThat(host.log().take()).containsExactly("done");
        host.advanceMillis(60_000);
        assertThat(host.host().closed().toCompletableFuture()).isCompleted();
    }

    @Test
    void bodies_heldToTheirEnd_getTrailers() {
        TestHost host = hosts.start(host(spec("rust-whole", "reverse")));
        InMemoryExchange exchange = talk(host, false);
        assertThat(exchange.upstream().bodyText()).isEqualTo("!dlrow ,ereht ,olleh");
        assertThat(lines(Objects.requireNonNull(exchange.upstream().trailers())))
                .containsExactly("x-sum: 20-1805");
        assertThat(exchange.client().bodyText()).isEqualTo("!dlrow ,ereht ,olleh");
        assertThat(lines(Objects.requireNonNull(exchange.client().trailers()))).containsExactly("x-sum: 20-1805");
    }

    @Test
    void bodies_heldToTheirTrailers_areChangedThere() {
        for (String work : new String[] {"keep", "reverse"}) {
            TestHost host = hosts.start(host(spec("rust-whole", work)));
            InMemoryExchange exchange = talk(host, true);
            String body = work.equals("keep") ? "hello, there, world!" : "!dlrow ,ereht ,olleh";
            assertThat(exchange.upstream().bodyText()).isEqualTo(body);
            assertThat(lines(Objects.requireNonNull(exchange.upstream().trailers())))
                    .containsExactly("x-t: 1", "x-sum: 20-1805");
            assertThat(exchange.client().bodyText()).isEqualTo(body);
            assertThat(lines(Objects.requireNonNull(exchange.client().trailers())))
                    .containsExactly("x-t: 1", "x-t: 2", "x-sum: 20-1805");
            assertThat(host.log().take()).containsExactly("2 trailers after 20 bytes");
        }
    }

    @Test
    void body_refusedAtItsEnd_isAnsweredAndTheAnswerGetsATrailer() {
        TestHost host = hosts.start(host(spec("rust-whole", "refuse there")));
        for (boolean trailers : new boolean[] {false, true}) {
            InMemoryExchange exchange = host.open().post("/");
            exchange.requestBody("hello, ", false).requestBody("there", !trailers);
            if (trailers) {
                exchange.requestTrailers("x-t", "1");
            }
            assertThat(exchange.client().status()).isEqualTo(403);
            assertThat(exchange.client().bodyText()).isEqualTo("refused\n");
            assertThat(exchange.client().header("content-length")).isNull();
            assertThat(lines(Objects.requireNonNull(exchange.client().trailers())))
                    .containsExactly("x-sum: 8-760");
            assertThat(exchange.upstream().chunks()).isEmpty();
        }
        InMemoryExchange dots = host.open().get("/").respond(200, "hello, there");
        assertThat(dots.client().bodyText()).isEqualTo("............");
    }

    private TestHost chain(String configuration) {
        return hosts.start(
                host(spec("rust-chain", configuration)).cluster("first").cluster("second"));
    }

    private static void answer(TestHost host, Call call, String body, String... headers) {
        call.answer(InMemoryExchange.responseHead(200, headers), TestFilter.bytes(body), new HeaderMap());
        host.runAll();
    }

    private static InMemoryExchange talk(TestHost host, boolean trailers) {
        InMemoryExchange exchange = host.open().post("/", "content-length", "20");
        exchange.requestBody("hello", false).requestBody(", there, ", false).requestBody("world!", !trailers);
        if (trailers) {
            exchange.requestTrailers("x-t", "1");
        }
        exchange.responseHeaders(InMemoryExchange.responseHead(200, "content-length", "20"), false)
                .responseBody("hello", false)
                .responseBody(", there, world!", !trailers);
        if (trailers) {
            exchange.responseTrailers("x-t", "1", "x-t", "2");
        }
        return exchange;
    }
}
