package dev.portafilter.test.live;

import static dev.portafilter.abi.Callback.ON_LOG;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_RESPONSE_HEADERS;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.trap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.Phase;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.HostStep;
import dev.portafilter.runtime.service.HostStep.Place;
import dev.portafilter.runtime.service.StepStream;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestHosts;
import dev.portafilter.test.guest.GuestLog;
import dev.portafilter.test.guest.GuestModule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The host's own authentication, authorization and statistics among the plugins: slots 3, 7 and 11. */
class HostStepTest {
    private static final byte[] DENIED = "denied".getBytes(StandardCharsets.UTF_8);

    @RegisterExtension
    final TestHosts hosts = new TestHosts();

    private TestHost start(Map<Place, HostStep> steps, PluginSpec... specs) {
        TestHost.Builder builder =
                TestHost.builder().services(services -> steps.forEach((place, step) -> services.hostStep(place, step)));
        for (PluginSpec spec : specs) {
            builder.plugin(spec);
        }
        return hosts.start(builder);
    }

    private static PluginSpec marks(Phase phase) {
        GuestModule module = guest().on(
                        ON_REQUEST_HEADERS,
                        call("add_header_map_value", 0, "order", phase.name()).silently())
                .on(
                        ON_RESPONSE_HEADERS,
                        call("add_header_map_value", 2, "order", phase.name()).silently());
        return PluginSpec.builder("p-" + phase.name().toLowerCase(Locale.ROOT), ModuleSource.of(module.wasm()))
                .phase(phase)
                .build();
    }

    /** Adds its place to both heads. */
    private static HostStep marks(Place place) {
        return new HostStep() {
            @Override
            public void requestHeaders(StepStream stream) {
                stream.requestHeaders().add("order", "[" + place + "]");
            }

            @Override
            public void responseHeaders(StepStream stream) {
                HeaderMap headers = stream.responseHeaders();
                if (headers != null) {
                    headers.add("order", "[" + place + "]");
                }
            }
        };
    }

    private static List<String> order(@Nullable HeaderMap headers) {
        return headers == null
                ? List.of()
                : IntStream.range(0, headers.count())
                        .filter(i -> headers.nameText(i).equals("order"))
                        .mapToObj(headers::valueText)
                        .toList();
    }

    @Test
    void steps_standBetweenThePhases_inBothDirections() {
        TestHost host = start(
                Map.of(
                        Place.AUTHENTICATION, marks(Place.AUTHENTICATION),
                        Place.AUTHORIZATION, marks(Place.AUTHORIZATION),
                        Place.STATISTICS, marks(Place.STATISTICS)),
                marks(Phase.AUTHN),
                marks(Phase.PRE_AUTHN),
                marks(Phase.POST_AUTHN),
                marks(Phase.AUTHZ),
                marks(Phase.PRE_AUTHZ),
                marks(Phase.POST_AUTHZ),
                marks(Phase.STATS),
                marks(Phase.PRE_STATS),
                marks(Phase.POST_STATS),
                marks(Phase.UNSPECIFIED));
        InMemoryExchange exchange = host.open().get("/").respond(200, "");
        List<String> wanted = List.of(
                "AUTHN",
                "PRE_AUTHN",
                "[AUTHENTICATION]",
                "POST_AUTHN",
                "AUTHZ",
                "PRE_AUTHZ",
                "[AUTHORIZATION]",
                "POST_AUTHZ",
                "STATS",
                "PRE_STATS",
                "[STATISTICS]",
                "POST_STATS",
                "UNSPECIFIED");
        assertThat(order(exchange.upstream().headers())).isEqualTo(wanted);
        List<String> reversed = new ArrayList<>(wanted);
        Collections.reverse(reversed);
        assertThat(order(exchange.client().headers())).isEqualTo(reversed);
    }

    @Test
    void step_withoutPlugins_isPassedToo() {
        TestHost host = start(Map.of(Place.AUTHORIZATION, marks(Place.AUTHORIZATION)));
        InMemoryExchange exchange =
                host.open().post("/").requestBody("body", true).respond(200, "");
        assertThat(order(exchange.upstream().headers())).containsExactly("[AUTHORIZATION]");
        assertThat(exchange.upstream().bodyText()).isEqualTo("body");
    }

    @Test
    void step_thatReplies_answersThroughTheEarlierPlugins_andLaterOnesNeverSeeIt() {
        HostStep refuses = stream -> stream.reply(403, HeaderMap.of("x-why", "acl"), DENIED, "acl_denied");
        GuestModule logs = guest().on(ON_LOG, call("get_property", "response\0code_details", outBytes()));
        TestHost host = start(
                Map.of(Place.AUTHORIZATION, refuses),
                marks(Phase.AUTHN),
                marks(Phase.STATS),
                PluginSpec.builder("logs", ModuleSource.of(logs.wasm()))
                        .phase(Phase.AUTHN)
                        .build());
        InMemoryExchange exchange = host.open().get("/");
        assertThat(exchange.client().status()).isEqualTo(403);
        assertThat(exchange.client().bodyText()).isEqualTo("denied");
        assertThat(exchange.client().header("x-why")).isEqualTo("acl");
        assertThat(order(exchange.client().headers())).containsExactly("AUTHN");
        assertThat(exchange.upstream().headers()).isNull();
        assertThat(GuestLog.read(host.log().messages())).contains("get_property OK \"acl_denied\"");
    }

