package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.portafilter.runtime.service.PluginLog;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code serve} with modules from a registry that asks for a user: pinned, signed, kept, and refused when tampered with. */
@Timeout(120)
class ServeRegistryTest {
    /** Every metric of Istio's agent and of Envoy, after one module was fetched and runs on one worker. */
    private static final String METRICS = """
            # TYPE istio_agent_wasm_cache_entries gauge
            istio_agent_wasm_cache_entries 1
            # TYPE istio_agent_wasm_cache_lookup_count counter
            istio_agent_wasm_cache_lookup_count{hit="false"} 1
            istio_agent_wasm_cache_lookup_count{hit="true"} 0
            # TYPE istio_agent_wasm_remote_fetch_count counter
            istio_agent_wasm_remote_fetch_count{result="success"} 1
            istio_agent_wasm_remote_fetch_count{result="download_failure"} 0
            istio_agent_wasm_remote_fetch_count{result="manifest_failure"} 0
            istio_agent_wasm_remote_fetch_count{result="checksum_mismatched"} 0
            istio_agent_wasm_remote_fetch_count{result="fetch_failure"} 0
            istio_agent_wasm_remote_fetch_count{result="signature_failure"} 0
            # TYPE istio_agent_wasm_config_conversion_count counter
            istio_agent_wasm_config_conversion_count{result="success"} 1
            istio_agent_wasm_config_conversion_count{result="no_remote_load"} 0
            istio_agent_wasm_config_conversion_count{result="fetch_failure"} 0
            # TYPE istio_agent_wasm_config_conversion_duration histogram
            istio_agent_wasm_config_conversion_duration_bucket{le="+Inf"} 1
            istio_agent_wasm_config_conversion_duration_count 1
            # TYPE wasm_remote_load_cache_hits counter
            wasm_remote_load_cache_hits 0
            wasm_remote_load_cache_negative_hits 0
            wasm_remote_load_cache_misses 1
            wasm_remote_load_fetch_successes 1
            wasm_remote_load_fetch_failures 0
            # TYPE wasm_remote_load_cache_entries gauge
            wasm_remote_load_cache_entries 1
            # TYPE wasm_envoy_wasm_runtime_chicory_created counter
            wasm_envoy_wasm_runtime_chicory_created 1
            # TYPE wasm_envoy_wasm_runtime_chicory_active gauge
            wasm_envoy_wasm_runtime_chicory_active 1
            # TYPE wasm_envoy_wasm_runtime_chicory_memory_size gauge
            # TYPE wasm_wasm_vm_count gauge
            wasm_wasm_vm_count 1
            wasm_default_misbehave_vm_reload 0
            wasm_default_misbehave_vm_reload_backoff 0
            wasm_default_misbehave_vm_reload_success 0
            wasm_default_misbehave_vm_reload_failure 0
            # TYPE wasm_default_misbehave_vm_memory_size gauge
            """;

    @TempDir
    private Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private MemoryRegistry registry;
    private HttpServer upstream;
    private Serving serving;
    private Path config;
    private byte[] module;
    private String publicKey;
    private String digest;

    @BeforeEach
    void pushAndSign() throws Exception {
        upstream = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        upstream.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        upstream.start();
        registry = new MemoryRegistry();
        config = Files.createDirectory(directory.resolve("config"));
        try (InputStream in = ServeRegistryTest.class.getResourceAsStream("/dev/portafilter/plugins/misbehave.wasm")) {
            module = Objects.requireNonNull(in).readAllBytes();
        }
        Path file = Files.write(directory.resolve("misbehave.wasm"), module);
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Path key = Files.writeString(
                directory.resolve("key"), pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        publicKey = pem("PUBLIC KEY", pair.getPublic().getEncoded());
        String pinned = execute("push", file.toString(), image());
        digest = pinned.substring(pinned.indexOf('@') + 1);
        execute("sign", image(), "--key-file", key.toString());
        registry.requireUser("barista", "s3cret");
        Path secret = Files.createDirectories(directory.resolve("secrets/default/registry-login"));
        Files.writeString(
                secret.resolve(".dockerconfigjson"),
                "{\"auths\":{\"" + registry.host() + "\":{\"auth\":\"" + MemoryRegistry.login("barista", "s3cret")
                        + "\"}}}");
    }

    @AfterEach
    void stop() {
        if (serving != null) {
            serving.close();
        }
        registry.close();
        upstream.stop(0);
    }

    private String image() {
        return image("v1");
    }

    private String image(String tag) {
        return registry.host() + "/filters/misbehave:" + tag;
    }

    private static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n" + Base64.getEncoder().encodeToString(der) + "\n-----END " + type
                + "-----\n";
    }

    private static String execute(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        assertThat(command.execute(arguments)).as("%s", err).isZero();
        return out.toString().trim();
    }

