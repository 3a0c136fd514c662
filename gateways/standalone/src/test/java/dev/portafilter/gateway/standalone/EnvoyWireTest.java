package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Envoy 1.40.0 does on the wire where other proxies do something else; each was seen side by side with it. */
@Timeout(60)
class EnvoyWireTest {
    private static final List<String> END = List.of("log", "done", "delete");

    private static RawClient.Message answered(String upstreamAnswer, String request) throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(upstreamAnswer);
                GatewayFixture fixture = new GatewayFixture(upstream.target())) {
            return fixture.ask(request);
        }
    }

    private static List<String> arrived(String request) throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = new GatewayFixture(upstream.target())) {
            fixture.ask(request);
            return upstream.taken().headers();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "299, Unknown",
        "413, Payload Too Large",
        "418, Unknown",
        "425, Too Early",
        "599, Last Unassigned Server Error Code"
    })
    void reasonPhrase_isEnvoys_whateverTheServerSaid(int status, String phrase) throws Exception {
        String answer = "HTTP/1.1 " + status + " Mine\ncontent-length: 0\n\n";
        assertThat(answered(answer, "GET / HTTP/1.1\nhost: a\n\n").startLine())
                .isEqualTo("HTTP/1.1 " + status + " " + phrase);
    }

    @Test
    void repeatedLines_ofSomeNames_becomeOne() throws Exception {
        assertThat(
                        arrived(
                                "GET / HTTP/1.1\nhost: a\naccept: x\nx-mine: 1\naccept: y\ncookie: a=1\ncookie: b=2\nx-mine: 2\n\n"))
                .containsExactly(
                        "host: a",
                        "accept: x,y",
                        "x-mine: 1",
                        "cookie: a=1",
                        "cookie: b=2",
                        "x-mine: 2",
                        "x-forwarded-proto: http");
        String answer = "HTTP/1.1 200 OK\nvary: x\nset-cookie: a=1\nvary: y\nset-cookie: b=2\ncontent-length: 0\n\n";
        assertThat(answered(answer, "GET / HTTP/1.1\nhost: a\n\n").headers())
                .containsExactly("vary: x,y", "set-cookie: a=1", "set-cookie: b=2", "content-length: 0");
    }

    @Test
    void connectionOfAResponse_hidesNoOtherHeader() throws Exception {
        String answer = "HTTP/1.1 200 OK\nconnection: x-yours\nx-yours: 1\nkeep-alive: 5\ncontent-length: 0\n\n";
        assertThat(answered(answer, "GET / HTTP/1.1\nhost: a\n\n").headers())
                .containsExactly("x-yours: 1", "content-length: 0");
    }

    @Test
    void expectation_thatIsNotKnown_isTheServersBusiness() throws Exception {
        assertThat(arrived("GET / HTTP/1.1\nhost: a\nexpect: more\n\n")).contains("expect: more");
    }

    @Test
    void lengthOfA204_isDropped() throws Exception {
        assertThat(answered("HTTP/1.1 204 No Content\ncontent-length: 0\n\n", "GET / HTTP/1.1\nhost: a\n\n")
                        .headers())
                .isEmpty();
    }

    @Test
    void head_withoutALength_isChunked() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering("HTTP/1.1 200 OK\nx-a: 1\n\n");
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                RawClient client = fixture.connect()) {
            assertThat(client.send("HEAD / HTTP/1.1\nhost: a\n\n").head())
                    .containsExactly("HTTP/1.1 200 OK", "x-a: 1", "transfer-encoding: chunked");
        }
    }

    @Test
    void http10Client_thatWantsToStay_stays() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                RawClient client = fixture.connect()) {
            for (int i = 0; i < 2; i++) {
                RawClient.Message answer = client.send("GET / HTTP/1.0\nhost: a\nconnection: keep-alive\n\n")
                        .response();
                assertThat(answer.headers()).containsExactly("content-length: 2", "connection: keep-alive");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {102, 199})
    void informationalResponses_areSkipped(int status) throws Exception {
        RawClient.Message answer =
                answered("HTTP/1.1 " + status + " Wait\nx-a: 1\n\n" + StubUpstream.OK, "GET / HTTP/1.1\nhost: a\n\n");
        assertThat(answer.startLine()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(answer.text()).isEqualTo("ok");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip, chunked", "chunked\ntransfer-encoding: chunked"})
    void codingsFromTheServer_besideChunked_areA502(String coding) throws Exception {
        String answer = "HTTP/1.1 200 OK\ntransfer-encoding: " + coding + "\n\n2\nok\n0\n\n";
        assertThat(answered(answer, "GET / HTTP/1.1\nhost: a\n\n").startLine()).isEqualTo("HTTP/1.1 502 Bad Gateway");
    }

    @ParameterizedTest
    @ValueSource(strings = {"connection: Close, x", "proxy-connection: close"})
    void connection_thatTheClientWantsClosedInOtherWords_isClosed(String line) throws Exception {
        assertThat(answered(StubUpstream.OK, "GET / HTTP/1.1\nhost: a\n" + line + "\n\n")
                        .headers())
                .containsExactly("content-length: 2", "connection: close");
    }

    @Test
    void connection_thatIsClosedBehindChunks_isSaidBeforeThem() throws Exception {
        String answer = "HTTP/1.1 200 OK\ntransfer-encoding: chunked\nx-a: 1\n\n2\nok\n0\n\n";
        assertThat(answered(answer, "GET / HTTP/1.1\nhost: a\nconnection: close\n\n")
                        .headers())
                .containsExactly("x-a: 1", "connection: close", "transfer-encoding: chunked");
    }

    @Test
    void referer_thatIsNone_isDropped() throws Exception {
        assertThat(arrived("GET / HTTP/1.1\nhost: a\nreferer: http://a/#b\n\n"))
                .containsExactly("host: a", "x-forwarded-proto: http");
    }

    @Test
    void nonsenseFromTheServer_isA502() throws Exception {
        RawClient.Message answer = answered("nonsense\n\n", "GET / HTTP/1.1\nhost: a\n\n");
        assertThat(answer.startLine()).isEqualTo("HTTP/1.1 502 Bad Gateway");
        assertThat(answer.text())
                .isEqualTo("upstream connect error or disconnect/reset before headers. reset reason: protocol error");
    }

    @Test
    void absoluteTarget_showsTheSchemeFirst() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = new GatewayFixture(upstream.target())) {
            fixture.ask("GET http://b/x HTTP/1.1\nhost: a\n\n");
            RawClient.Message request = upstream.taken();
            assertThat(request.startLine()).isEqualTo("GET /x HTTP/1.1");
            assertThat(request.headers()).startsWith("host: b");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http://h?x, 404",
        "http:///x, 400",
        "http://, 400",
        "http://h:/x, 400",
        "http://h:99999/x, 400",
        "http://h:x/x, 400",
        "http://h\\x, 400",
        "http://h:0/x, 200",
        "http://[::1]:80/x, 200",
        "http://[::1]/x, 200",
        "ftp://h/x, 400"
    })
    void absoluteTarget_namesAHostAndAPath(String target, int status) throws Exception {
        assertThat(answered(StubUpstream.OK, "GET " + target + " HTTP/1.1\nhost: a\n\n")
                        .startLine())
                .startsWith("HTTP/1.1 " + status + " ");
    }

    @ParameterizedTest
    @CsvSource({"u@a, 200", "a%41, 200", "'a,b', 200", "a?b, 400", "a#b, 400", "a\"b, 400", "a/b, 400", "a\\b, 400"})
    void host_hasCharactersOfAuthorities(String host, int status) throws Exception {
        assertThat(answered(StubUpstream.OK, "GET / HTTP/1.1\nhost: " + host + "\n\n")
                        .startLine())
                .startsWith("HTTP/1.1 " + status + " ");
    }

    @ParameterizedTest
    @CsvSource({
        "/x, x-a: b, http",
        "/x, x-forwarded-proto: https, https",
        "/x, x-forwarded-proto: HTTPS, https",
        "/x, x-forwarded-proto: ftp, http",
        "https://b/x, x-a: b, https",
        "http://b/x, x-forwarded-proto: https, http"
    })
    void scheme_isTheTargets_orWhatAProxyBeforeUsVouchesFor(String target, String line, String scheme)
            throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = GatewayFixture.probed(upstream.target(), "request\0scheme")) {
            fixture.ask("GET " + target + " HTTP/1.1\nhost: a\n" + line + "\n\n");
            String hex = HexFormat.of().formatHex(scheme.getBytes(StandardCharsets.US_ASCII));
            assertThat(fixture.log).contains("request\0scheme=" + hex);
        }
    }

    @Test
    void forwardedProto_thatIsEmpty_findsNoRoute() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = GatewayFixture.probed(upstream.target())) {
            assertThat(fixture.ask("GET / HTTP/1.1\nhost: a\nx-forwarded-proto:\n\n")
                            .startLine())
                    .isEqualTo("HTTP/1.1 404 Not Found");
            assertThat(fixture.logged()).isEqualTo("request_headers 5 end");
        }
    }

    @Test
    void te_withoutAValue_passes() throws Exception {
        assertThat(arrived("GET / HTTP/1.1\nhost: a\nte:\n\n")).contains("te: ");
    }

    @Test
    void hostInTrailers_isATrailer() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = new GatewayFixture(upstream.target())) {
            fixture.ask("POST / HTTP/1.1\nhost: a\ntransfer-encoding: chunked\n\n1\nx\n0\nhost: b\n\n");
            assertThat(upstream.taken().trailers()).containsExactly("host: b");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /x#y HTTP/1.1@host: a@@             | HTTP/1.1 400 Bad Request,connection: close,content-length: 0",
                "GET / HTTP/1.1@@                        | HTTP/1.1 400 Bad Request,connection: close,content-length: 0",
                "GET / HTTP/1.0@@                        | HTTP/1.0 400 Bad Request,connection: close,content-length: 0",
                "OPTIONS * HTTP/1.1@host: a@@            | HTTP/1.1 404 Not Found,content-length: 0",
                "FROB / HTTP/1.1@host: a@@               | HTTP/1.1 400 Bad Request,content-length: 11,content-type: text/plain,connection: close",
                "POST / HTTP/1.1@host: a@content-length: x@@ | HTTP/1.1 400 Bad Request,content-length: 11,content-type: text/plain,connection: close",
            })
    void refusedRequest_endsForPluginsThatNeverSawIt(String request, String answer) throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = GatewayFixture.probedToTheEnd(upstream.target());
                RawClient client = fixture.connect()) {
            assertThat(String.join(",", client.send(request.replace("@", "\n")).head()))
                    .isEqualTo(answer);
            assertThat(List.of(fixture.logged(), fixture.logged(), fixture.logged()))
                    .isEqualTo(END);
        }
    }

    @Test
    void bodyThatTurnsOutToBeNoHttp_getsA400_throughThePlugins() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = GatewayFixture.probed(upstream.target());
                RawClient client = fixture.connect()) {
            client.send("POST / HTTP/1.1\nhost: a\ntransfer-encoding: chunked\n\n");
            assertThat(fixture.logged()).isEqualTo("request_headers 5");
            RawClient.Message answer = client.send("xyz\n").response();
            assertThat(answer.startLine()).isEqualTo("HTTP/1.1 400 Bad Request");
            assertThat(answer.headers())
                    .containsExactly("content-length: 11", "content-type: text/plain", "connection: close");
            assertThat(List.of(fixture.logged(), fixture.logged()))
                    .containsExactly("response_headers 3", "response_body 11 end");
            assertThat(client.ended()).isTrue();
        }
    }

    @Test
    void chunksOfOneRead_areOneCallback() throws Exception {
        String answer = "HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n4\nfour\n4\nfive\n0\nx: 1\n\n";
        try (StubUpstream upstream = StubUpstream.answering(answer);
                GatewayFixture fixture = GatewayFixture.probed(upstream.target())) {
            fixture.ask("POST / HTTP/1.1\nhost: a\ntransfer-encoding: chunked\n\n3\none\n3\ntwo\n0\n\n");
            fixture.idle();
            assertThat(String.join(",", fixture.log))
                    .startsWith("request_headers 5,request_body 6,request_body 0 end,"
                            + "response_headers 2,response_body 8,response_trailers 1");
        }
    }

    @Test
    void pipelinedRequest_begins_whenTheOneBeforeHasEndedForPlugins() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = GatewayFixture.probedToTheEnd(upstream.target());
                RawClient client = fixture.connect()) {
            client.send("GET /1 HTTP/1.1\nhost: a\n\nGET /2 HTTP/1.1\nhost: a\n\n");
            assertThat(client.response().text()).isEqualTo("ok");
            assertThat(client.response().text()).isEqualTo("ok");
            fixture.idle();
            String once =
                    "request_headers 5 end,response_headers 2,response_body 2,response_body 0 end,log,done,delete";
            assertThat(String.join(",", fixture.log)).isEqualTo(once + "," + once);
        }
    }

    @Test
    void pipelinedRequests_doNotOvertakeEachOther_howeverManyThereAre() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = GatewayFixture.probedToTheEnd(upstream.target());
                RawClient client = fixture.connect()) {
            client.send("GET /1 HTTP/1.1\nhost: a\n\n".repeat(4));
            for (int i = 0; i < 4; i++) {
                assertThat(client.response().text()).isEqualTo("ok");
            }
            fixture.idle();
            String once =
                    "request_headers 5 end,response_headers 2,response_body 2,response_body 0 end,log,done,delete";
            assertThat(String.join(",", fixture.log)).isEqualTo(String.join(",", once, once, once, once));
        }
    }

    @Test
    void requestBehindTheLastResponse_isNotServed() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = GatewayFixture.probed(upstream.target());
                RawClient client = fixture.connect()) {
            client.send("GET /1 HTTP/1.1\nhost: a\nconnection: close\n\nGET /2 HTTP/1.1\nhost: a\n\n");
            assertThat(client.response().text()).isEqualTo("ok");
            assertThat(client.ended()).isTrue();
            fixture.idle();
            assertThat(fixture.log)
                    .filteredOn(line -> line.startsWith("request_headers"))
                    .hasSize(1);
        }
    }

    @Test
    void getThatUpgradesToHttp2_hasNoBody() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = GatewayFixture.probed(upstream.target());
                RawClient client = fixture.connect()) {
            client.send("GET / HTTP/1.1\nhost: a\nconnection: upgrade, http2-settings\nupgrade: h2c\n"
                    + "http2-settings: AAMAAABk\n\n");
            assertThat(fixture.logged()).isEqualTo("request_headers 5 end");
            assertThat(upstream.taken().all("transfer-encoding")).isEmpty();
        }
    }
}
