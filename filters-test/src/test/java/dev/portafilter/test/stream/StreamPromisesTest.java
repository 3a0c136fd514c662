package dev.portafilter.test.stream;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_REQUEST_BODY;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_RESPONSE_HEADERS;
import static dev.portafilter.abi.Callback.ON_TICK;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.keep;
import static dev.portafilter.test.guest.Ops.returns;
import static dev.portafilter.test.guest.Ops.var;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestHosts;
import dev.portafilter.test.guest.GuestModule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Courses that the searches through all combinations have found to go wrong. */
class StreamPromisesTest {
    @RegisterExtension
    final TestHosts hosts = new TestHosts();

    private TestHost start(GuestModule module) {
        return hosts.start(TestHost.builder().plugin("p", module.wasm(), ""));
    }

    /** Holds responses until the next tick. */
    private static GuestModule holdingResponses() {
        return guest().on(ON_CONFIGURE, call("set_tick_period_milliseconds", 10).silently())
                .on(ON_REQUEST_HEADERS)
                .on(ON_RESPONSE_HEADERS, keep("stream", 0), returns(1))
                .on(ON_TICK, call("set_effective_context", var("stream")), call("continue_stream", 1));
    }

    @Test
    void heldReply_whileTheUpstreamStillSends_staysTheReply() {
        TestHost host = start(holdingResponses());
        InMemoryExchange exchange = host.open().get("/").upstreamReset("remote reset");
        exchange.responseBody("late", false).responseTrailers("late", "1");
        host.advanceMillis(10);
        assertThat(exchange.client().status()).isEqualTo(503);
        assertThat(exchange.client().bodyText())
                .startsWith("upstream connect error")
                .doesNotContain("late");
        assertThat(exchange.client().trailers()).isNull();
    }

    @Test
    void heldReply_whenTheUpstreamBreaksOff_staysTheReply() {
        TestHost host = start(holdingResponses());
        InMemoryExchange exchange = host.open().get("/").upstreamTimeout().upstreamReset("remote reset");
        host.advanceMillis(10);
        assertThat(exchange.client().status()).isEqualTo(504);
        assertThat(exchange.isReset()).isFalse();
    }

    @Test
    void heldResponse_whenTheUpstreamClosesAfterItsEnd_isSent() {
        TestHost host = start(holdingResponses());
        InMemoryExchange exchange = host.open().get("/").respond(200, "whole").upstreamReset("connection termination");
        host.advanceMillis(10);
        assertThat(exchange.client().status()).isEqualTo(200);
        assertThat(exchange.client().bodyText()).isEqualTo("whole");
    }

    @Test
    void trailers_madeInAnEmptyLastChunk_leaveWithoutIt() {
        TestHost host = start(guest().on(ON_REQUEST_BODY, call("add_header_map_value", 1, "made", "1")));
        InMemoryExchange exchange =
                host.open().post("/").requestBody("x", false).requestBody("", true);
        assertThat(exchange.upstream().chunkSizes()).containsExactly(1);
        assertThat(exchange.upstream().trailers()).isEqualTo(HeaderMap.of("made", "1"));
        exchange.respond(200, "");
    }

    @Test
    void client_thatLeavesInsideTheHeadOfAReply_getsNoBody() {
        TestHost host = start(guest().on(ON_REQUEST_HEADERS)
                .on(ON_RESPONSE_HEADERS, call("send_local_response", 403, NONE, "denied", NONE, -1)));
        InMemoryExchange exchange = host.open();
        exchange.whenForwarded(event -> {
            if (event.startsWith("client head")) {
                exchange.clientReset();
            }
        });
        exchange.get("/").respond(200, "");
        assertThat(exchange.client().chunks()).isEmpty();
        assertThat(exchange.finished()).isTrue();
    }
}
