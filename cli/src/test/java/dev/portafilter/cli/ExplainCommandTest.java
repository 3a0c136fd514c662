package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/**
 * {@code explain} as somebody types it. The texts lie beside the resources; {@code -Dportafilter.golden=write} writes them
 * anew.
 */
class ExplainCommandTest {
    private static final Path EXAMPLES = Path.of("src", "test", "resources", "explain");

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource({
        "ossm, ossm.txt, 0, --namespace=istio-ingress --labels=istio=ingressgateway --port=8080",
        "ossm, ossm.json, 0, --namespace=istio-ingress --labels=istio=ingressgateway --port=8080 --json",
        "ossm, ossm.dot, 0, --namespace=istio-ingress --labels=istio=ingressgateway --port=8080 --dot",
        "ossm, ossm.mmd, 0, --namespace=istio-ingress --labels=istio=ingressgateway --port=8080 --mermaid",
        "ossm, ossm-httpbin.txt, 0, --namespace=bin --labels=app=httpbin,version=v1 --class=SIDECAR_INBOUND --port=80",
        "extensions, extensions.txt, 0, --namespace=bookinfo --labels=app=httpbin --class=SIDECAR_INBOUND --port=8000",
        "extensions, extensions.json, 0, --namespace=bookinfo --labels=app=httpbin --class=SIDECAR_INBOUND --port=8000 --json",
        "mixed, mixed.txt, 1, --namespace=ingress --labels=istio=ingressgateway --port=8080",
        "mixed, mixed.json, 1, --namespace=ingress --labels=istio=ingressgateway --port=8080 --json",
        "mixed, mixed.dot, 1, --namespace=ingress --labels=istio=ingressgateway --port=8080 --dot",
        "mixed, mixed.mmd, 1, --namespace=ingress --labels=istio=ingressgateway --port=8080 --mermaid",
        "mixed, mixed-any.txt, 1, ''",
    })
    void explain_ofExamples_isAsBefore(String config, String golden, int code, String flags) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("explain", "--config", "" + EXAMPLES.resolve(config)));
        Arrays.stream(flags.split(" ")).filter(flag -> !flag.isEmpty()).forEach(arguments::add);
        assertThat(execute(Ansi.OFF, arguments.toArray(String[]::new)))
                .as(err.toString())
                .isEqualTo(code);
        assertThat(err.toString()).isEmpty();
        String text = out.toString().replace(Path.of("").toAbsolutePath() + "/", "/path/");
        Path file = EXAMPLES.resolve(golden);
        if (System.getProperty("portafilter.golden", "").equals("write")) {
            Files.writeString(file, text);
        }
        assertThat(text).isEqualTo(Files.readString(file));
    }

    @Test
    void explain_inTheDocumentation_isWhatItPrints() throws IOException {
        String printed =
                Files.readString(EXAMPLES.resolve("ossm.txt")).replace(EXAMPLES.resolve("ossm") + "/", "mesh/");
        assertThat(Files.readString(Path.of("..", "docs", "explain.md"))).contains("```text\n" + printed + "```\n");
    }

    @Test
    void explain_onATerminal_hasColours_andOtherwiseNone() {
        String config = EXAMPLES.resolve("ossm").toString();
        execute(Ansi.ON, "explain", "--config", config);
        assertThat(out.toString()).contains("\u001b[1mHTTP").contains("\u001b[32mistio-ingress/acl-check");
        out.getBuffer().setLength(0);
        execute(Ansi.OFF, "explain", "--config", config);
        assertThat(out.toString()).contains("HTTP").doesNotContain("\u001b");
    }

    @Test
    void explain_settingsFile_saysWhatFlagsDoNot() throws IOException {
        Path settings = Files.writeString(
                directory.resolve("portafilter.yaml"),
                "config: " + EXAMPLES.resolve("ossm").toAbsolutePath() + "\nnamespace: elsewhere\n");
        assertThat(execute(Ansi.OFF, "explain", "--settings", settings.toString()))
                .isZero();
        assertThat(out.toString())
                .contains("in namespace elsewhere")
                .contains("namespace istio-ingress (expected: elsewhere or istio-system)");
        out.getBuffer().setLength(0);
        execute(Ansi.OFF, "explain", "--settings", settings.toString(), "--namespace", "istio-ingress");
        assertThat(out.toString()).contains("in namespace istio-ingress");
    }

    @Test
    void explain_withoutAConfigurationThatCanBeRead_endsWithTwo() {
        assertThat(execute(Ansi.OFF, "explain")).isEqualTo(2);
        assertThat(err.toString()).contains("--config: is missing");
        assertThat(execute(Ansi.OFF, "explain", "--config", "" + directory.resolve("none.yaml")))
                .isEqualTo(2);
        assertThat(err.toString()).contains("none.yaml: no such file");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void explain_fileThatIsNoYaml_endsWithOne_andShowsTheOthers() throws IOException {
        Files.copy(EXAMPLES.resolve("ossm").resolve("acl.yaml"), directory.resolve("acl.yaml"));
        Files.writeString(directory.resolve("broken.yaml"), "a: [\n");
        Files.write(directory.resolve("latin.yaml"), new byte[] {(byte) 0xE9});
        assertThat(execute(Ansi.OFF, "explain", "--config", directory.toString()))
                .isEqualTo(1);
        assertThat(out.toString()).contains("istio-ingress/acl-check", "Errors", "broken.yaml:", "latin.yaml:");
    }

    @Test
    void explain_wrongFlags_areAllListed() {
        assertThat(execute(Ansi.OFF, "explain", "--class", "ROUTER", "--port", "70000"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("--config: is missing", "--class: \"ROUTER\" is unknown", "--port: 70000 is out of range");
    }

    private int execute(Ansi ansi, String... arguments) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        command.setColorScheme(CommandLine.Help.defaultColorScheme(ansi));
        return command.execute(arguments);
    }
}
