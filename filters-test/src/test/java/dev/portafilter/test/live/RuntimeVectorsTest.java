package dev.portafilter.test.live;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_DELETE;
import static dev.portafilter.abi.Callback.ON_DONE;
import static dev.portafilter.abi.Callback.ON_REQUEST_BODY;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_RESPONSE_HEADERS;
import static dev.portafilter.abi.Callback.ON_TICK;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.raw;
import static dev.portafilter.test.guest.Ops.returns;
import static dev.portafilter.test.guest.Ops.steps;
import static dev.portafilter.test.guest.Ops.trap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.resources.ReadOptions;
import dev.portafilter.resources.ResourceReader;
import dev.portafilter.resources.ResourceSet;
import dev.portafilter.runtime.PluginStatus.State;
import dev.portafilter.runtime.UpdateResult;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestHosts;
import dev.portafilter.test.guest.GuestLog;
import dev.portafilter.test.guest.GuestModule;
import dev.portafilter.test.guest.Op;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;

/**
 * Section 8.8 of the WasmPlugin reference, and T-048: what resources come to while they run, a test for each
 * vector; T-143 is in RegistryModulesTest of the registry.
 */
class RuntimeVectorsTest {
    /** Traps when the request asks for it. */
    private static final Op TRAP_WHEN_ASKED = steps(
            call("get_header_map_value", 0, "x-trap", outBytes()).silently(),
            raw("(if (i32.ne (i32.load (i32.const 520)) (i32.const 0xEEEEEEEE)) (then unreachable))"));

    private static final Op MARK = call("add_header_map_value", 0, "v", "1").silently();

    @RegisterExtension
    final TestHosts hosts = new TestHosts();

    private TestHost start(PluginSpec... specs) {
        TestHost.Builder builder = TestHost.builder();
        for (PluginSpec spec : specs) {
            builder.plugin(spec);
        }
        return hosts.start(builder);
    }

    private static PluginSpec.Builder spec(String name, GuestModule module) {
        return PluginSpec.builder(name, ModuleSource.of(module.wasm()));
    }

    /** The plugin of a resource with the module in place of its url. */
    private static PluginSpec fromYaml(String specLines, GuestModule module, Map<String, String> environment) {
        String yaml = "apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\n"
                + "metadata: {name: p, namespace: ns}\nspec:\n  url: file://p.wasm\n" + specLines;
        ResourceSet set = ResourceReader.read(
                "p.yaml",
                yaml.getBytes(StandardCharsets.UTF_8),
                ReadOptions.DEFAULT.toBuilder()
                        .hostEnvironment(environment::get)
                        .build());
        assertThat(set.problems()).isEmpty();
        PluginSpec read = set.resources().get(0).spec();
        return PluginSpec.builder("p", ModuleSource.of(module.wasm()))
                .namespace("ns")
                .rootId(read.rootId())
                .configuration(read.configuration())
                .environment(read.environment())
                .build();
    }

    private static int get(TestHost host, String... headers) {
        InMemoryExchange exchange = host.open().get("/", headers);
        if (!exchange.finished()) {
            exchange.respond(200, "");
        }
        host.runAll();
        return exchange.client().status();
    }

    private static List<String> lines(TestHost host) {
        return GuestLog.read(host.log().messages());
    }

    private static long counter(TestHost host, String name) {
        return host.host().services().metrics().hostSamples().stream()
                .filter(sample -> sample.name().equals("portafilter_vm_reload_" + name + "_total"))
                .mapToLong(sample -> sample.value())
                .sum();
    }

