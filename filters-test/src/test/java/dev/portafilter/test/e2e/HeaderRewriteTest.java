package dev.portafilter.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A plugin that changes headers in both directions. */
class HeaderRewriteTest {
    @Test
    void headers_areRemoved_thenSet_thenAdded() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.answering(request -> ScriptedServer.response(
                        200, "", "server: scripted", "x-powered-by: tests", "vary: a", "vary: b", "set-cookie: s=1"));
                EndToEnd test = rewriting(upstream, """
                        {'request': {'remove': ['x-debug', 'x-twice'],
                                     'set': {'x-client': '%REQ(user-agent)%', 'x-twice': 'once', 'x-none': '%REQ(x-no)%'},
                                     'add': {'x-tag': 'b', 'x-sure': '100%%'}},
                         'response': {'remove': ['server', 'x-powered-by'],
                                      'set': {'x-path': '%REQ(:path)%', 'vary': '%RESP(vary)%, c'},
                                      'add': {'set-cookie': 't=2'}}}""").start()) {
            Message answer = test.get(
                    "/goods?id=7", "user-agent: tests/1", "x-debug: on", "x-twice: 1", "x-twice: 2", "x-tag: a");

            Message request = upstream.request();
            assertThat(request.all("x-debug")).isEmpty();
            assertThat(request.all("x-twice")).containsExactly("once");
            assertThat(request.all("x-client")).containsExactly("tests/1");
            assertThat(request.all("x-none")).isEmpty();
            assertThat(request.all("x-tag")).containsExactly("a", "b");
            assertThat(request.all("x-sure")).containsExactly("100%");
            assertThat(answer.all("server")).isEmpty();
            assertThat(answer.all("x-powered-by")).isEmpty();
            assertThat(answer.all("x-path")).containsExactly("/goods?id=7");
            assertThat(answer.all("vary")).hasSize(1).first().asString().endsWith(", c");
            assertThat(answer.all("set-cookie")).containsExactly("s=1", "t=2");
        }
    }

    @Test
    void pseudoHeaders_canBeSet_inBothDirections() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = rewriting(upstream, """
                        {'request': {'set': {':path': '/v2%REQ(:path)%', ':authority': 'inside.example'}},
                         'response': {'set': {':status': '203'}}}""").start()) {
            Message answer = test.get("/goods");

            Message request = upstream.request();
            assertThat(request.startLine()).isEqualTo("GET /v2/goods HTTP/1.1");
            assertThat(request.all("host")).containsExactly("inside.example");
            assertThat(answer.status()).isEqualTo(203);
            assertThat(answer.text()).isEqualTo("/v2/goods");
        }
    }

    @Test
    void hundredHeaders_passBothWays_inOrder() throws Exception {
        List<String> hundred = IntStream.range(0, 100)
                .mapToObj(i -> "x-header-" + i + ": value " + i)
                .toList();
        try (ScriptedServer upstream = ScriptedServer.echo();
                EndToEnd test = rewriting(upstream, "{'request': {'set': {'y-last': 'yes'}}, 'response': {}}")
                        .start()) {
            Message answer = test.get("/", hundred.toArray(String[]::new));

            assertThat(mine(upstream.request())).isEqualTo(hundred);
            assertThat(mine(answer)).isEqualTo(hundred);
        }
    }

    @Test
    void repeatedHeaders_stayApart_andInOrder() throws Exception {
        List<String> repeated = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            repeated.add("x-header-same: " + i);
        }
        try (ScriptedServer upstream = ScriptedServer.echo();
                EndToEnd test = rewriting(upstream, "{'request': {'add': {'x-header-same': 'mine'}}}")
                        .start()) {
            Message answer = test.get("/", repeated.toArray(String[]::new));

            repeated.add("x-header-same: mine");
            assertThat(mine(upstream.request())).isEqualTo(repeated);
            assertThat(mine(answer)).isEqualTo(repeated);
        }
    }

    private static List<String> mine(Message message) {
        return message.headers().stream()
                .filter(line -> line.startsWith("x-header-"))
                .toList();
    }

    private static EndToEnd.Builder rewriting(ScriptedServer upstream, String configuration) {
        return EndToEnd.before(upstream).plugin(SamplePlugin.HEADER_REWRITE.spec(configuration));
    }
}
