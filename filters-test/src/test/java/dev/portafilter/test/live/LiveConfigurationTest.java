package dev.portafilter.test.live;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.returns;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.resources.PluginResource;
import dev.portafilter.resources.PullSecret;
import dev.portafilter.resources.ReadOptions;
import dev.portafilter.resources.ResourceReader;
import dev.portafilter.resources.ResourceSet;
import dev.portafilter.resources.Selection;
import dev.portafilter.resources.Workload;
import dev.portafilter.resources.live.LiveConfiguration;
import dev.portafilter.resources.live.ReloadResult;
import dev.portafilter.resources.live.ResourceStatus;
import dev.portafilter.resources.live.ResourceStatus.State;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.PluginType;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestHosts;
import dev.portafilter.test.guest.GuestModule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Resources in files, changed while a host follows them. */
class LiveConfigurationTest {
    private static final Workload WORKLOAD = Workload.DEFAULT.withPort(8080);

    @RegisterExtension
    final TestHosts hosts = new TestHosts();

    @TempDir
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private TestHost host;

    @SuppressWarnings("NullAway.Init")
    private LiveConfiguration configuration;

    private List<String> secrets = List.of("not told yet");

    @BeforeEach
    void writeModules() throws IOException {
        for (String version : List.of("one", "two", "three")) {
            module(version, marks(version));
        }
        module("refusing", marks("never").on(ON_CONFIGURE, returns(0)));
    }

    private static GuestModule marks(String version) {
        return guest().on(
                        ON_REQUEST_HEADERS,
                        call("add_header_map_value", 0, "v", version).silently());
    }

    private void module(String name, GuestModule module) throws IOException {
        Files.write(directory.resolve(name + ".wasm"), module.wasm());
    }

    private static String plugin(String name, String module, String... more) {
        return "apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata: {name: " + name + "}\nspec:\n"
                + "  url: file://" + module + ".wasm\n"
                + String.join(
                        "",
                        List.of(more).stream().map(line -> "  " + line + "\n").toList())
                + "---\n";
    }

    private void write(String file, String... documents) throws IOException {
        Files.writeString(directory.resolve(file), String.join("", documents));
    }

    private static Selection select(Collection<PluginResource> resources) {
        return Selection.of(resources, WORKLOAD).carrying(Set.of(PluginType.HTTP));
    }

    private void start() {
        ResourceSet read = ResourceReader.read(directory);
        Selection selection = select(read.resources());
        TestHost.Builder builder = TestHost.builder();
        for (PluginSpec spec : selection.plugins()) {
            builder.plugin(spec);
        }
        host = hosts.start(builder);
        configuration = new LiveConfiguration(
                host.host(),
                () -> ResourceReader.read(directory),
                LiveConfigurationTest::select,
                read,
                selection,
                told -> secrets = told.stream().map(PullSecret::identity).toList());
    }

    private ReloadResult reload() {
        return result(configuration.reload());
    }

    private ReloadResult result(CompletionStage<ReloadResult> stage) {
        CompletableFuture<ReloadResult> future = stage.toCompletableFuture();
        host.runAll();
        return future.join();
    }

    private @Nullable String upstreamSaw() {
        InMemoryExchange exchange = host.open().get("/").respond(200, "");
        host.runAll();
        return exchange.upstream().header("v");
    }

