package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.portafilter.runtime.service.PluginLog;
import java.io.InputStream;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code bundle}, and {@code serve --offline} from it once the registry and the web server are gone. */
@Timeout(120)
class BundleCommandTest extends TypedCommand {
    @TempDir
    private Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private MemoryRegistry registry;
    private HttpServer web;
    private HttpServer upstream;
    private Serving serving;
    private Path config;
    private Path bundle;
    private byte[] module;
    private String publicKey;

    @BeforeEach
    void push() throws Exception {
        try (InputStream in = BundleCommandTest.class.getResourceAsStream("/dev/portafilter/plugins/misbehave.wasm")) {
            module = Objects.requireNonNull(in).readAllBytes();
        }
        upstream = server(204, new byte[0]);
        web = server(200, module);
        registry = new MemoryRegistry();
        config = Files.createDirectory(directory.resolve("config"));
        bundle = directory.resolve("bundle");
        Path file = Files.write(config.resolve("misbehave.wasm"), module);
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Path key = Files.writeString(
                directory.resolve("key"), pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        publicKey = pem("PUBLIC KEY", pair.getPublic().getEncoded());
        assertThat(execute("push", file.toString(), image())).isZero();
        assertThat(execute("sign", image(), "--key-file", key.toString())).isZero();
        Files.writeString(config.resolve("plugins.yaml"), """
                apiVersion: extensions.istio.io/v1alpha1
                kind: WasmPlugin
                metadata: {name: from-registry}
                spec:
                  url: oci://%s
                  verificationKey: |
                %s---
                apiVersion: extensions.istio.io/v1alpha1
                kind: WasmPlugin
                metadata: {name: from-web}
                spec:
                  url: http://127.0.0.1:%d/misbehave.wasm
                  sha256: '%s'
                ---
                apiVersion: extensions.istio.io/v1alpha1
                kind: WasmPlugin
                metadata: {name: from-file}
                spec:
                  url: file://misbehave.wasm
                """.formatted(
                        image(), publicKey.indent(4), web.getAddress().getPort(), MemoryRegistry.sha256(module)));
    }

    @AfterEach
    void stop() {
        if (serving != null) {
            serving.close();
        }
        registry.close();
        web.stop(0);
        upstream.stop(0);
    }

    private static HttpServer server(int status, byte[] body) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
        return server;
    }

    private String image() {
        return registry.host() + "/filters/misbehave:v1";
    }

