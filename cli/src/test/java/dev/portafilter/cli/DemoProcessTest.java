package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code demo} in a process of its own: what a newcomer sees, and what is left when it is stopped. */
class DemoProcessTest {
    @TempDir
    Path directory;

    private Process process;

    @AfterEach
    void stop() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Test
    void demo_servesOn_untilItIsStopped_andLeavesNothing() throws Exception {
        process = demo("--listen", "127.0.0.1:0");
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder text = new StringBuilder();
        String curl = null;
        for (String line = output.readLine(); line != null && curl == null; line = output.readLine()) {
            text.append(line).append('\n');
            curl = line.contains("curl -i http") ? line.strip() : null;
        }
        assertThat(text.toString()).contains("All went as expected.").doesNotContain("\u001b");
        assertThat(curl).as("output: %s", text).isNotNull();

        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(curl.substring("curl -i ".length())))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(401);

        process.toHandle().destroy();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(leftBehind()).isEmpty();
    }

    @Test
    void demo_onAnAddressInUse_endsWithOneAndSaysWhere() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            process = demo("--once", "--listen", "127.0.0.1:" + taken.getLocalPort());
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(1);
            assertThat(Files.readString(directory.resolve("stderr"))).contains("127.0.0.1:" + taken.getLocalPort());
        }
        assertThat(leftBehind()).isEmpty();
    }

    private List<Path> leftBehind() throws Exception {
        try (Stream<Path> files = Files.list(directory.resolve("tmp"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("portafilter"))
                    .toList();
        }
    }

    private Process demo(String... arguments) throws Exception {
        Path temporary = Files.createDirectories(directory.resolve("tmp"));
        List<String> command = Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-Djava.io.tmpdir=" + temporary,
                                "-cp",
                                System.getProperty("java.class.path"),
                                "dev.portafilter.cli.Main",
                                "demo",
                                "--cache-dir",
                                directory.resolve("cache").toString()),
                        Stream.of(arguments))
                .toList();
        return new ProcessBuilder(command)
                .redirectError(directory.resolve("stderr").toFile())
                .start();
    }
}