    @TestFactory
    Stream<DynamicTest> vectors() {
        List<DynamicTest> tests = new ArrayList<>();
        add(tests, "T-048", this::extensionThatIsNotLoadedYet_letsRequestsPass);
        add(tests, "T-124", this::configuration_isCompactJson);
        add(tests, "T-126", this::names_areTheResources);
        add(tests, "T-127", this::environment_isWhatWasAskedFor);
        add(tests, "T-128", this::fetchFailure_goesByPolicy);
        add(tests, "T-129", () -> trapInRequestHeaders(FailurePolicy.FAIL_CLOSED, 503, 503));
        add(tests, "T-130", () -> trapInRequestHeaders(FailurePolicy.FAIL_OPEN, 200, 200));
        add(tests, "T-131 a b c", this::reload_keepsItsBackOff);
        add(tests, "T-131 d", this::trapSoonAfterTheLoad_isNotReloadedAtOnce);
        add(tests, "T-132", this::refusedConfiguration_isNeverReloaded);
        add(tests, "T-133", this::trapInTheResponse_isA503BeforeAnythingWasSent);
        add(tests, "T-134", this::updateThatIsRefused_leavesTheOldVersion);
        add(tests, "T-135", this::updateDuringARequest_endsTheOldVersionAfterIt);
        add(tests, "T-136", this::updateOfOne_doesNotConfigureTheOther);
        add(tests, "T-137 a", () -> sharedData_isSeenByBoth(true));
        add(tests, "T-137 b", () -> sharedData_isSeenByBoth(false));
        add(tests, "T-138", this::trapInAnIsolatedVm_leavesTheOther);
        add(tests, "T-139", this::deletedResource_isAbsentAndDrained);
        add(tests, "T-140", this::moduleThatIsNoPlugin_failsByStrategy);
        add(tests, "T-141", this::start_waitsForThoseThatFailClosed);
        add(tests, "T-142", this::registryThatComesBack_isFoundWithoutAChange);
        add(tests, "T-144", this::stopIterationInHeaders_pausesTheBodyUnlessAllowed);
        return tests.stream();
    }

    private static void add(List<DynamicTest> tests, String id, Executable test) {
        tests.add(DynamicTest.dynamicTest(id, test));
    }

    private void extensionThatIsNotLoadedYet_letsRequestsPass() {
        FlakySource source = new FlakySource();
        TestHost host = start(
                PluginSpec.builder("extension", source).joinsWhenReady(true).build());
        assertThat(get(host)).isEqualTo(200);
        assertThat(host.status("extension").state()).isEqualTo(State.FAILED);
        assertThat(host.status("extension").position()).isEqualTo(-1);
    }

    private void configuration_isCompactJson() {
        GuestModule module = guest().on(ON_CONFIGURE, call("get_buffer_bytes", 7, 0, 1000, outBytes()));
        TestHost host =
                start(fromYaml("  pluginConfig: {openid_server: authn, openid_realm: ingress}\n", module, Map.of()));
        host.runAll();
        assertThat(lines(host))
                .contains(
                        "on_configure 1 50",
                        // Quotes and braces are escaped in the lines of the guest.
                        "get_buffer_bytes OK \"%7B%22openid_realm%22:%22ingress%22,%22openid_server%22:%22authn%22%7D\"");
    }

    private void names_areTheResources() {
        GuestModule module = guest().on(
                        ON_REQUEST_HEADERS,
                        call("get_property", "plugin_root_id", outBytes()),
                        call("get_property", "plugin_name", outBytes()));
        TestHost host = start(fromYaml("  pluginName: my_root\n", module, Map.of()));
        get(host);
        assertThat(lines(host)).contains("get_property OK \"my_root\"", "get_property OK \"ns.p\"");
    }

    private void environment_isWhatWasAskedFor() {
        String env =
                "  vmConfig: {env: [{name: UNSET, valueFrom: HOST}, {name: EMPTY, valueFrom: HOST}, {name: BARE}]}\n";
        PluginSpec spec = fromYaml(env, guest(), Map.of("EMPTY", ""));
        assertThat(spec.environment()).containsExactly(Map.entry("EMPTY", ""), Map.entry("BARE", ""));
    }

    private void fetchFailure_goesByPolicy() {
        for (FailurePolicy policy : FailurePolicy.values()) {
            TestHost host = start(PluginSpec.builder("p", new FlakySource())
                    .failurePolicy(policy)
                    .build());
            assertThat(get(host)).isEqualTo(policy == FailurePolicy.FAIL_OPEN ? 200 : 503);
        }
    }

    private void trapInRequestHeaders(FailurePolicy policy, int first, int later) {
        TestHost host = start(spec("p", guest().on(ON_REQUEST_HEADERS, MARK, trap()))
                .failurePolicy(policy)
                .build());
        assertThat(get(host)).isEqualTo(first);
        InMemoryExchange next = host.open().get("/");
        if (!next.finished()) {
            next.respond(200, "");
            assertThat(next.upstream().header("v")).isNull();
        }
        assertThat(next.client().status()).isEqualTo(later);
    }

