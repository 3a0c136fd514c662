package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.resources.ResourceReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code portafilter migrate} as somebody types it. */
class MigrateCommandTest {
    private static final String EXTENSION = """
            apiVersion: maistra.io/v1
            kind: ServiceMeshExtension
            metadata:
              name: header-append
              namespace: istio-system
            spec:
              image: quay.io/maistra-dev/header-append-filter:2.2
              phase: PostAuthZ
              priority: 100
            """;

    private static final String PLUGIN = """
            apiVersion: extensions.istio.io/v1alpha1
            kind: WasmPlugin
            metadata:
              name: header-append
              namespace: istio-system
            spec:
              url: oci://quay.io/maistra-dev/header-append-filter:2.2
              phase: STATS
              priority: 100
            """;

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void extension_isPrintedAsWasmPlugin_andNotesGoToStandardError() throws IOException {
        Path file = Files.writeString(directory.resolve("a.yaml"), EXTENSION);
        assertThat(execute("migrate", file.toString())).isZero();
        assertThat(out.toString()).isEqualTo(PLUGIN);
        assertThat(err.toString())
                .contains("note: image oci://quay.io/maistra-dev/header-append-filter:2.2: must have /plugin.wasm")
                .contains("note: delete ServiceMeshExtension istio-system/header-append before");
    }

    @Test
    void options_reachTheMigration() throws IOException {
        Path file = Files.writeString(directory.resolve("a.yaml"), EXTENSION.replace("  phase: PostAuthZ\n", ""));
        assertThat(execute("migrate", file.toString())).isEqualTo(1);
        assertThat(err.toString())
                .contains("error: " + file + ":1:1 spec.phase: is not set")
                .contains("--phase");
        assertThat(out.toString()).isEmpty();
        int code = execute(
                "migrate",
                "--to",
                "trafficextension",
                "--omit-priority",
                "--keep-root-id",
                "--sme-inbound-only",
                "--phase",
                "PreAuthN",
                file.toString());
        assertThat(code).isZero();
        assertThat(out.toString())
                .contains("kind: TrafficExtension", "phase: AUTHN", "mode: SERVER", "pluginName: header-append_root")
                .doesNotContain("priority");
    }

    @Test
    void files_areWrittenUnderTheirNames_andNoneIsOverwritten() throws IOException {
        Path in = Files.createDirectory(directory.resolve("in"));
        Files.writeString(in.resolve("a.yaml"), EXTENSION);
        Files.writeString(
                in.resolve("b.json"),
                "{\"apiVersion\":\"extensions.istio.io/v1alpha1\",\"kind\":\"WasmPlugin\",\"metadata\":{\"name\":\"p\"},"
                        + "\"spec\":{\"url\":\"file://x.wasm\"}}");
        Path to = directory.resolve("new").resolve("er");
        assertThat(execute("migrate", "--out", to.toString(), in.toString())).isZero();
        assertThat(out.toString()).isEmpty();
        assertThat(Files.readString(to.resolve("a.yaml"))).isEqualTo(PLUGIN);
        assertThat(ResourceReader.read(to.resolve("b.yaml")).problems()).isEmpty();
        assertThat(execute("migrate", "--out", to.toString(), in.toString())).isEqualTo(1);
        assertThat(err.toString())
                .contains("error: " + to.resolve("a.yaml") + ": exists (expected: a directory without it)");
    }

    @Test
    void output_ofSeveralFiles_isOneStreamOfDocuments() throws IOException {
        Path one = Files.writeString(directory.resolve("a.yaml"), EXTENSION);
        Path two = Files.writeString(directory.resolve("b.yaml"), EXTENSION.replace("name: h", "name: another-h"));
        assertThat(execute("migrate", one.toString(), two.toString())).isZero();
        assertThat(out.toString()).contains("priority: 100\n---\napiVersion");
    }

    @Test
    void arguments_thatAreWrong_areNotUnderstood() {
        assertThat(execute("migrate")).isEqualTo(2);
        assertThat(execute("migrate", "--to", "envoyfilter", "x")).isEqualTo(2);
        assertThat(err.toString())
                .contains("--to: \"envoyfilter\" is no kind (expected: wasmplugin or trafficextension)");
        assertThat(execute("migrate", "--phase", "AUTHN", "x")).isEqualTo(2);
        assertThat(err.toString()).contains("--phase: \"AUTHN\" is no phase (expected: PreAuthN,");
        assertThat(execute("migrate", directory.resolve("none.yaml").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("none.yaml: no such file");
    }

    private int execute(String... arguments) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        command.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        return command.execute(arguments);
    }
}