    private ResourceStatus status(String name) {
        return configuration.statuses().stream()
                .filter(status -> status.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void resource_added_changed_deleted_isFollowed() throws IOException {
        start();
        assertThat(upstreamSaw()).isNull();
        write("a.yaml", plugin("a", "one"));
        assertThat(reload().plugins().started()).containsExactly("default.a");
        assertThat(upstreamSaw()).isEqualTo("one");
        write("a.yaml", plugin("a", "two"));
        assertThat(reload().clean()).isTrue();
        assertThat(upstreamSaw()).isEqualTo("two");
        Files.delete(directory.resolve("a.yaml"));
        assertThat(reload().plugins().removed()).containsExactly("default.a");
        assertThat(upstreamSaw()).isNull();
        assertThat(configuration.statuses()).isEmpty();
    }

    @Test
    void nothingChanged_nothingStarts() throws IOException {
        write("a.yaml", plugin("a", "one"), plugin("b", "two"));
        start();
        ReloadResult result = reload();
        assertThat(result.plugins().started()).isEmpty();
        assertThat(result.plugins().kept()).containsExactly("default.a", "default.b");
    }

    @Test
    void moduleFile_withOtherBytes_isLoadedAnew() throws IOException {
        write("a.yaml", plugin("a", "one"));
        start();
        assertThat(configuration.moduleFiles()).containsExactly(directory.resolve("one.wasm"));
        module("one", marks("changed"));
        assertThat(reload().plugins().started()).containsExactly("default.a");
        assertThat(upstreamSaw()).isEqualTo("changed");
    }

    @Test
    void invalidEdit_keepsTheLastGoodVersion_andOthersChange() throws IOException {
        write("ab.yaml", plugin("a", "one"), plugin("b", "two"));
        start();
        write("ab.yaml", plugin("a", "one", "priority: high"), plugin("b", "three"));

        ReloadResult result = reload();

        assertThat(result.errors()).singleElement().asString().contains("ab.yaml:", "spec.priority");
        assertThat(result.keptLastGood()).containsExactly("WasmPlugin default/a");
        assertThat(result.plugins().started()).containsExactly("default.b");
        assertThat(upstreamSaw()).isEqualTo("one");
        assertThat(status("a").state()).isEqualTo(State.INVALID);
        assertThat(status("a").problems()).singleElement().asString().contains("spec.priority");
        assertThat(status("b").state()).isEqualTo(State.LOADED);

        write("ab.yaml", plugin("a", "three"), plugin("b", "three"));
        assertThat(reload().clean()).isTrue();
        assertThat(status("a").state()).isEqualTo(State.LOADED);
        assertThat(status("a").problems()).isEmpty();
    }

    @Test
    void fileThatIsNoYaml_keepsEverythingThatStoodInIt() throws IOException {
        write("a.yaml", plugin("a", "one"));
        write("b.yaml", plugin("b", "two"));
        start();
        write("a.yaml", "apiVersion: [");
        write("b.yaml", plugin("c", "three"));

        ReloadResult result = reload();

        assertThat(result.keptLastGood()).containsExactly("WasmPlugin default/a");
        assertThat(result.plugins().removed()).containsExactly("default.b");
        assertThat(upstreamSaw()).isEqualTo("one");
    }

    @Test
    void emptyFile_keepsEverythingThatStoodInIt_andAFileWithoutResourcesDoesNot() throws IOException {
        write("a.yaml", plugin("a", "one"));
        start();
        write("a.yaml", "");
        assertThat(reload().keptLastGood()).containsExactly("WasmPlugin default/a");
        assertThat(upstreamSaw()).isEqualTo("one");
        write("a.yaml", "# nothing any more\n");
        assertThat(reload().plugins().removed()).containsExactly("default.a");
    }

    @Test
    void filesThatChangeWhileTheyAreRead_areNotApplied() throws IOException {
        write("a.yaml", plugin("a", "one"));
        start();
        write("a.yaml", plugin("a", "two"));
        configuration.reloadWhile(() -> false);
        assertThat(upstreamSaw()).isEqualTo("one");
        configuration.reloadWhile(() -> true);
        host.runAll();
        assertThat(upstreamSaw()).isEqualTo("two");
    }

    @Test
    void invalidResource_thatWasNeverGood_isToldAndNotRun() throws IOException {
        start();
        write("a.yaml", plugin("a", "one", "phase: EARLY"));
        ReloadResult result = reload();
        assertThat(result.clean()).isFalse();
        assertThat(upstreamSaw()).isNull();
        assertThat(status("a").state()).isEqualTo(State.INVALID);
        assertThat(status("a").plugin()).isNull();
        assertThat(status("a").position().toString()).contains("a.yaml:1");
    }

    @Test
    void pluginThatDoesNotStart_keepsTheLastGoodVersion() throws IOException {
        write("a.yaml", plugin("a", "one"));
        start();
        write("a.yaml", plugin("a", "refusing"));
        ReloadResult result = reload();
        assertThat(result.plugins().failures()).containsKey("default.a");
        assertThat(upstreamSaw()).isEqualTo("one");
        assertThat(status("a").state()).isEqualTo(State.LOADED);
        assertThat(status("a").problems()).singleElement().asString().contains("proxy_on_configure returned false");
    }

    @Test
    void resourcesThatDoNotApply_areListedWithTheReason() throws IOException {
        write(
                "a.yaml",
                plugin("elsewhere", "one", "selector: {matchLabels: {app: other}}"),
                plugin("tcp", "one", "type: NETWORK"));
        start();
        assertThat(status("elsewhere").state()).isEqualTo(State.NOT_APPLIED);
        assertThat(status("elsewhere").reason()).contains("label app");
        assertThat(status("tcp").state()).isEqualTo(State.UNSUPPORTED);
    }

    @Test
    void appliedResource_winsOverTheFile_untilItIsDeleted() throws IOException {
        write("a.yaml", plugin("a", "one"));
        start();
        result(configuration.apply(text(plugin("a", "two") + plugin("b", "three"))));
        assertThat(upstreamSaw()).isEqualTo("two");
        reload();
        assertThat(upstreamSaw()).isEqualTo("two");

        result(configuration.delete("WasmPlugin", "default", "a"));
        result(configuration.delete("WasmPlugin", "default", "b"));

        assertThat(upstreamSaw()).isEqualTo("one");
        assertThat(configuration.statuses()).hasSize(1);
    }

    @Test
    void appliedText_thatIsInvalid_leavesWhatRuns() {
        start();
        result(configuration.apply(text(plugin("a", "one"))));
        ReloadResult result = result(configuration.apply(text(plugin("a", "one", "phase: 9"))));
        assertThat(result.clean()).isFalse();
        assertThat(result.keptLastGood()).containsExactly("WasmPlugin default/a");
        assertThat(upstreamSaw()).isEqualTo("one");
        assertThat(status("a").state()).isEqualTo(State.INVALID);
    }

    private ResourceSet text(String yaml) {
        return ResourceReader.read(
                "applied.yaml",
                yaml.getBytes(StandardCharsets.UTF_8),
                ReadOptions.DEFAULT.toBuilder().baseDirectory(directory).build());
    }

    private static String secret(String name, String json) {
        return "apiVersion: v1\nkind: Secret\nmetadata: {name: " + name
                + "}\ntype: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: '" + json + "'}\n---\n";
    }

    @Test
    void secrets_areTold_inTheirLastGoodVersion() throws IOException {
        write("a.yaml", plugin("a", "one"));
        start();
        write("s.yaml", secret("login", "{\"auths\":{}}"), secret("other", "{\"auths\":{}}"));
        assertThat(reload().clean()).isTrue();
        assertThat(secrets).containsExactly("default/login", "default/other");
        assertThat(configuration.statuses()).extracting(ResourceStatus::name).containsExactly("a");

        write("s.yaml", secret("login", "s3cretword"));
        ReloadResult result = reload();
        assertThat(result.keptLastGood()).containsExactly("Secret default/login");
        assertThat(result.errors())
                .singleElement()
                .asString()
                .contains("s.yaml:5:")
                .doesNotContain("s3cretword");
        assertThat(secrets).containsExactly("default/login");
        assertThat(status("login").kind()).isEqualTo("Secret");
        assertThat(status("login").state()).isEqualTo(State.INVALID);
        assertThat(status("login").reason()).isEqualTo("has errors, and is used in its last good version");

        Files.delete(directory.resolve("s.yaml"));
        assertThat(reload().clean()).isTrue();
        assertThat(secrets).isEmpty();
        assertThat(configuration.statuses()).extracting(ResourceStatus::name).containsExactly("a");
    }

    @Test
    void secret_thatIsApplied_holdsUntilItIsDeleted() throws IOException {
        start();
        byte[] text = secret("login", "{\"auths\":{}}").getBytes(StandardCharsets.UTF_8);
        result(configuration.apply(ResourceReader.read("request", text, ReadOptions.DEFAULT)));
        assertThat(secrets).containsExactly("default/login");
        result(configuration.delete("Secret", "default", "login"));
        assertThat(secrets).isEmpty();
    }

    @Test
    void reloads_areCounted() throws IOException {
        start();
        reload();
        write("a.yaml", "nonsense");
        reload();
        assertThat(host.host().services().metrics().hostSamples())
                .filteredOn(sample -> sample.name().equals("portafilter_configuration_reloads_total"))
                .extracting(sample -> sample.labels().get("result") + " " + sample.value())
                .containsExactlyInAnyOrder("success 1", "failure 1");
    }
}
