package dev.portafilter.cli;

import dev.portafilter.resources.Explanation;
import dev.portafilter.resources.Problem;
import dev.portafilter.resources.ResourceReader;
import dev.portafilter.resources.ResourceSet;
import dev.portafilter.resources.TieBreaking;
import dev.portafilter.resources.Workload;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code portafilter explain}: which plugins run, in which place and why, and why the others do not. */
@Command(
        name = "explain",
        description = "Says which plugins of a configuration run, in which place and why, and why the others do not.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:explained",
            "1:explained, and a resource is not valid",
            "2:the configuration cannot be read, or the flags or settings are wrong"
        })
final class ExplainCommand implements Callable<Integer> {
    private static final int INVALID = 1;
    private static final int UNREADABLE = 2;
    /** Rules that speak of files which could not be looked into. */
    private static final Set<String> NOT_THERE = Set.of("file.missing", "file.unreadable");

    @Option(
            names = "--config",
            paramLabel = "FILE|DIR",
            description = "Resources: a YAML or JSON file, or a directory of them.")
    private @Nullable String config;

    @Option(
            names = "--settings",
            paramLabel = "FILE",
            description =
                    "The settings of serve, for what is not given here. Default: the file that PORTAFILTER_SETTINGS"
                            + " names, or portafilter.yaml here.")
    private @Nullable Path settingsFile;

    @Mixin
    private WorkloadFlags workload = new WorkloadFlags();

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "The port that the workload listens on. Default: that of the settings.")
    private @Nullable Integer port;

    @ArgGroup
    private Form form = new Form();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** How it is shown; text unless asked for otherwise. */
    private static final class Form {
        @Option(names = "--json", description = "One JSON object instead of text.")
        private boolean json;

        @Option(names = "--dot", description = "A graph for Graphviz instead of text.")
        private boolean dot;

        @Option(names = "--mermaid", description = "A Mermaid flowchart instead of text.")
        private boolean mermaid;
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        List<String> problems = new ArrayList<>();
        Explanation explanation = explanation(problems);
        if (explanation == null) {
            problems.forEach(err::println);
            err.flush();
            return UNREADABLE;
        }
        PrintWriter out = spec.commandLine().getOut();
        if (form.json) {
            ExplainJson.write(explanation, out);
        } else if (form.dot) {
            new ExplainPicture(explanation).dot(out);
        } else if (form.mermaid) {
            new ExplainPicture(explanation).mermaid(out);
        } else {
            new ExplainText(new Paint(spec.commandLine().getColorScheme().ansi()), out).write(explanation);
        }
        out.flush();
        return explanation.problems().stream().anyMatch(Problem::isError) ? INVALID : 0;
    }

    private @Nullable Explanation explanation(List<String> problems) {
        Map<String, Object> given = workload.given();
        WorkloadFlags.put(given, "config", config);
        Settings settings = Settings.of(given, System::getenv, settingsFile);
        problems.addAll(settings.problems());
        Path path = settings.path("config");
        if (path == null) {
            problems.add("--config: is missing (expected: a file or directory of resources)");
        }
        if (port != null && (port < 1 || port > 65_535)) {
            problems.add("--port: " + port + " is out of range (expected: 1..65535)");
        }
        if (!problems.isEmpty() || path == null) {
            return null;
        }
        ResourceSet resources = ResourceReader.read(path, SettingValues.readOptions(settings));
        resources.errors().stream()
                .filter(problem -> NOT_THERE.contains(problem.rule()))
                .forEach(problem -> problems.add(problem.toString()));
        return problems.isEmpty()
                ? Explanation.of(
                        resources,
                        seen(settings, "listen"),
                        seen(settings, "tcp-listen"),
                        settings.choice("order.tieBreak", TieBreaking.values()))
                : null;
    }

    /** The workload on the port that is given, or else on the one that it is set to listen on. */
    private Workload seen(Settings settings, String listen) {
        if (port != null) {
            return WorkloadFlags.workload(settings, port).withPort(port);
        }
        return WorkloadFlags.workload(settings, settings.has(listen) ? SettingValues.port(settings, listen) : 0);
    }
}
