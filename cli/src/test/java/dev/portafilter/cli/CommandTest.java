package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The commands as somebody types them: what they print, and their exit codes. */
class CommandTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource({
        "token-check, Rust, 0.2.1",
        "rate-limit, Go, 0.2.0",
        "header-rewrite, AssemblyScript, 0.2.0",
        "redact, C++, 0.2.1",
        "misbehave, Rust, 0.2.1"
    })
    void inspect_ofASample_tellsLanguageAndVersion(String plugin, String language, String version) throws IOException {
        assertThat(execute("inspect", sample(plugin).toString())).isZero();
        assertThat(out.toString()).contains(language, version, "proxy_on_request_headers", "It can be loaded.");
    }

    @Test
    void inspect_asJson_isAnObjectThatSaysWhetherItLoads() throws IOException {
        assertThat(execute("inspect", "--json", sample("redact").toString())).isZero();
        assertThat(out.toString())
                .startsWith("{")
                .contains("\"abiVersion\" : \"0.2.1\"", "\"loads\" : true", "\"known\" : true");
    }

    @Test
    void inspect_ofNoModule_failsAndSaysWhy() throws IOException {
        Path file = Files.writeString(directory.resolve("a.wasm"), "no module");
        assertThat(execute("inspect", file.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("a.wasm");
    }

    @Test
    void inspect_ofNoFile_failsAndNamesIt() {
        assertThat(execute("inspect", directory.resolve("none.wasm").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("none.wasm", "no such file");
    }

    @Test
    void serve_withoutAnything_listsAllThatIsMissing() {
        assertThat(execute("serve")).isEqualTo(2);
        assertThat(err.toString()).contains("--upstream: is missing", "--config: is missing");
    }

    @Test
    void serve_withHalfOfTcp_saysWhatIsMissing_andAsksForNoHttp() {
        assertThat(execute("serve", "--tcp-listen", "here")).isEqualTo(2);
        assertThat(err.toString())
                .contains("--tcp-listen: \"here\" is no endpoint", "--tcp-upstream: is missing")
                .doesNotContain("--upstream: is missing");
    }

    @Test
    void serve_withHttpListenerAndTcp_asksForBothUpstreams() {
        int code = execute(
                "serve", "--listen", "127.0.0.1:0", "--tcp-listen", "127.0.0.1:0", "--tcp-upstream", "127.0.0.1:0");
        assertThat(code).isEqualTo(2);
        assertThat(err.toString())
                .contains("--upstream: is missing", "--tcp-upstream: 127.0.0.1:0 has port 0 (expected: 1..65535)");
    }

    @Test
    void serve_withManyErrors_listsThemAll() throws IOException {
        Path config = Files.writeString(directory.resolve("plugins.yaml"), """
                apiVersion: extensions.istio.io/v1alpha1
                kind: WasmPlugin
                metadata:
                  name: a
                spec:
                  url: ftp://x/y
                  phase: authn
                  priority: high
                """);
        int code = execute(
                "serve",
                "--config",
                config.toString(),
                "--upstream",
                "nowhere",
                "--listen",
                "here",
                "--workers",
                "0",
                "--log-format",
                "xml",
                "--cluster",
                "a=b");
        assertThat(code).isEqualTo(2);
        assertThat(err.toString())
                .contains(
                        "plugins.yaml:6",
                        "spec.url",
                        "spec.phase",
                        "spec.priority",
                        "--upstream",
                        "--listen",
                        "--workers: 0 is out of range",
                        "--log-format",
                        "--cluster: a: ");
    }

    @Test
    void demo_once_goesAsExpected() {
        assertThat(execute("demo", "--once", "--listen", "127.0.0.1:0", "--cache-dir", directory.toString()))
                .as("output: %s %s", out, err)
                .isZero();
        assertThat(out.toString())
                .contains("token-check", "rate-limit", "header-rewrite", "redact", "All went as expected.")
                .doesNotContain("NOT as expected");
    }

    private int execute(String... arguments) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        command.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        return command.execute(arguments);
    }

    private Path sample(String plugin) throws IOException {
        Path file = directory.resolve(plugin + ".wasm");
        try (InputStream in = CommandTest.class.getResourceAsStream("/dev/portafilter/plugins/" + plugin + ".wasm")) {
            assertThat(in).as(plugin).isNotNull();
            Files.copy(in, file);
        }
        return file;
    }
}