    /** A WasmPlugin of the image that is pinned and signed. */
    private void write(String sha256) throws IOException {
        Files.writeString(config.resolve("plugin.yaml"), """
                apiVersion: extensions.istio.io/v1alpha1
                kind: WasmPlugin
                metadata:
                  name: misbehave
                spec:
                  url: oci://%s
                  sha256: '%s'
                  imagePullSecret: registry-login
                  verificationKey: |
                %s""".formatted(image(), sha256, publicKey.indent(4)));
    }

    private void serve(String settings) throws Exception {
        ServeFlags flags = new ServeFlags();
        flags.config = config.toString();
        flags.settings = Files.writeString(
                directory.resolve("settings"),
                "file.watch: false\nsecrets.dir: secrets\ncache.moduleDir: modules\n" + settings);
        flags.upstream = "http://127.0.0.1:" + upstream.getAddress().getPort();
        flags.listen = "127.0.0.1:0";
        flags.admin = "127.0.0.1:0";
        flags.workers = "1";
        flags.cacheDirectory = "none";
        ServePlan plan = ServePlan.of(flags);
        serving = new Serving(plan.gateway());
        serving.start(plan, PluginLog.slf4j());
    }

    private HttpResponse<String> get(String url) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> reload() throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(serving.adminUrl() + "/reload"))
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private int status() throws Exception {
        return get(serving.url() + "/").statusCode();
    }

    private String admin(String path) throws Exception {
        return get(serving.adminUrl() + path).body();
    }

    private String hex() {
        return digest.substring("sha256:".length());
    }

    @Test
    void pluginFromARegistry_pinnedAndSigned_runs_andIsNotFetchedAgain() throws Exception {
        write(hex());
        serve("");
        HttpResponse<String> response = get(serving.url() + "/");
        assertThat(response.statusCode()).isEqualTo(204);
        assertThat(response.headers().firstValue("x-behaved")).isPresent();
        assertThat(admin("/plugins"))
                .contains("\"state\" : \"loaded\"", "oci://" + image(), MemoryRegistry.sha256(module))
                .doesNotContain("s3cret");
        assertThat(admin("/metrics").lines()).contains(METRICS.lines().toArray(String[]::new));
        assertThat(admin("/metrics")).containsPattern("\nwasm_default_misbehave_vm_memory_size [1-9][0-9]+\n");
        serving.close();
        int asked = registry.requests().size();
        serve("");
        assertThat(status()).isEqualTo(204);
        assertThat(admin("/plugins")).contains("\"state\" : \"loaded\"");
        assertThat(registry.requests()).hasSize(asked);
    }

    @Test
    void rootId_isThatOfRuntimeConfigJson_onlyIfItIsSetSo() throws Exception {
        registry.requireNobody();
        Path runtime = Files.writeString(directory.resolve("c.json"), "{\"config\":{\"root_ids\":[\"my_root\"]}}");
        execute("push", directory.resolve("misbehave.wasm").toString(), image("v2"), "--config", runtime.toString());
        Files.writeString(config.resolve("plugin.yaml"), """
                apiVersion: extensions.istio.io/v1alpha1
                kind: WasmPlugin
                metadata: {name: misbehave}
                spec: {url: 'oci://%s'}
                """.formatted(image("v2")));
        serve("");
        assertThat(serving.plugins().get(0).spec().rootId()).isEmpty();
        serving.close();
        serve("image.useRuntimeConfigRootId: true\n");
        assertThat(serving.plugins().get(0).spec().rootId()).isEqualTo("my_root");
        assertThat(status()).isEqualTo(204);
    }

    @Test
    void imageOfAnotherDigest_isRefused_andTheMessageSaysBothDigests() throws Exception {
        write("0".repeat(64));
        serve("");
        assertThat(status()).isEqualTo(503);
        assertThat(admin("/plugins"))
                .contains(
                        "\"state\" : \"failed\"",
                        "checksum.mismatch",
                        "has sha256 " + hex() + " (expected: " + "0".repeat(64) + ", as spec.sha256 says)");
        assertThat(admin("/metrics"))
                .containsPattern("istio_agent_wasm_remote_fetch_count\\{result=\"checksum_mismatched\"} [1-9]");
    }

    @Test
    void layerThatWasTamperedWith_isRefused_andTheMessageSaysBothDigests() throws Exception {
        String manifest = new String(registry.get("filters/misbehave", "manifests", "v1"), StandardCharsets.UTF_8);
        String layers = manifest.substring(manifest.indexOf("\"layers\""));
        String layer = layers.substring(layers.indexOf("sha256:"), layers.indexOf("sha256:") + 71);
        byte[] bytes = registry.get("filters/misbehave", "blobs", layer).clone();
        bytes[bytes.length / 2] ^= 1;
        registry.replace("filters/misbehave", "blobs", layer, bytes);
        write(hex());
        serve("");
        assertThat(status()).isEqualTo(503);
        assertThat(admin("/plugins"))
                .contains("image.layerDigestMismatch", layer, MemoryRegistry.sha256(bytes))
                .doesNotContain("\"state\" : \"loaded\"");
    }

    @Test
    void imageThatNobodySigned_isRefused_andTheMessageSaysWhichKeyWasLookedFor() throws Exception {
        registry.replace(
                "filters/misbehave",
                "manifests",
                digest.replace(':', '-') + ".sig",
                "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"layers\":[]}"
                        .getBytes(StandardCharsets.UTF_8));
        write(hex());
        serve("");
        assertThat(status()).isEqualTo(503);
        assertThat(admin("/plugins")).contains("signature.n", digest, "expected: one by Ed25519 key");
        assertThat(admin("/metrics"))
                .containsPattern("istio_agent_wasm_remote_fetch_count\\{result=\"signature_failure\"} [1-9]");
    }

    @Test
    void pluginThatFailsOpen_isNotWaitedFor_andSaysWhenItIsTriedAgain() throws Exception {
        Files.writeString(config.resolve("plugin.yaml"), """
                apiVersion: extensions.istio.io/v1alpha1
                kind: WasmPlugin
                metadata: {name: misbehave}
                spec: {url: 'oci://%s', imagePullSecret: nowhere, failStrategy: FAIL_OPEN}
                """.formatted(image()));
        serve("");
        assertThat(status()).isEqualTo(204);
        assertThat(reload().statusCode()).isEqualTo(422);
        assertThat(admin("/plugins"))
                .contains("\"state\" : \"failed\"", "secret.notFound", "\"since\"", "\"nextTry\" : \"");
        assertThat(status()).isEqualTo(204);
    }

    @Test
    void secretThatIsMissing_isNamed_andTheRegistryIsNotAsked() throws Exception {
        write(hex());
        Files.delete(directory.resolve("secrets/default/registry-login/.dockerconfigjson"));
        Files.delete(directory.resolve("secrets/default/registry-login"));
        int asked = registry.requests().size();
        serve("");
        assertThat(status()).isEqualTo(503);
        assertThat(admin("/plugins")).contains("secret.notFound: secret default/registry-login");
        assertThat(registry.requests()).hasSize(asked);
    }

    @Test
    void secretAmongTheResources_isUsed_andComesWhileItRuns() throws Exception {
        Files.delete(directory.resolve("secrets/default/registry-login/.dockerconfigjson"));
        Files.delete(directory.resolve("secrets/default/registry-login"));
        write(hex());
        serve("");
        assertThat(status()).isEqualTo(503);
        Files.writeString(config.resolve("login.yaml"), """
                apiVersion: v1
                kind: Secret
                metadata: {name: registry-login}
                type: kubernetes.io/dockerconfigjson
                stringData:
                  .dockerconfigjson: '{"auths":{"%s":{"username":"barista","password":"s3cret"}}}'
                """.formatted(registry.host()));

        HttpResponse<String> reloaded = reload();

        assertThat(reloaded.statusCode()).isEqualTo(200);
        assertThat(status()).isEqualTo(204);
        assertThat(admin("/plugins") + reloaded.body())
                .contains("\"state\" : \"loaded\"")
                .doesNotContain("s3cret");
    }

    @Test
    void secretOfAnotherType_thatIsNamed_isAnError_andTheRegistryIsNotAsked() throws Exception {
        Files.delete(directory.resolve("secrets/default/registry-login/.dockerconfigjson"));
        Files.delete(directory.resolve("secrets/default/registry-login"));
        write(hex());
        Files.writeString(
                config.resolve("login.yaml"),
                "apiVersion: v1\nkind: Secret\nmetadata: {name: registry-login}\nstringData: {password: s3cret}\n");
        int asked = registry.requests().size();
        serve("");
        assertThat(status()).isEqualTo(503);
        assertThat(admin("/plugins"))
                .contains("secret.type: secret default/registry-login at ", "login.yaml:1:1: is of another type")
                .doesNotContain("s3cret");
        assertThat(registry.requests()).hasSize(asked);
    }

    @Test
    void registryThatIsDown_isNotMissed_whenTheModuleIsKept_unlessItIsAlwaysToBeAsked() throws Exception {
        write(hex());
        Path resource = config.resolve("plugin.yaml");
        String byTag = Files.readString(resource).replaceAll("  sha256: .*\n", "");
        Files.writeString(resource, byTag + "  imagePullPolicy: IfNotPresent\n");
        serve("");
        assertThat(status()).isEqualTo(204);
        serving.close();
        registry.close();
        serve("");
        assertThat(status()).isEqualTo(204);
        assertThat(admin("/plugins")).contains("\"state\" : \"loaded\"");
        serving.close();
        Files.writeString(resource, byTag + "  imagePullPolicy: Always\n");
        serve("fetch.timeout: 2s\n");
        assertThat(status()).isEqualTo(503);
        assertThat(admin("/plugins")).contains("\"state\" : \"failed\"", "fetch.network");
    }
}
