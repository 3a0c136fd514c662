package dev.portafilter.test.filters;

import static dev.portafilter.test.filters.TestFilter.bytes;
import static dev.portafilter.test.filters.TestFilter.host;
import static dev.portafilter.test.filters.TestFilter.lines;
import static dev.portafilter.test.filters.TestFilter.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.service.MetricSample;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.ScriptedHttpCalls.Call;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestHosts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the Go SDK offers for HTTP. */
class GoRequestsTest {
    @RegisterExtension
    final TestHosts hosts = new TestHosts();

    @Test
    void callsAtOnce_answeredInAnyOrder_letTheRequestGoWithTheLast() {
        TestHost host = hosts.start(host(spec("go-requests", "fan-out /ask a b c nowhere"))
                .cluster("a")
                .cluster("b")
                .cluster("c"));
        InMemoryExchange exchange = host.open().post("/").requestBody("ab", false);
        List<Call> calls = host.httpCalls().calls();
        assertThat(calls).hasSize(3);
        assertThat(lines(calls.get(1).request().headers()))
                .containsExactly(":method: POST", ":path: /ask", ":authority: b", "x-number: 1", "content-length: 5");
        assertThat(calls.get(1).request().body()).asString().isEqualTo("ask b");

        calls.get(2).answer(200, "from c");
        calls.get(0).unreachable("remote connection failure");
        host.runAll();
        assertThat(exchange.upstream().headers()).isNull();
        calls.get(1).timeOut();
        host.runAll();

        assertThat(exchange.upstream().header("x-answers"))
                .isEqualTo(
                        "a 503 ; b 504 ; c 200 from c; nowhere refused: error status returned by host: bad argument");
        exchange.requestBody("cd", true).respond(204, "");
        assertThat(exchange.upstream().bodyText()).isEqualTo("abcd");
    }

    @Test
    void postponedRequests_goOnePerTick_oldestFirst() {
        TestHost host = hosts.start(host(spec("go-requests", "postpone 100")));
        InMemoryExchange a = host.open().get("/a");
        InMemoryExchange b = host.open().post("/b").requestBody("body", true);
        InMemoryExchange c = host.open().get("/c");
        c.clientReset();
        assertThat(host.log().take()).containsExactly("gone while it waited: 2");

        host.advanceMillis(99);
        assertThat(a.upstream().headers()).isNull();
        host.advanceMillis(1);
        assertThat(a.upstream().header("x-waiting")).isEqualTo("1");
        assertThat(b.upstream().headers()).isNull();
        host.advanceMillis(100);
        assertThat(b.upstream().header("x-waiting")).isEqualTo("0");
        assertThat(b.upstream().bodyText()).isEqualTo("body");
        a.respond(204, "");
        b.respond(204, "");
    }

    @Test
    void queue_carriesFromOneVmToAnother() {
        TestHost host = hosts.start(host(
                spec("consumer", "go-requests", "consume work").vmId("consumer"),
                spec("producer", "go-requests", "produce consumer work").vmId("producer")));
        host.open().get("/one").respond(200, "");
        host.open().get("/two").respond(200, "");
        assertThat(host.log().take()).containsExactly("taken: /one", "taken: /two");
        InMemoryExchange taken = host.open().get("/taken");
        assertThat(taken.client().bodyText()).isEqualTo("/one /two\n");
        assertThat(lines(Objects.requireNonNull(taken.client().headers())))
                .containsExactly(":status: 200", "content-length: 10", "content-type: text/plain");
    }

    @Test
    void queue_thatNobodyHas_isNotFound() {
        TestHost host = hosts.start(host(spec("go-requests", "produce consumer work")));
        host.open().get("/one").respond(200, "");
        assertThat(host.log().take()).containsExactly("not queued: /one: error status returned by host: not found");
    }

    @Test
    void metrics_ofAllKinds_count() {
        TestHost host = hosts.start(host(spec("go-requests", "metrics")));
        InMemoryExchange one = host.open().get("/one");
        InMemoryExchange two = host.open().get("/two").respond(404, "status");
        one.respond(200, "upstream-body");
        InMemoryExchange three = host.open().get("/three").respond(200, "");

        assertThat(List.of(text(two, "x-count"), text(two, "x-open"), text(one, "x-open"), text(three, "x-count")))
                .containsExactly("1", "2", "1", "2");
        assertThat(host.host().services().metrics().pluginSamples())
                .extracting(MetricSample::name, MetricSample::value)
                .containsExactlyInAnyOrder(
                        tuple("go_requests_open", 0L),
                        tuple("go_requests_bytes", 3L),
                        tuple("go_requests_200", 2L),
                        tuple("go_requests_404", 1L));
    }

