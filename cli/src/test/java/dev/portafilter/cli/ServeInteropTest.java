package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
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
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code serve} in a process of its own, from a directory of WasmPlugins whose images are in a docker-registry that asks
 * for a user: pinned and signed ones run, and what somebody has changed in the registry does not.
 */
@Timeout(300)
class ServeInteropTest {
    @TempDir
    private Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private DockerRegistry registry;
    private HttpServer upstream;
    private Process process;
    private String url;
    private String adminUrl;
    private Path config;
    private String publicKey;
    private Path signingKey;
    private String digest;

    @BeforeEach
    void pushImage() throws Exception {
        registry = DockerRegistry.start(Files.createDirectory(directory.resolve("registry")));
        upstream = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        upstream.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        upstream.start();
        config = Files.createDirectory(directory.resolve("config"));
        registry.writeLogin(Files.createDirectories(directory.resolve("secrets/default/registry-login"))
                .resolve(".dockerconfigjson"));
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair pair = generator.generateKeyPair();
        signingKey = Files.writeString(
                directory.resolve("key.pem"),
                pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        publicKey = pem("PUBLIC KEY", pair.getPublic().getEncoded());
        digest = push("misbehave", image());
    }

    @AfterEach
    void stop() throws Exception {
        if (process != null) {
            // Process.destroy would close the pipe under its reader.
            process.toHandle().destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
        if (upstream != null) {
            upstream.stop(0);
        }
        if (registry != null) {
            registry.close();
        }
    }

    private static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + type
                + "-----\n";
    }

    private String image() {
        return registry.host() + "/filters/misbehave:v1";
    }

    /** Pushes one of the sample filters, and gives the digest of its image. */
    private String push(String filter, String image) throws Exception {
        Path module = directory.resolve(filter + ".wasm");
        try (InputStream in =
                ServeInteropTest.class.getResourceAsStream("/dev/portafilter/plugins/" + filter + ".wasm")) {
            Files.write(module, Objects.requireNonNull(in).readAllBytes());
        }
        String pinned = registry.portafilter("push", module.toString(), image);
        return pinned.substring(pinned.indexOf('@') + 1);
    }

    private void sign(String signer) throws Exception {
        String pinned = registry.host() + "/filters/misbehave@" + digest;
        if (signer.equals("portafilter")) {
            registry.portafilter("sign", pinned, "--key-file", signingKey.toString());
            return;
        }
        registry.run("cosign", "import-key-pair", "--yes", "--key", signingKey.toString());
        String services = signer.equals("cosign3") ? "--use-signing-config=false" : "--tlog-upload=false";
        registry.run(
                signer,
                "sign",
                "--yes",
                "--key",
                "import-cosign.key",
                "--tlog-upload=false",
                services,
                "--allow-http-registry",
                pinned);
    }

    /** Writes a WasmPlugin of the image; an empty digest pins nothing. */
    private void write(String name, String sha256) throws IOException {
        Files.writeString(config.resolve(name + ".yaml"), """
                apiVersion: extensions.istio.io/v1alpha1
                kind: WasmPlugin
                metadata:
                  name: %s
                spec:
                  url: oci://%s
                  sha256: '%s'
                  imagePullSecret: registry-login
                  verificationKey: |
                %s""".formatted(name, image(), sha256, publicKey.indent(4)));
    }

    /** Starts it, and waits until it listens. */
    private void serve() throws Exception {
        Path settings =
                Files.writeString(directory.resolve("settings"), "secrets.dir: secrets\ncache.moduleDir: modules\n");
        List<String> command = DockerRegistry.portafilterCommand(
                "serve",
                "--config",
                config.toString(),
                "--settings",
                settings.toString(),
                "--upstream",
                "http://127.0.0.1:" + upstream.getAddress().getPort(),
                "--listen",
                "127.0.0.1:0",
                "--admin",
                "127.0.0.1:0",
                "--workers",
                "1",
                "--cache-dir",
                "none");
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        StringBuilder printed = new StringBuilder();
        while (url == null || adminUrl == null) {
            String line = output.readLine();
            assertThat(line).as("it ended: %s", printed).isNotNull();
            printed.append(line).append('\n');
            if (line.startsWith("listening on ")) {
                url = line.substring("listening on ".length());
            } else if (line.contains("admin on ")) {
                adminUrl = line.substring(line.indexOf("admin on ") + "admin on ".length());
            }
        }
        DockerRegistry.drain(output);
    }

    private HttpResponse<String> get(String from) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(from)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private void assertRefused(String result, String... message) throws Exception {
        assertThat(get(url + "/").statusCode()).isEqualTo(503);
        assertThat(get(adminUrl + "/plugins").body())
                .contains("\"state\" : \"failed\"")
                .contains(message)
                .doesNotContain("s3cret");
        assertThat(get(adminUrl + "/metrics").body())
                .containsPattern("istio_agent_wasm_remote_fetch_count\\{result=\"" + result + "\"} [1-9]")
                .contains("istio_agent_wasm_remote_fetch_count{result=\"success\"} 0\n");
    }

    private String hex() {
        return digest.substring("sha256:".length());
    }

    /** The bytes that the registry keeps, with one of them changed. */
    private String tamperWith(String stored) throws IOException {
        Path file = registry.stored(stored);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        return MemoryRegistry.sha256(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"portafilter", "cosign", "cosign3"})
    void imageThatIsPinnedAndSigned_runs(String signer) throws Exception {
        sign(signer);
        write("first", hex());
        serve();
        HttpResponse<String> response = get(url + "/");
        assertThat(response.statusCode()).isEqualTo(204);
        assertThat(response.headers().firstValue("x-behaved")).isPresent();
        assertThat(get(adminUrl + "/plugins").body())
                .contains("\"state\" : \"loaded\"", "oci://" + image())
                .doesNotContain("s3cret", "\"state\" : \"failed\"");
        assertThat(get(adminUrl + "/metrics").body())
                .contains(
                        "istio_agent_wasm_remote_fetch_count{result=\"success\"} 1\n",
                        "istio_agent_wasm_cache_entries 1\n");
    }

    @Test
    void layerThatWasChangedInTheRegistry_isRefused_andBothDigestsAreSaid() throws Exception {
        sign("portafilter");
        String manifest = Files.readString(registry.stored(digest));
        String layers = manifest.substring(manifest.indexOf("\"layers\""));
        String layer = layers.substring(layers.indexOf("sha256:"), layers.indexOf("sha256:") + 71);
        String changed = tamperWith(layer);
        write("first", hex());
        serve();
        assertRefused("fetch_failure", "image.layerDigestMismatch", layer, changed);
    }

    @Test
    void imageThatWasPushedAgainUnsigned_isRefused_andTheKeyThatWasLookedForIsSaid() throws Exception {
        sign("portafilter");
        String other = push("header-rewrite", image());
        write("first", "");
        serve();
        assertRefused("signature_failure", "signature.notFound", other, "expected: one by EC P-256 key");
    }

    @Test
    void imageThatWasPushedAgain_isNotThePinnedOne_andBothDigestsAreSaid() throws Exception {
        sign("portafilter");
        String other = push("header-rewrite", image()).substring("sha256:".length());
        write("first", hex());
        serve();
        assertRefused(
                "checksum_mismatched",
                "checksum.mismatch",
                "has sha256 " + other + " (expected: " + hex() + ", as spec.sha256 says)");
    }

    @Test
    void imageThatAnotherKeySigned_isRefused_andTheKeysAreSaid() throws Exception {
        KeyPair other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        sign("portafilter");
        publicKey = pem("PUBLIC KEY", other.getPublic().getEncoded());
        write("first", hex());
        serve();
        assertRefused("signature_failure", "signature.noneValid", digest, "expected: one by Ed25519 key");
    }
}
