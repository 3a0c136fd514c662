package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code bundle}, and {@code serve --offline} with what it made. */
@Timeout(120)
class BundleCommandTest {
    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private MemoryRegistry registry;
    private Path config;
    private Path bundle;
    private byte[] module;

    @BeforeEach
    void push() throws Exception {
        registry = new MemoryRegistry();
        config = Files.createDirectory(directory.resolve("config"));
        bundle = directory.resolve("bundle");
        try (InputStream in = BundleCommandTest.class.getResourceAsStream("/dev/portafilter/plugins/misbehave.wasm")) {
            module = Objects.requireNonNull(in).readAllBytes();
        }
        Path file = Files.write(config.resolve("local.wasm"), module);
        assertThat(execute("push", file.toString(), image())).isZero();
        write("remote", "oci://" + image());
        write("local", "file://local.wasm");
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private String image() {
        return registry.host() + "/filters/misbehave:v1";
    }

    private void write(String name, String url) throws IOException {
        Files.writeString(
                config.resolve(name + ".yaml"),
                "apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata: {name: " + name
                        + "}\nspec:\n  url: " + url + "\n");
    }

    /** The exit code; what was printed before is forgotten. */
    private int execute(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }

    private int makeBundle() {
        return execute("bundle", "--config", config.toString(), "-o", bundle.toString());
    }

    private ServePlan plan(String upstream) throws ServePlan.Refused {
        ServeFlags flags = new ServeFlags();
        flags.config = config.toString();
        flags.upstream = upstream;
        flags.listen = "127.0.0.1:0";
        flags.admin = "127.0.0.1:0";
        flags.workers = "1";
        flags.cacheDirectory = "none";
        flags.offline = bundle.toString();
        return ServePlan.of(flags);
    }

    /** What {@code /plugins} of a gateway says that runs from the bundle, and the status of a request through it. */
    private String served() throws Exception {
        HttpServer upstream = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        upstream.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        upstream.start();
        ServePlan plan = plan("http://127.0.0.1:" + upstream.getAddress().getPort());
        try (Serving serving = new Serving(plan.gateway())) {
            serving.start(plan, PluginLog.slf4j());
            HttpClient client = HttpClient.newHttpClient();
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create(serving.url() + "/")).build(),
                    HttpResponse.BodyHandlers.ofString());
            return response.statusCode() + " "
                    + client.send(
                                    HttpRequest.newBuilder(URI.create(serving.adminUrl() + "/plugins"))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .body();
        } finally {
            upstream.stop(0);
        }
    }

    private List<Path> bundled() throws IOException {
        try (Stream<Path> files = Files.walk(bundle)) {
            return files.filter(file -> file.toString().endsWith(".wasm")).toList();
        }
    }

    @Test
    void bundle_isAllThatServeNeeds_whenFilesAndRegistryAreGone() throws Exception {
        assertThat(makeBundle()).as("%s", err).isZero();
        assertThat(out.toString())
                .contains(
                        "WasmPlugin default/local: file://local.wasm, sha256:" + MemoryRegistry.sha256(module) + ", ",
                        "WasmPlugin default/remote: oci://" + image() + ", sha256:");
        assertThat(err.toString()).contains(bundle + ": 2 modules, ");
        Files.delete(config.resolve("local.wasm"));
        registry.close();
        Path moved = Files.move(bundle, directory.resolve("elsewhere"));
        bundle = moved;
        assertThat(served())
                .startsWith("204 ")
                .contains("\"name\" : \"local\"", "\"name\" : \"remote\"")
                .doesNotContain("\"state\" : \"failed\"", "\"state\" : \"pending\"");
    }

    @Test
    void moduleOfABundle_thatWasTamperedWith_isRefused_andTheMessageSaysBothDigests() throws Exception {
        Files.delete(config.resolve("local.yaml"));
        assertThat(makeBundle()).isZero();
        Path file = bundled().get(0);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertThat(served())
                .startsWith("503 ")
                .contains("checksum.mismatch", "has sha256 " + MemoryRegistry.sha256(bytes) + " (expected: ");
    }

    @Test
    void bundle_withoutOneModule_saysWhichAndWhy_andHasTheOthers() throws Exception {
        write("other", "oci://" + registry.host() + "/filters/other:v1");
        assertThat(makeBundle()).isEqualTo(1);
        assertThat(err.toString()).contains("other.yaml:1:1: WasmPlugin default/other: image.", "; not had: 1");
        assertThat(out.toString()).contains("default/local", "default/remote").doesNotContain("default/other");
        assertThat(bundled()).hasSize(2);
    }

    @Test
    void bundle_madeAgain_dropsWhatIsNotNeededAnyMore() throws Exception {
        assertThat(makeBundle()).isZero();
        Files.delete(config.resolve("local.yaml"));
        assertThat(makeBundle()).isZero();
        assertThat(bundled()).hasSize(1);
        assertThat(execute("bundle", "--config", config.toString(), "-o", bundle.toString(), "--json"))
                .isZero();
        assertThat(out.toString())
                .startsWith("{")
                .contains("\"identity\" : \"default/remote\"", "\"digest\" : \"sha256:", "\"failed\" : [ ]");
    }

    @Test
    void bundle_ofNoConfiguration_isRefused() {
        assertThat(execute("bundle", "--config", directory.resolve("none").toString(), "-o", bundle.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("none", "no such file");
    }

    @Test
    void serve_offlineWithoutTheDirectory_isRefused() {
        ServePlan.Refused refused = catchThrowableOfType(ServePlan.Refused.class, () -> plan("http://127.0.0.1:1"));
        assertThat(refused).hasMessageContaining(bundle + ": no such directory");
        assertThat(bundle).doesNotExist();
    }
}
