package dev.portafilter.cli;

import dev.portafilter.resources.ReadOptions;
import dev.portafilter.resources.ResourceReader;
import dev.portafilter.resources.ResourceSet;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code portafilter validate}: everything that is wrong with resources, at once. */
@Command(
        name = "validate",
        description = "Says everything that is wrong with resources, at once. Loads no module.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all resources are valid; there may be warnings",
            "1:something is not valid, or a warning with --fail-on-warning",
            "2:the arguments are wrong"
        })
final class ValidateCommand implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";

    /** How problems are written. */
    enum Format {
        /** A line each. */
        TEXT,
        /** One object. */
        JSON,
        /** Annotations of a workflow of GitHub Actions. */
        GITHUB
    }

    @Parameters(
            paramLabel = "FILE|DIR",
            arity = "1..*",
            description = "YAML or JSON files, or directories of them; - for standard input.")
    private List<String> paths = new ArrayList<>();

    @Option(names = "--strict", description = "Unknown fields are errors.")
    private boolean strict;

    @Option(names = "--fail-on-warning", description = "Ends with 1 for warnings too.")
    private boolean failOnWarning;

    @Option(names = "--json", description = "The same as --format json.")
    private boolean json;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "text, json, or github for annotations of GitHub Actions. Default: text.")
    private String format = "text";

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private final InputStream input;

    ValidateCommand() {
        this(System.in);
    }

    ValidateCommand(InputStream input) {
        this.input = input;
    }

    @Override
    public Integer call() throws IOException {
        Format shown = json ? Format.JSON : format();
        ResourceSet resources = read();
        PrintWriter out = spec.commandLine().getOut();
        switch (shown) {
            case TEXT -> resources.problems().forEach(problem -> out.println(ProblemLines.text(problem)));
            case GITHUB -> resources.problems().forEach(problem -> out.println(ProblemLines.github(problem)));
            case JSON -> ValidateJson.write(resources, out);
        }
        out.flush();
        PrintWriter err = spec.commandLine().getErr();
        err.println(summary(resources));
        err.flush();
        boolean bad =
                resources.hasErrors() || failOnWarning && !resources.warnings().isEmpty();
        return bad ? 1 : 0;
    }

    private Format format() {
        for (Format each : Format.values()) {
            if (each.name().equalsIgnoreCase(format)) {
                return each;
            }
        }
        throw new ParameterException(
                spec.commandLine(), "--format: \"" + format + "\" is unknown (expected: text, json, github)");
    }

    private ResourceSet read() throws IOException {
        ReadOptions options = ReadOptions.DEFAULT.toBuilder()
                .strict(strict)
                .modules(new AnyModules())
                .build();
        List<Path> files = new ArrayList<>();
        boolean standardInput = false;
        for (String path : paths) {
            if (path.equals(STANDARD_INPUT)) {
                standardInput = true;
            } else {
                files.add(Path.of(path));
            }
        }
        if (standardInput && !files.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "-: stands beside files (expected: files, or - for standard input alone)");
        }
        return standardInput
                ? ResourceReader.read(STANDARD_INPUT, input.readAllBytes(), options)
                : ResourceReader.read(files.stream().distinct().toList(), options);
    }

    private static String summary(ResourceSet resources) {
        String counts = count(resources.resources().size(), "valid resource") + ", "
                + resources.refused().size() + " not valid: "
                + count(resources.errors().size(), "error") + ", "
                + count(resources.warnings().size(), "warning");
        int secrets = resources.secrets().size();
        counts += secrets == 0 ? "" : "; " + count(secrets, "Secret");
        int skipped = resources.skipped().size();
        return skipped == 0 ? counts : counts + "; " + count(skipped, "object") + " of other kinds left alone";
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
