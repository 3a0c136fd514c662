package dev.portafilter.cli;

import dev.portafilter.abi.LogLevel;
import dev.portafilter.test.compare.ComparedPlugin;
import dev.portafilter.test.compare.Comparison;
import dev.portafilter.test.compare.EnvoyBinary;
import dev.portafilter.test.compare.Report;
import dev.portafilter.test.compare.Scenario;
import dev.portafilter.test.compare.ScenarioException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code portafilter compare}: the same requests through an Envoy and through Portafilter, side by side. */
@Command(
        name = "compare",
        description =
                "Sends the same requests through a real Envoy and through Portafilter, and compares what came of them.",
        mixinStandardHelpOptions = true,
        footer = "%nThe file format of requests: docs/compare.md",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing differs but what the files of requests expect",
            "1:something does",
            "2:not understood, or one of the two cannot run"
        })
final class CompareCommand implements Callable<Integer> {
    private static final int DIFFERENT = 1;
    private static final int REFUSED = 2;

    /** What there is to compare with. */
    enum Peer {
        envoy
    }

    @Option(
            names = "--with",
            paramLabel = "envoy",
            defaultValue = "envoy",
            description = "The other side: the Envoy that " + EnvoyBinary.VARIABLE + " names, or the one on the PATH.")
    @SuppressWarnings("UnusedVariable") // There is only one to choose so far.
    private Peer with = Peer.envoy;

    @Option(
            names = "--plugin",
            paramLabel = "FILE.wasm",
            description = "The plugin; several make a chain. Without it, the plugins that the files of requests name.")
    private List<Path> plugins = new ArrayList<>();

    @Option(
            names = "--configuration",
            paramLabel = "TEXT|@FILE",
            description = "The plugin's configuration; the first one for the first plugin, and so on.")
    private List<String> configurations = new ArrayList<>();

    @Option(
            names = "--requests",
            paramLabel = "FILE",
            description = "What to send, and what the servers answer. Without it, a handful of plain requests.")
    private List<Path> requests = new ArrayList<>();

    @Option(names = "--verbose", description = "Prints what is the same too.")
    private boolean verbose;

    @Option(
            names = "--cache-dir",
            paramLabel = "DIR|none",
            description = "Where compiled modules are kept. Default: portafilter in the user's cache directory.")
    private @Nullable String cacheDirectory;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try {
            EnvoyBinary envoy =
                    EnvoyBinary.find(System.getenv()).orElseThrow(() -> refused("envoy: " + EnvoyBinary.ABSENT));
            List<Scenario> scenarios = scenarios();
            boolean same = true;
            Logs logs = Logs.install(LogFormat.TEXT, LogLevel.ERROR, System.err);
            try (Comparison comparison = new Comparison(envoy, CacheDirectory.of(cacheDirectory))) {
                for (Scenario scenario : scenarios) {
                    Report report = comparison.run(scenario);
                    report.print(out, verbose);
                    same &= report.same();
                }
            } finally {
                logs.close();
            }
            Report.printRules(out);
            return same ? 0 : DIFFERENT;
        } catch (ScenarioException | Refused e) {
            spec.commandLine().getErr().println(e.getMessage());
            spec.commandLine().getErr().flush();
            return REFUSED;
        }
    }

    private List<Scenario> scenarios() throws IOException {
        List<ComparedPlugin> chain = chain();
        List<Scenario> scenarios = new ArrayList<>();
        if (requests.isEmpty()) {
            scenarios.add(Scenario.plain());
        }
        for (Path file : requests) {
            scenarios.add(Scenario.read(file));
        }
        if (chain.isEmpty()) {
            scenarios.stream()
                    .filter(scenario -> scenario.plugins().isEmpty())
                    .findFirst()
                    .ifPresent(scenario -> {
                        throw refused("--plugin: is missing, and " + scenario.name()
                                + " names none (expected: a .wasm file)");
                    });
            return scenarios;
        }
        return scenarios.stream().map(scenario -> scenario.withPlugins(chain)).toList();
    }

    private List<ComparedPlugin> chain() throws IOException {
        if (configurations.size() > plugins.size()) {
            throw refused("--configuration: " + configurations.size()
                    + " are given (expected: at most as many as plugins, " + plugins.size() + ")");
        }
        List<ComparedPlugin> chain = new ArrayList<>();
        for (int i = 0; i < plugins.size(); i++) {
            Path file = plugins.get(i);
            if (!Files.isRegularFile(file)) {
                throw refused("--plugin: \"" + file + "\" is no file (expected: a .wasm file)");
            }
            String configuration = i < configurations.size() ? configuration(configurations.get(i)) : "";
            ComparedPlugin plugin = ComparedPlugin.of(file, configuration);
            for (ComparedPlugin other : List.copyOf(chain)) {
                if (other.name().equals(plugin.name())) {
                    plugin = plugin.withName(plugin.name() + "-" + (i + 1));
                }
            }
            chain.add(plugin);
        }
        return chain;
    }

    private static String configuration(String text) throws IOException {
        if (!text.startsWith("@")) {
            return text;
        }
        Path file = Path.of(text.substring(1));
        if (!Files.isRegularFile(file)) {
            throw refused("--configuration: \"" + file + "\" is no file (expected: one that can be read)");
        }
        return Files.readString(file);
    }

    private static Refused refused(String message) {
        return new Refused(message);
    }

    /** The command cannot be carried out. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }
}
