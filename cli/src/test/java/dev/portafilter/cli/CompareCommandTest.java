package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.portafilter.test.compare.EnvoyBinary;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code portafilter compare} as an author types it; with the example of its page. */
class CompareCommandTest {
    private static final Path PAGE = Path.of("..", "docs", "compare.md");

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String... arguments) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return command.execute(arguments);
    }

    private Path redact() throws IOException {
        Path file = directory.resolve("redact.wasm");
        try (InputStream in = CompareCommandTest.class.getResourceAsStream("/dev/portafilter/plugins/redact.wasm")) {
            Files.write(file, in.readAllBytes());
        }
        return file;
    }

    private static void needsEnvoy() {
        boolean there = EnvoyBinary.find(System.getenv()).isPresent();
        if (!there) {
            System.out.println("skipped: CompareCommandTest: " + EnvoyBinary.ABSENT);
        }
        assumeTrue(there, EnvoyBinary.ABSENT);
    }

    private static String example(String language) throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf("```" + language + "\n") + language.length() + 4;
        return page.substring(begin, page.indexOf("```", begin));
    }

    @Test
    void exampleOfThePage_isTheSameInBoth() throws IOException {
        needsEnvoy();
        redact();
        Path requests = Files.writeString(directory.resolve("requests.yaml"), example("yaml"));
        int code = execute(
                "compare",
                "--with",
                "envoy",
                "--plugin",
                redact().toString(),
                "--configuration",
                "{\"request\": true}",
                "--requests",
                requests.toString(),
                "--cache-dir",
                "none");
        assertThat(out.toString()).isEqualToNormalizingNewlines(example("text"));
        assertThat(code).isZero();
    }

    @Test
    void difference_isShown_andIsExitCode1() throws IOException {
        needsEnvoy();
        Path requests = Files.writeString(
                directory.resolve("r.yaml"),
                "exchanges: [{name: one, answer: {status: 205 Reset Content, body: hello}}]");
        int code = execute(
                "compare", "--plugin", redact().toString(), "--requests", requests.toString(), "--cache-dir", "none");
        assertThat(out.toString())
                .contains("  DIFFERENT  one", "      - content-length: 5", "      + content-length: 0");
        assertThat(code).isEqualTo(1);
    }

    @Test
    void mistakes_areExitCode2() throws IOException {
        needsEnvoy();
        assertThat(execute("compare")).isEqualTo(2);
        assertThat(execute("compare", "--plugin", "none.wasm")).isEqualTo(2);
        assertThat(execute("compare", "--with", "nginx")).isEqualTo(2);
        assertThat(execute("compare", "--plugin", redact().toString(), "--configuration", "@none.json"))
                .isEqualTo(2);
        assertThat(execute("compare", "--configuration", "{}")).isEqualTo(2);
        assertThat(err.toString())
                .contains(
                        "--plugin: is missing, and plain names none (expected: a .wasm file)",
                        "--plugin: \"none.wasm\" is no file",
                        "Invalid value for option '--with'",
                        "--configuration: \"none.json\" is no file",
                        "--configuration: 1 are given (expected: at most as many as plugins, 0)");
    }

    @Test
    void moduleThatEnvoyRefuses_isExitCode2_withEnvoysReason() throws IOException {
        needsEnvoy();
        Path file = Files.writeString(directory.resolve("bad.wasm"), "no module");
        assertThat(execute("compare", "--plugin", file.toString(), "--cache-dir", "none"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("envoy: did not start", "Failed to load Wasm");
    }
}