    @Test
    void step_thatHolds_keepsHeadAndBodyUntilItResumes() {
        List<StepStream> held = new ArrayList<>();
        HostStep asks = stream -> {
            stream.hold();
            held.add(stream);
        };
        TestHost host = start(Map.of(Place.AUTHENTICATION, asks), marks(Phase.AUTHZ));
        InMemoryExchange exchange = host.open().post("/").requestBody("body", true);
        assertThat(exchange.upstream().headers()).isNull();

        held.get(0).execute(() -> {
            held.get(0).requestHeaders().add("user", "ada");
            held.get(0).resume();
        });
        host.runAll();

        assertThat(exchange.upstream().header("user")).isEqualTo("ada");
        assertThat(order(exchange.upstream().headers())).containsExactly("AUTHZ");
        assertThat(exchange.upstream().bodyText()).isEqualTo("body");
        exchange.respond(200, "");
        assertThat(exchange.finished()).isTrue();
    }

    @Test
    void step_thatHolds_mayReplyLater() {
        List<StepStream> held = new ArrayList<>();
        HostStep asks = stream -> {
            stream.hold();
            held.add(stream);
        };
        TestHost host = start(Map.of(Place.AUTHENTICATION, asks));
        InMemoryExchange exchange = host.open().get("/");
        held.get(0).reply(401, new HeaderMap(), DENIED, "no_token");
        assertThat(exchange.client().status()).isEqualTo(401);
        held.get(0).resume();
        assertThat(exchange.upstream().headers()).isNull();
        assertThat(held.get(0).finished()).isTrue();
    }

    @Test
    void step_whoseClientLeaves_isToldAndMayResumeInVain() {
        List<StepStream> held = new ArrayList<>();
        List<String> done = new ArrayList<>();
        HostStep asks = new HostStep() {
            @Override
            public void requestHeaders(StepStream stream) {
                stream.keep("kept");
                stream.hold();
                held.add(stream);
            }

            @Override
            public void done(StepStream stream) {
                done.add(stream.kept() + " " + stream.responseStatus());
            }
        };
        TestHost host = start(Map.of(Place.AUTHENTICATION, asks));
        InMemoryExchange exchange = host.open().get("/").clientReset();
        assertThat(done).containsExactly("kept 0");
        held.get(0).resume();
        held.get(0).reply(401, new HeaderMap(), DENIED, "late");
        assertThat(exchange.upstream().headers()).isNull();
    }

    @Test
    void statistics_seeWhatTheClientGot() {
        List<String> seen = new ArrayList<>();
        HostStep counts = new HostStep() {
            @Override
            public void requestHeaders(StepStream stream) {}

            @Override
            public void done(StepStream stream) {
                seen.add(stream.requestHeaders().get(":path") + " " + stream.responseStatus() + " "
                        + stream.requestBytes() + " " + stream.responseBytes() + " "
                        + stream.durationNanos() / 1_000_000);
            }
        };
        TestHost host = start(Map.of(Place.STATISTICS, counts));
        InMemoryExchange exchange = host.open().post("/x").requestBody("four", true);
        host.advanceMillis(7);
        exchange.respond(200, "three");
        assertThat(seen).containsExactly("/x 200 4 5 7");
    }

    @Test
    void step_thatThrows_failsItsRequestOnly() {
        HostStep broken = stream -> {
            if (stream.requestHeaders().contains("x-break")) {
                throw new IllegalStateException("on purpose");
            }
        };
        TestHost host = start(Map.of(Place.AUTHORIZATION, broken));
        assertThat(host.open().get("/", "x-break", "1").client().status()).isEqualTo(500);
        assertThat(host.open().get("/").respond(200, "").client().status()).isEqualTo(200);
    }

    @Test
    void failedPluginBefore_keepsTheRequestFromTheStep() {
        List<String> seen = new ArrayList<>();
        HostStep notes = stream -> seen.add("request");
        TestHost host = start(
                Map.of(Place.AUTHENTICATION, notes),
                PluginSpec.builder(
                                "traps",
                                ModuleSource.of(
                                        guest().on(ON_REQUEST_HEADERS, trap()).wasm()))
                        .phase(Phase.AUTHN)
                        .build());
        assertThat(host.open().get("/").client().status()).isEqualTo(503);
        assertThat(seen).isEmpty();
    }

    @Test
    void hold_outsideOfTheRequestHeaders_isRefused() {
        List<Throwable> thrown = new ArrayList<>();
        HostStep wrong = new HostStep() {
            @Override
            public void requestHeaders(StepStream stream) {
                assertThatThrownBy(() -> stream.reply(42, new HeaderMap(), DENIED, "x"))
                        .hasMessageContaining("status 42 (expected: 200..599)");
            }

            @Override
            public void done(StepStream stream) {
                try {
                    stream.hold();
                } catch (IllegalStateException e) {
                    thrown.add(e);
                }
            }
        };
        TestHost host = start(Map.of(Place.STATISTICS, wrong));
        host.open().get("/").respond(200, "");
        assertThat(thrown).hasSize(1);
    }
}