    private static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n" + Base64.getEncoder().encodeToString(der) + "\n-----END " + type
                + "-----\n";
    }

    private void bundled() {
        assertThat(execute("bundle", "--config", config.toString(), "-o", bundle.toString()))
                .as("%s", err)
                .isZero();
    }

    /** Takes away all that modules came from. */
    private void takeAway() throws Exception {
        registry.close();
        web.stop(0);
        Files.delete(config.resolve("misbehave.wasm"));
    }

    private void serve(Path offline) throws Exception {
        ServeFlags flags = new ServeFlags();
        flags.config = config.toString();
        flags.settings = Files.writeString(directory.resolve("settings"), "file.watch: false\n");
        flags.upstream = "http://127.0.0.1:" + upstream.getAddress().getPort();
        flags.listen = "127.0.0.1:0";
        flags.admin = "127.0.0.1:0";
        flags.workers = "1";
        flags.cacheDirectory = "none";
        flags.offline = offline.toString();
        ServePlan plan = ServePlan.of(flags);
        serving = new Serving(plan.gateway());
        serving.start(plan, PluginLog.slf4j());
    }

    private HttpResponse<String> get(String url) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private String plugins() throws Exception {
        return get(serving.adminUrl() + "/plugins").body();
    }

    @Test
    void bundleThatWasMoved_servesAllItsModules_withNothingElseThere() throws Exception {
        bundled();
        assertThat(out.toString())
                .contains(
                        "WasmPlugin default/from-registry  oci://" + image() + "  sha256:",
                        "WasmPlugin default/from-web  http://127.0.0.1:",
                        "WasmPlugin default/from-file  file://misbehave.wasm  sha256:" + MemoryRegistry.sha256(module));
        assertThat(err.toString()).contains(bundle + ": 3 modules");
        assertThat(bundle.resolve("bundle.json")).content().doesNotContain(directory.toString());
        Path moved = Files.move(bundle, directory.resolve("moved"));
        takeAway();
        serve(moved);
        HttpResponse<String> response = get(serving.url() + "/");
        assertThat(response.statusCode()).isEqualTo(204);
        assertThat(response.headers().firstValue("x-behaved")).isPresent();
        assertThat(plugins()).contains("\"state\" : \"loaded\"").doesNotContain("\"state\" : \"failed\"");
    }

    @Test
    void extension_whoseImageSaysWhereItStands_isBundledWithThat() throws Exception {
        ExtensionImages.push(
                registry,
                "maistra/filter",
                "schemaVersion: 1\nname: filter\nphase: PostAuthZ\npriority: 7\nmodule: extension.wasm\n",
                module);
        Files.writeString(
                config.resolve("plugins.yaml"),
                "apiVersion: maistra.io/v1\nkind: ServiceMeshExtension\nmetadata: {name: extension}\n"
                        + "spec: {image: '" + registry.host() + "/maistra/filter:2.2'}\n");
        bundled();
        assertThat(out.toString()).contains("ServiceMeshExtension default/extension  oci://" + registry.host());
        takeAway();
        serve(bundle);
        // Requests pass until it is loaded; bounded by the timeout of the class.
        HttpResponse<String> response = get(serving.url() + "/");
        while (response.headers().firstValue("x-behaved").isEmpty()) {
            assertThat(response.statusCode()).isEqualTo(204);
            response = get(serving.url() + "/");
        }
        assertThat(plugins()).contains("\"state\" : \"loaded\"", "\"priority\" : 7");
    }

    @Test
    void bundleThatWasTamperedWith_isRefused_andTheMessageSaysBothDigests() throws Exception {
        bundled();
        takeAway();
        Path blob = bundle.resolve("blobs/sha256/" + MemoryRegistry.sha256(module));
        byte[] changed = module.clone();
        changed[changed.length / 2] ^= 1;
        Files.write(blob, changed);
        serve(bundle);
        assertThat(get(serving.url() + "/").statusCode()).isEqualTo(503);
        assertThat(plugins())
                .contains(
                        "bundle.digestMismatch",
                        "is sha256:" + MemoryRegistry.sha256(changed) + " (expected: sha256:"
                                + MemoryRegistry.sha256(module));
    }

    @Test
    void signature_isCheckedOffline_andAnotherKeyIsRefused() throws Exception {
        bundled();
        takeAway();
        KeyPair other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Path resources = config.resolve("plugins.yaml");
        String text = Files.readString(resources);
        Files.writeString(
                resources,
                text.replace(
                        publicKey.lines().toList().get(1),
                        Base64.getEncoder().encodeToString(other.getPublic().getEncoded())));
        serve(bundle);
        assertThat(get(serving.url() + "/").statusCode()).isEqualTo(503);
        assertThat(plugins()).contains("signature.");
    }

    @Test
    void moduleThatIsNotInTheBundle_isNamed() throws Exception {
        bundled();
        takeAway();
        Path resources = config.resolve("plugins.yaml");
        Files.writeString(resources, Files.readString(resources).replace("misbehave:v1", "misbehave:v2"));
        serve(bundle);
        assertThat(get(serving.url() + "/").statusCode()).isEqualTo(503);
        assertThat(plugins()).contains("fetch.offline: ", "misbehave:v2: is not in the bundle " + bundle);
    }

    @Test
    void modulesThatCannotBeHad_areAllNamed_andNoBundleIsMade() throws Exception {
        Path resources = config.resolve("plugins.yaml");
        Files.writeString(
                resources,
                Files.readString(resources)
                        .replace("misbehave:v1", "none:v1")
                        .replace("file://misbehave", "file://none")
                        .replace(MemoryRegistry.sha256(module), "0".repeat(64)));
        assertThat(execute("bundle", "--config", config.toString(), "-o", bundle.toString()))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains(
                        "error: WasmPlugin default/from-registry: image.notFound",
                        "error: WasmPlugin default/from-web: checksum.mismatch",
                        "error: WasmPlugin default/from-file: fetch.file",
                        bundle + ": not written");
        if (Files.exists(bundle)) {
            try (Stream<Path> files = Files.walk(bundle)) {
                assertThat(files.filter(Files::isRegularFile)).isEmpty();
            }
        }
    }

    @Test
    void bundleThatFails_leavesTheOneBefore() throws Exception {
        bundled();
        String before = Files.readString(bundle.resolve("bundle.json"));
        takeAway();
        assertThat(execute("bundle", "--config", config.toString(), "-o", bundle.toString()))
                .isEqualTo(1);
        assertThat(bundle.resolve("bundle.json")).hasContent(before);
        serve(bundle);
        assertThat(get(serving.url() + "/").statusCode()).isEqualTo(204);
    }

    @Test
    void whatIsNoBundle_isNeitherWrittenOverNorServed() throws Exception {
        Files.createDirectory(bundle);
        Path note = Files.writeString(bundle.resolve("notes"), "mine", StandardCharsets.UTF_8);
        assertThat(execute("bundle", "--config", config.toString(), "-o", bundle.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("holds other files (expected: nothing, or a bundle)");
        assertThat(note).hasContent("mine");
        assertThat(execute(
                        "serve",
                        "--config",
                        config.toString(),
                        "--upstream",
                        "http://127.0.0.1:1",
                        "--offline",
                        bundle.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains(bundle + ": holds no modules (expected: bundle.json of a bundle");
        assertThat(execute("bundle", "-o", directory.resolve("x").toString())).isEqualTo(2);
        assertThat(err.toString()).contains("--config: is missing");
    }
}