    private TestHost reloading(GuestModule module) {
        return start(spec("p", module).failurePolicy(FailurePolicy.FAIL_RELOAD).build());
    }

    private void reload_keepsItsBackOff() {
        TestHost host = reloading(guest().on(ON_REQUEST_HEADERS, TRAP_WHEN_ASKED));
        host.advanceMillis(2_500);
        assertThat(get(host, "x-trap", "1")).isEqualTo(503);
        host.advanceMillis(100);
        assertThat(get(host)).isEqualTo(200);
        assertThat(counter(host, "success")).isEqualTo(1);
        assertThat(get(host, "x-trap", "1")).isEqualTo(503);
        host.advanceMillis(100);
        assertThat(get(host)).isEqualTo(503);
        assertThat(counter(host, "back_off")).isEqualTo(1);
        host.advanceMillis(2_000);
        assertThat(get(host)).isEqualTo(200);
        assertThat(counter(host, "success")).isEqualTo(2);
    }

    private void trapSoonAfterTheLoad_isNotReloadedAtOnce() {
        TestHost host = reloading(guest().on(ON_REQUEST_HEADERS, TRAP_WHEN_ASKED));
        host.advanceMillis(100);
        assertThat(get(host, "x-trap", "1")).isEqualTo(503);
        host.advanceMillis(100);
        assertThat(get(host)).isEqualTo(503);
    }

    private void refusedConfiguration_isNeverReloaded() {
        TestHost host = reloading(guest().on(ON_CONFIGURE, returns(0)));
        host.advanceMillis(60_000);
        assertThat(get(host)).isEqualTo(503);
        assertThat(counter(host, "success") + counter(host, "failure") + counter(host, "back_off"))
                .isZero();
    }

    private void trapInTheResponse_isA503BeforeAnythingWasSent() {
        TestHost host = start(spec("p", guest().on(ON_RESPONSE_HEADERS, trap())).build());
        assertThat(get(host)).isEqualTo(503);
    }

    private void updateThatIsRefused_leavesTheOldVersion() {
        TestHost host = start(spec("p", guest().on(ON_REQUEST_HEADERS, MARK)).build());
        UpdateResult result =
                host.update(spec("p", guest().on(ON_CONFIGURE, returns(0))).build());
        assertThat(result.failures()).containsKey("default.p");
        assertThat(host.status("p").problem()).contains("proxy_on_configure returned false");
        InMemoryExchange exchange = host.open().get("/").respond(200, "");
        assertThat(exchange.upstream().header("v")).isEqualTo("1");
    }

    private void updateDuringARequest_endsTheOldVersionAfterIt() {
        GuestModule old = guest().on(
                        ON_CONFIGURE, call("set_tick_period_milliseconds", 10).silently())
                .on(ON_TICK)
                .on(ON_REQUEST_HEADERS)
                .on(ON_DONE)
                .on(ON_DELETE);
        TestHost host = start(spec("p", old).build());
        InMemoryExchange early = host.open().get("/");
        host.update(spec("p", guest().on(ON_REQUEST_HEADERS, MARK)).build());
        assertThat(lines(host)).doesNotContain("on_done 1");
        early.respond(200, "");
        host.runAll();
        assertThat(lines(host)).endsWith("on_done 2", "on_delete 2", "on_done 1", "on_delete 1");
        host.log().take();
        host.advanceMillis(100);
        assertThat(lines(host)).isEmpty();
    }

    private void updateOfOne_doesNotConfigureTheOther() {
        GuestModule other = guest().on(ON_CONFIGURE);
        TestHost host = start(
                spec("a", guest().on(ON_REQUEST_HEADERS)).build(),
                spec("b", other).build());
        host.runAll();
        host.log().take();
        host.apply(
                spec("a", guest().on(ON_REQUEST_HEADERS, MARK)).build(),
                spec("b", other).build());
        assertThat(lines(host)).noneMatch(line -> line.startsWith("on_configure"));
    }

