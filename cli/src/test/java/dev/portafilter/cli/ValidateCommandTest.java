package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.portafilter.resources.Problem;
import dev.portafilter.resources.SourcePosition;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code validate} as somebody types it. */
class ValidateCommandTest {
    private static final String HEAD =
            "apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata:\n  name: ";

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path good;
    private Path bad;
    private Path odd;

    @BeforeEach
    void writeResources() throws IOException {
        good = write("good.yaml", HEAD + "good\nspec:\n  url: oci://registry.example/x:1\n");
        bad = write("bad.yaml", HEAD + "bad\nspec:\n  url: ftp://x/y\n  sha256: 12ab\n  priority: high\n");
        odd = write("odd.yaml", HEAD + "odd\nspec:\n  url: file://x.wasm\n  imagePullPolcy: Always\n");
    }

    @Test
    void validate_goodFile_endsWithZero() {
        assertThat(execute(good.toString())).isZero();
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).isEqualToIgnoringNewLines("1 valid resource, 0 not valid: 0 errors, 0 warnings");
    }

    @Test
    void validate_manyMistakes_areAllTold_withTheirPlaces() {
        assertThat(execute(bad.toString())).isEqualTo(1);
        assertThat(out.toString().lines())
                .containsExactly(
                        bad + ":6:8: spec.url: \"ftp://x/y\" has an unknown scheme (expected: oci://, https://, http://"
                                + " or file://)",
                        bad + ":7:11: spec.sha256: \"12ab\" is 4 characters (expected: 64 hex digits)",
                        bad + ":8:13: spec.priority: \"high\" is no integer (expected: an integer)");
        assertThat(err.toString()).isEqualToIgnoringNewLines("0 valid resources, 1 not valid: 3 errors, 0 warnings");
    }

    @Test
    void validate_warnings_areAllowed_unlessTheyAreNot() {
        assertThat(execute(odd.toString())).isZero();
        assertThat(out.toString())
                .isEqualToIgnoringNewLines(odd + ":7:3: warning: spec.imagePullPolcy: unknown field, ignored; did you"
                        + " mean imagePullPolicy?");
        assertThat(execute("--fail-on-warning", odd.toString())).isEqualTo(1);
        assertThat(execute("--fail-on-warning", good.toString())).isZero();
        out.getBuffer().setLength(0);
        assertThat(execute("--strict", odd.toString())).isEqualTo(1);
        assertThat(out.toString())
                .isEqualToIgnoringNewLines(
                        odd + ":7:3: spec.imagePullPolcy: unknown field; did you mean imagePullPolicy?");
    }

    @Test
    void validate_severalFiles_areReadAsOne() throws IOException {
        Path twin = write("twin.yaml", Files.readString(good));
        assertThat(execute(good.toString(), twin.toString())).isEqualTo(1);
        assertThat(out.toString())
                .isEqualToIgnoringNewLines(twin + ":4:9: metadata.name: \"default/good\" stands at " + good
                        + ":4:9 already (expected: each name once in a namespace)");
        assertThat(execute(good.toString(), good.toString())).isZero();
    }

    @Test
    void validate_directory_isReadWhole_andOtherKindsAreCounted() throws IOException {
        write("service.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n");
        assertThat(execute(directory.toString())).isEqualTo(1);
        assertThat(out.toString().lines()).hasSize(4);
        assertThat(err.toString())
                .isEqualToIgnoringNewLines(
                        "2 valid resources, 1 not valid: 3 errors, 1 warning; 1 object of other kinds left alone");
    }

    @Test
    void validate_asJson_isAnObject() throws IOException {
        assertThat(execute("--json", directory.toString())).isEqualTo(1);
        try (JsonParser parser = new JsonFactory().createParser(out.toString())) {
            while (parser.nextToken() != null) {
                parser.getText();
            }
        }
        assertThat(out.toString())
                .startsWith("{\n  \"valid\" : false,\n  \"errors\" : 3,\n  \"warnings\" : 1,")
                .contains("\"rule\" : \"V-08\",\n      \"file\" : \"" + bad + "\",\n      \"line\" : 7,")
                .contains("\"identity\" : \"default/good\"");
        String json = out.toString();
        out.getBuffer().setLength(0);
        execute("--format", "json", directory.toString());
        assertThat(out.toString()).isEqualTo(json);
    }

    @Test
    void validate_forGitHub_isAnAnnotationEach() {
        assertThat(execute("--format", "github", bad.toString(), odd.toString()))
                .isEqualTo(1);
        assertThat(out.toString().lines())
                .contains(
                        "::error file=" + bad + ",line=7,col=11,title=V-08::spec.sha256: \"12ab\" is 4 characters"
                                + " (expected: 64 hex digits)",
                        "::warning file=" + odd + ",line=7,col=3,title=unknownField::spec.imagePullPolcy: unknown"
                                + " field, ignored; did you mean imagePullPolicy?");
    }

    @Test
    void annotation_specialCharacters_areEscaped() {
        SourcePosition position = new SourcePosition("a,b:c%.yaml", 1, 2);
        Problem problem = new Problem(Problem.Severity.ERROR, "r", position, "f", "100%\r\nsure: yes, no", null, null);
        assertThat(ProblemLines.github(problem))
                .isEqualTo("::error file=a%2Cb%3Ac%25.yaml,line=1,col=2,title=r::f: 100%25%0D%0Asure: yes, no");
        SourcePosition whole = new SourcePosition("a.yaml", 0, 0);
        Problem missing = new Problem(Problem.Severity.ERROR, "file.missing", whole, "", "no such file", null, null);
        assertThat(ProblemLines.github(missing)).isEqualTo("::error file=a.yaml,title=file.missing::no such file");
    }

    @Test
    void validate_standardInput_isAFileCalledDash() throws IOException {
        ByteArrayInputStream input =
                new ByteArrayInputStream(Files.readString(bad).getBytes(StandardCharsets.UTF_8));
        CommandLine command = new CommandLine(new ValidateCommand(input));
        command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        assertThat(command.execute("-")).isEqualTo(1);
        assertThat(out.toString()).startsWith("-:6:8: spec.url: ");
    }

    @Test
    void validate_wrongArguments_endWithTwo() {
        assertThat(execute()).isEqualTo(2);
        assertThat(execute("--format", "xml", good.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("--format: \"xml\" is unknown (expected: text, json, github)");
        assertThat(execute("-", good.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("-: stands beside files");
    }

    @Test
    void validate_fileThatIsMissing_isAnError() {
        assertThat(execute(directory.resolve("none.yaml").toString())).isEqualTo(1);
        assertThat(out.toString()).contains("none.yaml: no such file (expected: a YAML or JSON file");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private int execute(String... arguments) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        String[] all = new String[arguments.length + 1];
        all[0] = "validate";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return command.execute(all);
    }
}
