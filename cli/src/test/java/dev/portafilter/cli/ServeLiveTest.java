package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.portafilter.runtime.service.PluginLog;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve} whose files change while it runs. */
@Timeout(120)
class ServeLiveTest {
    private static final String GOOD = """
            apiVersion: extensions.istio.io/v1alpha1
            kind: WasmPlugin
            metadata:
              name: misbehave
            spec:
              url: file://misbehave.wasm
            """;

    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private HttpServer upstream;
    private Serving serving;

    @BeforeEach
    void writeModule() throws IOException {
        upstream = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        upstream.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        upstream.start();
        try (InputStream in = ServeLiveTest.class.getResourceAsStream("/dev/portafilter/plugins/misbehave.wasm")) {
            Files.copy(Objects.requireNonNull(in), directory.resolve("misbehave.wasm"));
        }
    }

    @AfterEach
    void stop() {
        if (serving != null) {
            serving.close();
        }
        upstream.stop(0);
    }

    /** Starts what the flags say, and this. */
    private void serve(String settings) throws Exception {
        ServeFlags flags = new ServeFlags();
        flags.config = directory.toString();
        flags.settings = Files.writeString(directory.resolve("settings"), settings);
        flags.upstream = "http://127.0.0.1:" + upstream.getAddress().getPort();
        flags.listen = "127.0.0.1:0";
        flags.admin = "127.0.0.1:0";
        flags.workers = "2";
        flags.cacheDirectory = "none";
        ServePlan plan = ServePlan.of(flags);
        serving = new Serving(plan.gateway());
        serving.start(plan, PluginLog.slf4j());
    }

    private void write(String yaml) throws IOException {
        Path next = Files.writeString(directory.resolve(".next"), yaml);
        Files.move(next, directory.resolve("plugin.yaml"), StandardCopyOption.ATOMIC_MOVE);
    }

    private boolean filtered() throws Exception {
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(URI.create(serving.url() + "/")).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(204);
        return response.headers().firstValue("x-behaved").isPresent();
    }

    private void awaitFiltered(boolean wanted) throws Exception {
        // Bounded by the timeout of the class.
        while (filtered() != wanted) {
            Thread.onSpinWait();
        }
    }

    private HttpResponse<String> admin(String method, String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(serving.adminUrl() + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void resourceFile_thatComesAndGoes_isFollowed() throws Exception {
        serve("file.quietMillis: 1\nfile.pollMillis: 20\n");
        assertThat(filtered()).isFalse();
        write(GOOD);
        awaitFiltered(true);
        Files.delete(directory.resolve("plugin.yaml"));
        awaitFiltered(false);
    }

    @Test
    @DisplayName("T-107 b: a module file that changes on disk is loaded again")
    void moduleFile_thatChanges_isFollowed() throws Exception {
        write(GOOD);
        serve("file.quietMillis: 1\nfile.pollMillis: 20\n");
        assertThat(filtered()).isTrue();
        Path next = directory.resolve(".next");
        try (InputStream in = ServeLiveTest.class.getResourceAsStream("/dev/portafilter/plugins/header-rewrite.wasm")) {
            Files.copy(Objects.requireNonNull(in), next, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(next, directory.resolve("misbehave.wasm"), StandardCopyOption.ATOMIC_MOVE);
        // The other filter does not say that it was there.
        awaitFiltered(false);
        assertThat(admin("GET", "/plugins").body()).contains("\"state\" : \"loaded\"");
    }

    @Test
    void reload_readsTheFilesAgain_andTellsWhatCameOfIt() throws Exception {
        serve("file.watch: false\n");
        write(GOOD);
        HttpResponse<String> applied = admin("POST", "/reload");
        assertThat(applied.statusCode()).isEqualTo(200);
        assertThat(applied.body()).contains("\"result\" : \"applied\"", "\"started\" : [ \"default.misbehave\" ]");
        assertThat(filtered()).isTrue();
        assertThat(admin("GET", "/plugins").body())
                .contains("\"kind\" : \"WasmPlugin\"", "\"state\" : \"loaded\"", "plugin.yaml:1:1", "\"since\" : \"");

        write(GOOD.replace("spec:", "spec:\n  priority: high"));
        HttpResponse<String> refused = admin("POST", "/reload");
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("spec.priority", "\"keptLastGood\" : [ \"WasmPlugin default/misbehave\" ]");
        assertThat(filtered()).isTrue();
        assertThat(admin("GET", "/plugins").body())
                .contains("\"state\" : \"invalid\"", "\"problems\" : [", "spec.priority");
        assertThat(admin("GET", "/metrics").body())
                .contains(
                        "portafilter_configuration_reloads_total{result=\"failure\"} 1.0",
                        "portafilter_configuration_reloads_total{result=\"success\"} 1.0",
                        "portafilter_vms 2.0");
        assertThat(admin("GET", "/reload").statusCode()).isEqualTo(405);
    }

    @Test
    void settings_thatAreWrong_areRefused() throws Exception {
        ServeFlags flags = new ServeFlags();
        flags.config = directory.toString();
        flags.upstream = "http://127.0.0.1:1";
        flags.settings = Files.writeString(directory.resolve("settings"), "update.onFailure: never\n");
        try {
            ServePlan.of(flags);
        } catch (ServePlan.Refused e) {
            assertThat(e).hasMessageContaining("update.onFailure: \"never\" is unknown");
            return;
        }
        throw new AssertionError("the settings were accepted");
    }
}