    private void sharedData_isSeenByBoth(boolean oneModule) {
        Op puts = call("set_shared_data", "k", "v", 0).silently();
        Op gets = call("get_shared_data", "k", outBytes(), outWord());
        GuestModule both = guest().on(ON_REQUEST_HEADERS, gets, puts);
        GuestModule first = oneModule ? both : guest().on(ON_REQUEST_HEADERS, puts);
        GuestModule second = oneModule ? both : guest().on(ON_REQUEST_HEADERS, gets);
        TestHost host = start(spec("a", first).build(), spec("b", second).build());
        get(host);
        assertThat(lines(host)).contains("get_shared_data OK \"v\" 1");
        // A root context each, in one VM or in two.
        assertThat(host.worker().worker().contextCount()).isEqualTo(2);
    }

    private void trapInAnIsolatedVm_leavesTheOther() {
        GuestModule module = guest().on(ON_REQUEST_HEADERS, TRAP_WHEN_ASKED, MARK);
        TestHost host = start(
                spec("a", module)
                        .isolated(true)
                        .failurePolicy(FailurePolicy.FAIL_OPEN)
                        .build(),
                spec("b", guest().on(ON_REQUEST_HEADERS, MARK)).isolated(true).build());
        assertThat(get(host, "x-trap", "1")).isEqualTo(200);
        assertThat(host.status("a").state()).isEqualTo(State.FAILED);
        assertThat(host.status("b").state()).isEqualTo(State.LOADED);
    }

    private void deletedResource_isAbsentAndDrained() {
        TestHost host = start(spec("p", guest().on(ON_REQUEST_HEADERS, MARK)).build());
        InMemoryExchange early = host.open().get("/");
        host.delete("p");
        assertThat(host.status("p").state()).isEqualTo(State.DRAINING);
        InMemoryExchange next = host.open().get("/").respond(200, "");
        assertThat(next.upstream().header("v")).isNull();
        early.respond(200, "");
        host.runAll();
        assertThat(host.host().plugins()).isEmpty();
    }

    private void moduleThatIsNoPlugin_failsByStrategy() {
        byte[] tiny = {0, 'a', 's', 'm', 1, 0, 0, 0};
        for (FailurePolicy policy : FailurePolicy.values()) {
            TestHost host = start(PluginSpec.builder("p", ModuleSource.of(tiny))
                    .failurePolicy(policy)
                    .build());
            assertThat(get(host)).isEqualTo(policy == FailurePolicy.FAIL_OPEN ? 200 : 503);
            assertThat(host.status("p").reason()).contains("proxy_abi_version");
        }
    }

    private void start_waitsForThoseThatFailClosed() {
        FlakySource close = new FlakySource();
        FlakySource extension = new FlakySource();
        close.brings(guest().wasm());
        extension.brings(guest().on(ON_REQUEST_HEADERS, MARK).wasm());
        TestHost host = start(
                PluginSpec.builder("close", close).build(),
                PluginSpec.builder("extension", extension).joinsWhenReady(true).build());
        // Nothing has been run since the host was made, and a gateway listens after that.
        assertThat(close.loadCount()).isEqualTo(1);
        assertThat(extension.loadCount()).isEqualTo(0);
        host.runAll();
        assertThat(extension.loadCount()).isEqualTo(1);
        InMemoryExchange exchange = host.open().get("/").respond(200, "");
        assertThat(exchange.upstream().header("v")).isEqualTo("1");
    }

    private void registryThatComesBack_isFoundWithoutAChange() {
        FlakySource source = new FlakySource();
        TestHost host = start(PluginSpec.builder("p", source).build());
        assertThat(get(host)).isEqualTo(503);
        host.advanceMillis(7_000);
        assertThat(source.loadCount()).isEqualTo(4);
        source.brings(guest().wasm());
        host.advanceMillis(8_000);
        assertThat(get(host)).isEqualTo(200);
    }

    private void stopIterationInHeaders_pausesTheBodyUnlessAllowed() {
        GuestModule module = guest().on(ON_REQUEST_HEADERS, returns(1)).on(ON_REQUEST_BODY, returns(1));
        for (boolean allowed : new boolean[] {false, true}) {
            TestHost host =
                    start(spec("p", module).allowOnHeadersStopIteration(allowed).build());
            InMemoryExchange exchange = host.open().post("/").requestBody("body", false);
            boolean told = lines(host).stream().anyMatch(line -> line.startsWith("on_request_body"));
            assertThat(told).isEqualTo(allowed);
            exchange.clientReset();
        }
    }
}
