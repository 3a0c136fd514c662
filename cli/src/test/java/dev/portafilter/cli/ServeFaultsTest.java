package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.portafilter.cli.FaultyLine.State;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@code serve}, with one worker, whose registry fails for a while: only what needs it fails, and not for longer. */
@Timeout(120)
class ServeFaultsTest {
    private static final int PASSED = 204;

    @TempDir
    private Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private MemoryRegistry registry;
    private FaultyLine line;
    private HttpServer upstream;
    private Serving serving;

    @BeforeEach
    void push() throws Exception {
        upstream = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        upstream.createContext("/", exchange -> {
            exchange.sendResponseHeaders(PASSED, -1);
            exchange.close();
        });
        upstream.start();
        registry = new MemoryRegistry();
        line = new FaultyLine(URI.create("http://" + registry.host()).getPort());
        push("misbehave", "v1");
    }

    @AfterEach
    void stop() {
        if (serving != null) {
            serving.close();
        }
        line.close();
        registry.close();
        upstream.stop(0);
    }

    /** Pushes one of the sample filters, and gives the SHA-256 of its module. */
    private String push(String filter, String tag) throws Exception {
        Path file = directory.resolve(filter + ".wasm");
        try (InputStream in =
                ServeFaultsTest.class.getResourceAsStream("/dev/portafilter/plugins/" + filter + ".wasm")) {
            Files.write(file, Objects.requireNonNull(in).readAllBytes());
        }
        StringWriter err = new StringWriter();
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(new StringWriter()));
        command.setErr(new PrintWriter(err, true));
        assertThat(command.execute("push", file.toString(), registry.host() + "/filters/a:" + tag))
                .as("%s", err)
                .isZero();
        return MemoryRegistry.sha256(Files.readAllBytes(file));
    }

    private void write(String tag, String failStrategy) throws IOException {
        Path config = Files.createDirectories(directory.resolve("config"));
        Files.writeString(config.resolve("plugin.yaml"), """
                apiVersion: extensions.istio.io/v1alpha1
                kind: WasmPlugin
                metadata:
                  name: a
                spec:
                  url: oci://%s/filters/a:%s
                  failStrategy: %s
                """.formatted(line.host(), tag, failStrategy));
    }

    private void serve() throws Exception {
        ServeFlags flags = new ServeFlags();
        flags.config = directory.resolve("config").toString();
        flags.settings = Files.writeString(
                directory.resolve("settings"), "file.watch: false\nfetch.timeout: 600ms\ncache.moduleDir: modules\n");
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

    /** A request's status, and whether the filter saw it. */
    private String request() throws Exception {
        HttpResponse<String> response = get(serving.url() + "/");
        return response.statusCode()
                + (response.headers().firstValue("x-behaved").isPresent() ? " filtered" : "");
    }

    private String plugins() throws Exception {
        return get(serving.adminUrl() + "/plugins").body();
    }

    @ParameterizedTest
    @CsvSource({
        "FAIL_CLOSE, DOWN, 503, fetch.network",
        "FAIL_RELOAD, DOWN, 503, fetch.network",
        "FAIL_OPEN, DOWN, 204, fetch.network",
        "FAIL_CLOSE, SILENT, 503, fetch.timeout",
        "FAIL_OPEN, SILENT, 204, fetch.timeout",
    })
    void registryThatFailsAtTheStart_isAskedAgain_andRequestsGoByTheStrategyMeanwhile(
            String failStrategy, State fault, String meanwhile, String code) throws Exception {
        write("v1", failStrategy);
        line.is(fault);
        serve();
        assertThat(request()).isEqualTo(meanwhile);
        String before = plugins();
        // One that fails open is not waited for.
        while (failStrategy.equals("FAIL_OPEN") && before.contains("\"state\" : \"pending\"")) {
            assertThat(request()).isEqualTo(meanwhile);
            before = plugins();
        }
        assertThat(before).contains("\"state\" : \"failed\"", code);
        line.is(State.UP);
        // Bounded by the timeout of the class.
        String seen = request();
        while (!seen.equals("204 filtered")) {
            assertThat(seen).isEqualTo(meanwhile);
            seen = request();
        }
        assertThat(plugins()).contains("\"state\" : \"loaded\"").doesNotContain("\"state\" : \"failed\"");
        assertThat(get(serving.adminUrl() + "/metrics").body())
                .contains("istio_agent_wasm_remote_fetch_count{result=\"success\"} 1\n");
    }

    @Test
    void updateWhoseRegistryIsSilent_leavesTheOldVersion_andNoRequestWaitsOrFails() throws Exception {
        write("v1", "FAIL_CLOSE");
        serve();
        assertThat(request()).isEqualTo("204 filtered");

        line.is(State.SILENT);
        String sha256 = push("header-rewrite", "v2");
        write("v2", "FAIL_CLOSE");
        CompletableFuture<HttpResponse<String>> reload = client.sendAsync(
                HttpRequest.newBuilder(URI.create(serving.adminUrl() + "/reload"))
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        int during = 0;
        while (!reload.isDone()) {
            boolean waits = line.silentCount() > 0;
            assertThat(request()).isEqualTo("204 filtered");
            during += waits && line.silentCount() > 0 ? 1 : 0;
        }
        assertThat(during)
                .as("requests that were answered while somebody waited for the registry")
                .isPositive();
        assertThat(reload.get(1, TimeUnit.SECONDS).body()).contains("fetch.timeout");
        assertThat(request()).isEqualTo("204 filtered");

        line.is(State.UP);
        // Bounded by the timeout of the class; the next filter does not say that it was there.
        String seen = request();
        while (!seen.equals("204")) {
            assertThat(seen).isEqualTo("204 filtered");
            seen = request();
        }
        assertThat(plugins()).contains(sha256).doesNotContain("\"state\" : \"failed\"");
    }
}
