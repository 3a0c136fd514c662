package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve} in a process of its own: what it prints where, what it serves, and how it ends. */
class ServeProcessTest {
    @TempDir
    Path directory;

    private HttpServer upstream;
    private Process process;

    @BeforeEach
    void startUpstream() throws IOException {
        upstream = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        upstream.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("content-type", "text/plain");
            byte[] body = "hello".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        upstream.start();
    }

    @AfterEach
    void stop() {
        upstream.stop(0);
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Test
    void serve_printsOneLine_filtersRequests_andEndsWithZeroWhenTerminated() throws Exception {
        Path errors = directory.resolve("stderr");
        process = serve(errors, "--admin", "127.0.0.1:0");
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = output.readLine();
        assertThat(line)
                .as("standard error: %s", Files.readString(errors))
                .startsWith("listening on http://127.0.0.1:");

        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(line.substring("listening on ".length()) + "/x"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("hello");
        assertThat(response.headers().firstValue("x-behaved")).contains("yes");

        // Process.destroy would close the pipes as well.
        process.toHandle().destroy();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(output.readLine()).isNull();
        assertThat(Files.readString(errors))
                .contains("plugin default.misbehave: LOADED", "admin on http://127.0.0.1:", "stopped");
    }

    @Test
    void serve_tcpBesideHttp_printsBothLines_andCarriesConnections() throws Exception {
        Path errors = directory.resolve("stderr");
        process = serve(
                errors,
                "--tcp-listen",
                "127.0.0.1:0",
                "--tcp-upstream",
                "127.0.0.1:" + upstream.getAddress().getPort());
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        assertThat(output.readLine())
                .as("standard error: %s", Files.readString(errors))
                .startsWith("listening on http://127.0.0.1:");
        String line = output.readLine();
        assertThat(line).startsWith("listening on tcp://127.0.0.1:");
        assertThat(overTcp(line)).contains("200 OK", "hello").doesNotContain("x-behaved");
    }

    @Test
    void serve_tcpAlone_printsItsLine_andLeavesOutPluginsForHttp() throws Exception {
        Path errors = directory.resolve("stderr");
        process = start(
                errors,
                "--tcp-listen",
                "127.0.0.1:0",
                "--tcp-upstream",
                "127.0.0.1:" + upstream.getAddress().getPort());
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = output.readLine();
        assertThat(line).as("standard error: %s", Files.readString(errors)).startsWith("listening on tcp://127.0.0.1:");
        assertThat(overTcp(line)).contains("200 OK", "hello");
        assertThat(Files.readString(errors))
                .contains("default/misbehave does not apply: type HTTP filters requests (expected: NETWORK)");
    }

    /** A request over a connection to the place that a line names, with its answer as text. */
    private static String overTcp(String line) throws IOException {
        int port = URI.create(line.substring("listening on ".length())).getPort();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void serve_onAnAddressInUse_endsWithOneAndSaysWhere() throws Exception {
        Path errors = directory.resolve("stderr");
        String taken = "127.0.0.1:" + upstream.getAddress().getPort();
        process = serve(errors, "--listen", taken);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(Files.readString(errors)).contains(taken);
    }

    private Process serve(Path errors, String... more) throws IOException {
        List<String> flags = new ArrayList<>(List.of(
                "--upstream", "http://127.0.0.1:" + upstream.getAddress().getPort()));
        if (!List.of(more).contains("--listen")) {
            flags.addAll(List.of("--listen", "127.0.0.1:0"));
        }
        flags.addAll(List.of(more));
        return start(errors, flags.toArray(String[]::new));
    }

    private Process start(Path errors, String... flags) throws IOException {
        try (InputStream in = ServeProcessTest.class.getResourceAsStream("/dev/portafilter/plugins/misbehave.wasm")) {
            assertThat(in).isNotNull();
            Files.copy(in, directory.resolve("misbehave.wasm"));
        }
        Path config = Files.writeString(directory.resolve("plugins.yaml"), """
                apiVersion: extensions.istio.io/v1alpha1
                kind: WasmPlugin
                metadata:
                  name: misbehave
                spec:
                  url: file://misbehave.wasm
                """);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.portafilter.cli.Main",
                "serve",
                "--config",
                config.toString(),
                "--workers",
                "1",
                "--cache-dir",
                "none"));
        command.addAll(List.of(flags));
        return new ProcessBuilder(command).redirectError(errors.toFile()).start();
    }
}
