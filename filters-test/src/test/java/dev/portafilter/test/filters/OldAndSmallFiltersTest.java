package dev.portafilter.test.filters;

import static dev.portafilter.test.filters.TestFilter.bytes;
import static dev.portafilter.test.filters.TestFilter.host;
import static dev.portafilter.test.filters.TestFilter.lines;
import static dev.portafilter.test.filters.TestFilter.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.MetricSample;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestHosts;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Filters of ABI 0.1.0 with either kind of header callbacks, old start-up, imported memory, and a bare access log. */
class OldAndSmallFiltersTest {
    @RegisterExtension
    final TestHosts hosts = new TestHosts();

    @Test
    void headerCallbacks_ofTwoParameters_pauseAndResume() {
        TestHost host = hosts.start(host(spec("cxx-two", "callout").vmConfiguration(bytes("vm conf")))
                .cluster("callout"));
        assertThat(host.log().take()).containsExactly("vm start 7 \"vm conf\"", "configure 7 \"callout\"");
        InMemoryExchange exchange = host.open().post("/wait").requestBody("hello", true);
        answer(host, "/request/wait");
        assertThat(exchange.upstream().header("x-asked")).isEqualTo("200 /request/wait no body");
        assertThat(exchange.upstream().bodyText()).isEqualTo("hello");
        exchange.respond(200, "w", "x-wait", "1", "x-1", "a", "content-length", "1");
        assertThat(exchange.client().headers()).isNull();
        answer(host, "/response");
        assertThat(lines(Objects.requireNonNull(exchange.client().headers())))
                .containsExactly(
                        ":status: 200", "content-length: 1", "x-1: a", "x-wait: 1", "x-asked: 200 /response no body");
        assertThat(host.log().take()).containsExactly("request headers right, missing \"\"");
    }

    @Test
    void headerCallbacks_ofTwoParameters_reply() {
        TestHost host = hosts.start(host(spec("cxx-two", "callout")).cluster("callout"));
        InMemoryExchange denied = host.open().get("/deny/x");
        // The filter turns its own reply around, too.
        assertThat(lines(Objects.requireNonNull(denied.client().headers())))
                .containsExactly(":status: 403", "content-type: text/plain", "content-length: 7", "x-why: /deny/x");
        assertThat(denied.client().bodyText()).isEqualTo("denied\n");
    }

    @Test
    void headerCallbacks_ofThreeParameters_areCalledWithThree() {
        TestHost host = hosts.start(host(spec("cxx-three", "")));
        InMemoryExchange exchange = host.open()
                .post("/")
                .requestBody("hello", false)
                .requestTrailers("x-t", "1")
                .responseHeaders(InMemoryExchange.responseHead(200), false)
                .responseBody("wor", false)
                .responseBody("ld", true);
        assertThat(exchange.upstream().bodyText()).isEqualTo("HELLO");
        assertThat(exchange.client().header("x-seen")).isEqualTo("h0 b5 t1 ");
        assertThat(exchange.client().header("x-method")).isEqualTo("POST");
        assertThat(exchange.client().bodyText()).isEqualTo("WORLD");
        InMemoryExchange empty = host.open().get("/").respond(204, "");
        assertThat(empty.client().header("x-seen")).isEqualTo("h0e ");
        assertThat(host.log().take()).containsExactly("response h0 b3 b2e ", "response h0e ");
    }

    @Test
    void accessLog_readsAndCountsAllExchanges() {
        TestHost host = hosts.start(host(spec("cxx-log", "acc")));
        host.open()
                .get("/a")
                .responseHeaders(InMemoryExchange.responseHead(200, "content-type", "text/x-a"), false)
                .responseBody("hello", false)
                .responseTrailers("x-t", "1");
        host.open().get("/hang").clientReset();
        host.open().get("/rst").upstreamReset("connection termination");
        assertThat(host.log().take())
                .filteredOn(line -> line.startsWith("GET"))
                .containsExactly(
                        "GET /a 200 200 5 type text/x-a trailer 1 number 1 refused 212 in time",
                        "GET /hang - -1 0 type - trailer - number 2 refused 212 in time",
                        "GET /rst 503 503 95 type text/plain trailer - number 3 refused 212 in time");
        assertThat(host.host().services().metrics().pluginSamples())
                .extracting(MetricSample::name, MetricSample::value)
                .containsExactlyInAnyOrder(
                        tuple("acc_requests", 3L), tuple("acc_last_status", 503L), tuple("acc_response_bytes", 3L));
    }

    @Test
    void accessLog_tellsWhatTheClientGot_notWhatTheUpstreamSent() {
        for (boolean logFirst : new boolean[] {true, false}) {
            PluginSpec.Builder log = spec("cxx-log", "acc");
            PluginSpec.Builder body = spec("rust-whole", "refuse secret");
            TestHost host = hosts.start(logFirst ? host(log, body) : host(body, log));
            host.open().post("/").requestBody("a secret", true);
            assertThat(host.log().take())
                    .filteredOn(line -> line.startsWith("POST"))
                    .containsExactly("POST / 403 403 8 type text/plain trailer - number 1 refused 212 in time");
        }
    }

    @Test
    void oldEmscripten_startsByStartAndGrows() {
        TestHost host = hosts.start(
                host(spec("old-emscripten", "c").environment(Map.of("A", "b")).vmConfiguration(bytes("vm"))));
        assertThat(host.log().take()).containsExactly("started");
        InMemoryExchange exchange = host.open().get("/").respond(200, "body", "content-length", "4");
        assertThat(exchange.client().headers()).isNull();
        host.advanceMillis(50);
        assertThat(lines(Objects.requireNonNull(exchange.client().headers())))
                .containsExactly(":status: 200", "content-length: 4", "x-start: args 0 A=b grown");
        assertThat(exchange.client().bodyText()).isEqualTo("body");
        assertThat(host.log().take()).containsExactly("a request");
    }

    @Test
    void memoryAndTable_thatTheModuleImports_areTheHosts() {
        TestHost host = hosts.start(host(spec("old-imports", "")));
        InMemoryExchange exchange = host.open().get("/").respond(200, "");
        assertThat(exchange.upstream().header("x-old")).isEqualTo("imported");
        assertThat(exchange.client().header("x-old")).isEqualTo("imported");
        assertThat(host.log().take()).containsExactly("a line of the log");
        assertThat(host.status("old-imports").state()).isEqualTo(PluginStatus.State.LOADED);
    }

    private static void answer(TestHost host, String text) {
        host.httpCalls()
                .last()
                .answer(InMemoryExchange.responseHead(200, "x-answer", text), new byte[0], new HeaderMap());
        host.runAll();
    }
}
