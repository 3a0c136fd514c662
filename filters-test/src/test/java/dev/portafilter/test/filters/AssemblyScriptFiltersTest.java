package dev.portafilter.test.filters;

import static dev.portafilter.test.filters.TestFilter.host;
import static dev.portafilter.test.filters.TestFilter.lines;
import static dev.portafilter.test.filters.TestFilter.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.LogLevel;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestHosts;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the two SDKs for AssemblyScript offer. */
class AssemblyScriptFiltersTest {
    @RegisterExtension
    final TestHosts hosts = new TestHosts();

    @Test
    void bothDirections_shareNotesAndAProperty() {
        TestHost host = both("callout");
        InMemoryExchange exchange = host.open().post("/chunks").requestBody("hello", false);
        assertThat(lines(host.httpCalls().last().request().headers()))
                .containsExactly(":method: GET", ":path: /as/chunks", ":authority: as");
        host.httpCalls().last().answer(200, "");
        host.runAll();
        exchange.requestBody("world", false)
                .requestTrailers("x-t", "1")
                .responseHeaders(InMemoryExchange.responseHead(200, "server", "up"), false)
                .responseBody("body", true);
        assertThat(exchange.upstream().bodyText()).isEqualTo("helloworld");
        assertThat(lines(Objects.requireNonNull(exchange.upstream().trailers())))
                .containsExactly("x-t: 1", "x-as: 1");
        assertThat(lines(Objects.requireNonNull(exchange.client().headers())))
                .containsExactly(":status: 200", "x-notes: right, called 200, body 5, body 5, property /chunks");
        assertThat(lines(Objects.requireNonNull(exchange.client().trailers()))).containsExactly("x-as: end");
        assertThat(host.log().take()).containsExactly("cluster callout", "over");
    }

    @Test
    void ownReply_passesTheOwnResponseCallbacks() {
        TestHost host = both("callout");
        InMemoryExchange stopped = host.open().get("/stop/x");
        assertThat(lines(Objects.requireNonNull(stopped.client().headers())))
                .containsExactly(
                        ":status: 200",
                        "x-stop: 1",
                        "x-stop: 2",
                        "content-length: 19",
                        "content-type: text/plain",
                        "x-notes: right, property /stop/x");
        assertThat(stopped.client().bodyText()).isEqualTo("stopped at /stop/x\n");
    }

    @Test
    void response_replacedInItsHeaders_isSentAsItIs() {
        TestHost host = both("nowhere");
        InMemoryExchange coffee = host.open().get("/").respond(418, "tea");
        assertThat(lines(Objects.requireNonNull(coffee.client().headers())))
                .containsExactly(":status: 200", "content-type: text/x-coffee", "content-length: 7");
        assertThat(coffee.client().bodyText()).isEqualTo("coffee\n");
        InMemoryExchange plain = host.open().get("/plain").respond(200, "");
        assertThat(plain.client().header("x-notes")).isEqualTo("right, not called 2, property /plain");
    }

    @Test
    void rootId_thatTheFilterDoesNotKnow_failsItsStart() {
        TestHost host =
                hosts.start(host(spec("as-both", "nowhere").rootId("other")).logLevel(LogLevel.INFO));
        assertThat(host.log().take())
                .first()
                .asString()
                .startsWith("Missing root context factory for root id: other at: ");
        assertThat(host.open().get("/").client().status()).isEqualTo(503);
    }

    @Test
    void newerSdk_startsLogsAndFramesBodies() {
        TestHost host = hosts.start(host(spec("as-modern", "|")).logLevel(LogLevel.INFO));
        InMemoryExchange exchange = host.open()
                .post("/chunks", "content-length", "5")
                .requestBody("he", false)
                .requestBody("llo", true)
                .responseHeaders(InMemoryExchange.responseHead(200, "content-length", "5"), false)
                .responseBody("world", true);
        assertThat(exchange.upstream().bodyText()).isEqualTo("|hello|");
        assertThat(exchange.upstream().header("x-count")).isEqualTo("1");
        assertThat(exchange.client().bodyText()).isEqualTo("world|");
        assertThat(exchange.client().header("x-properties")).isEqualTo("POST 200");

        InMemoryExchange teapot = host.open().get("/teapot");
        assertThat(lines(Objects.requireNonNull(teapot.client().headers())))
                .containsExactly(":status: 418", "x-teapot: yes", "content-length: 16", "content-type: text/plain");
        assertThat(teapot.client().bodyText()).isEqualTo("short and stout\n");
        assertThat(host.log().take()).containsExactly("[INFO]: request /chunks", "[INFO]: request /teapot");
    }

    @Test
    void newerSdk_trapsInTheEndOfItsRoot_andTheHostEnds() {
        TestHost host = hosts.start(host(spec("as-modern", "|")).logLevel(LogLevel.INFO));
        host.close();
        assertThat(host.log().take()).containsExactly("abort: Key does not exist in ~lib/map.ts(105:17)");
        assertThat(host.host().closed().toCompletableFuture()).isCompleted();
    }

    private TestHost both(String cluster) {
        return hosts.start(
                host(spec("as-both", cluster).rootId("both")).cluster("callout").logLevel(LogLevel.INFO));
    }
}