    @Test
    void foreignFunctions_compressAndUncompress() throws IOException {
        TestHost host = hosts.start(host(spec("go-requests", "zlib")));
        assertThat(host.log().take())
                .last()
                .isEqualTo(
                        "bad stream: unknown status code: 3; unknown function: error status returned by host: not found");
        InMemoryExchange exchange = host.open()
                .post("/", "content-length", "17")
                .requestBody("hello ", false)
                .requestBody("hello ", false)
                .requestBody("hello", true);
        ByteArrayOutputStream small = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(small)) {
            out.write(bytes("from the other side"));
        }
        exchange.responseHeaders(InMemoryExchange.responseHead(200, "content-encoding", "deflate"), false)
                .responseBody(small.toByteArray(), true);

        assertThat(exchange.upstream().header("content-encoding")).isEqualTo("deflate");
        assertThat(exchange.upstream().header("content-length")).isNull();
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        try (InflaterOutputStream in = new InflaterOutputStream(sent)) {
            in.write(exchange.upstream().body());
        }
        assertThat(sent).hasToString("hello hello hello");
        assertThat(exchange.client().header("content-encoding")).isNull();
        assertThat(exchange.client().bodyText()).isEqualTo("from the other side");
    }

    @Test
    void bodies_areReplacedAppendedAndPrepended() {
        assertThat(bodies("replace")).containsExactly("new text", "new textnew textnew text");
        assertThat(bodies("append")).containsExactly("abcdnew text", "hellonew text, there, new textnew text");
        assertThat(bodies("prepend")).containsExactly("new textabcd", "new texthellonew text, there, new text");
    }

    @Test
    void response_replacedByTheFilter_isTheFiltersOwn() {
        TestHost host = hosts.start(host(spec("go-requests", "late 404")));
        InMemoryExchange replaced = host.open().get("/").respond(404, "status", "x-up", "a");
        assertThat(lines(Objects.requireNonNull(replaced.client().headers())))
                .containsExactly(":status: 502", "x-was: 404", "content-type: text/x-late", "content-length: 9");
        assertThat(replaced.client().bodyText()).isEqualTo("replaced\n");
        assertThat(host.open().get("/").respond(500, "status").client().status())
                .isEqualTo(500);
    }

    @Test
    void properties_areEncodedAsInEnvoy() {
        TestHost host = hosts.start(host(spec(
                "go-requests",
                "properties plugin_root_id response.code request.size request.query nothing connection.mtls")));
        InMemoryExchange exchange = host.open()
                .property("connection.mtls", new byte[1])
                .get("/empty?a=b")
                .respond(200, "");
        assertThat(lines(Objects.requireNonNull(exchange.client().headers())))
                .containsExactly(
                        ":status: 200",
                        "x-property: seen=seen /empty?a=b",
                        "x-property: plugin_root_id=",
                        "x-property: response.code=c800000000000000",
                        "x-property: request.size=0000000000000000",
                        "x-property: request.query=a=b",
                        "x-property: nothing=(error status returned by host: not found)",
                        "x-property: connection.mtls=00");
    }

    @Test
    void configurations_ofVmAndPlugin_areBothThere() {
        TestHost host = hosts.start(host(spec("go-requests", "configuration x").vmConfiguration(bytes("the vm"))));
        HeaderMap headers = Objects.requireNonNull(
                host.open().get("/").respond(200, "").client().headers());
        assertThat(lines(headers)).containsExactly(":status: 200", "x-vm: the vm", "x-plugin: configuration x");
    }

    @Test
    void configuration_thatIsWrong_isRefused() {
        TestHost host = hosts.start(host(spec("go-requests", "no such mode")));
        assertThat(host.log().take()).containsExactly("configuration refused: unknown mode \"no\"");
        assertThat(host.open().get("/").client().status()).isEqualTo(503);
    }

    private List<String> bodies(String operation) {
        TestHost host = hosts.start(host(spec("go-requests", "body " + operation + " new text")));
        InMemoryExchange exchange = host.open()
                .post("/", "content-length", "4")
                .requestBody("ab", false)
                .requestBody("cd", true)
                .responseHeaders(InMemoryExchange.responseHead(200), false)
                .responseBody("hello", false)
                .responseBody(", there, ", false)
                .responseBody("", true);
        assertThat(exchange.upstream().header("content-length")).isNull();
        return List.of(exchange.upstream().bodyText(), exchange.client().bodyText());
    }

    private static String text(InMemoryExchange exchange, String header) {
        return Objects.requireNonNull(exchange.client().header(header));
    }
}
