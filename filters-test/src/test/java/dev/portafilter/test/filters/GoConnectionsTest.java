package dev.portafilter.test.filters;

import static dev.portafilter.test.filters.TestFilter.bytes;
import static dev.portafilter.test.filters.TestFilter.host;
import static dev.portafilter.test.filters.TestFilter.lines;
import static dev.portafilter.test.filters.TestFilter.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.portafilter.runtime.plugin.PluginType;
import dev.portafilter.runtime.service.MetricSample;
import dev.portafilter.test.InMemoryConnection;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestHosts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the Go SDK offers for TCP connections. */
class GoConnectionsTest {
    @RegisterExtension
    final TestHosts hosts = new TestHosts();

    @Test
    void connection_endedByTheClient_isToldToItsEnd() {
        TestHost host = start("log");
        InMemoryConnection connection = host.openConnection().connect().send("hello");
        connection.upstreamSends("echo:hello").end();
        connection.upstreamEnds();
        assertThat(connection.upstreamText()).isEqualTo("hello");
        assertThat(connection.clientText()).isEqualTo("echo:hello");
        assertThat(host.log().take())
                .containsExactly(
                        "new",
                        "downstream 5 false",
                        "upstream 10 false",
                        "downstream 0 true",
                        "upstream 0 true",
                        "upstream closed 0",
                        "downstream closed 1",
                        "done");
    }

    @Test
    void connection_endedByTheUpstream_isToldToItsEnd() {
        TestHost host = start("log");
        InMemoryConnection connection = host.openConnection().connect().send("FIN");
        connection.upstreamSends(bytes("echo:FIN"), true).end();
        assertThat(connection.finished()).isTrue();
        assertThat(host.log().take())
                .containsExactly(
                        "new",
                        "downstream 3 false",
                        "upstream 8 true",
                        "upstream closed 0",
                        "downstream 0 true",
                        "downstream closed 2",
                        "done");
    }

    @Test
    void connection_thatBreaks_tellsWhoBrokeIt() {
        TestHost host = start("log");
        host.openConnection().connect().send("RST").upstreamReset("remote reset");
        assertThat(host.log().take()).containsExactly("new", "downstream 3 false", "downstream closed 1", "done");
        host.openConnection().connect().send("x").upstreamSends("echo:x").clientReset();
        assertThat(host.log().take())
                .containsExactly("new", "downstream 1 false", "upstream 6 false", "downstream closed 2", "done");
        assertThat(host.host().services().metrics().pluginSamples())
                .extracting(MetricSample::name, MetricSample::value)
                .containsExactlyInAnyOrder(tuple("go_connections_open", 0L), tuple("go_connections_bytes", 4L));
    }

    @Test
    void bytes_areChangedOnTheirWay() {
        InMemoryConnection upper = start("upper").openConnection().connect().send("hello");
        assertThat(upper.upstreamText()).isEqualTo("HELLO");
        upper.clientReset();

        InMemoryConnection banner =
                start("banner hey").openConnection().connect().send("hello");
        assertThat(banner.upstreamText()).isEqualTo("hey\nhello");
        banner.upstreamSends("echo:hey\nhello").send("x").upstreamSends("echo:x");
        assertThat(banner.upstreamText()).isEqualTo("hey\nhellox");
        assertThat(banner.clientText()).isEqualTo("echo:hey\nhellohey\necho:xhey\n");
        banner.clientReset();
    }

    @Test
    void bytes_heldUntilALineIsThere_goTogether() {
        InMemoryConnection connection =
                start("lines").openConnection().connect().send("hel");
        assertThat(connection.upstreamText()).isEmpty();
        connection.send("lo\n");
        assertThat(connection.upstreamText()).isEqualTo("hello\n");
        connection.send("tail");
        assertThat(connection.upstreamText()).isEqualTo("hello\n");
        connection.end();
        assertThat(connection.upstreamText()).isEqualTo("hello\ntail");
        assertThat(connection.upstreamEnded()).isTrue();
        connection.upstreamEnds();
    }

    @Test
    void connection_closedByTheFilter_ends() {
        TestHost host = start("close bye");
        InMemoryConnection said = host.openConnection().connect().send("hello").upstreamSends("echo:hello");
        said.send("bye");
        assertThat(said.finished()).isTrue();
        assertThat(said.upstreamText()).isEqualTo("hello");
        assertThat(said.clientText()).isEqualTo("echo:hello");

        InMemoryConnection heard = host.openConnection().connect().send("hello").upstreamSends("goodbye");
        assertThat(heard.finished()).isTrue();
        // As in Envoy: what came in the same moment does not arrive.
        assertThat(heard.clientText()).isEmpty();
    }

    @Test
    void connection_askedAbout_waitsForTheAnswer() {
        TestHost host = start("ask callout /empty");
        InMemoryConnection connection = host.openConnection().connect();
        assertThat(connection.upstreamWanted()).isFalse();
        assertThat(lines(host.httpCalls().last().request().headers()))
                .containsExactly(":method: GET", ":path: /empty", ":authority: callout");
        host.httpCalls().last().answer(200, "");
        host.runAll();
        connection.send("hello").upstreamSends("echo:hello");
        assertThat(connection.upstreamText()).isEqualTo("hello");
        assertThat(connection.clientText()).isEqualTo("echo:hello");
        connection.clientReset();
    }

    @Test
    void connection_askedAboutAndRefused_isClosed() {
        TestHost host = start("ask callout /status/404");
        InMemoryConnection connection = host.openConnection().connect();
        host.httpCalls().last().answer(404, "");
        host.runAll();
        assertThat(connection.finished()).isTrue();
        assertThat(connection.upstreamWanted()).isFalse();
        InMemoryConnection nobody = start("ask nowhere /").openConnection().connect();
        assertThat(nobody.finished()).isTrue();
    }

    private TestHost start(String configuration) {
        return hosts.start(host(spec("go-connections", configuration).type(PluginType.NETWORK))
                .cluster("callout"));
    }
}
