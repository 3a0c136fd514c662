package dev.portafilter.benchmarks;

import dev.portafilter.benchmarks.HostCallBenchmark.HostCall;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs everything but the cold starts, in one go and with the same JVM options for both hosts: first whether the hosts
 * agree, then the measurements, what is to be compared next to each other. Prints a line for each; leaves {@code
 * results.json}, {@code results.txt} and {@code log.txt}, JMH's, and the tables in {@code results.md}.
 *
 * <pre>
 * java … dev.portafilter.benchmarks.Suite RESULTS_DIRECTORY CACHE_DIRECTORY full|quick|smoke
 * </pre>
 */
final class Suite {
    private static final int FIRST_WITH_UNSAFE_WARNINGS = 24;

    /** How long each benchmark is measured. */
    @SuppressWarnings("ImmutableEnumChecker") // The times of JMH do not change.
    private enum Pace {
        /** For numbers to publish: some 20 minutes. */
        FULL(2, 5, 5, 1000),
        /** For an impression: some 5 minutes. */
        QUICK(1, 2, 3, 400),
        /** To see that everything runs. */
        SMOKE(1, 1, 1, 200);

        final int forks;
        final int warmups;
        final int iterations;
        final TimeValue time;

        Pace(int forks, int warmups, int iterations, int millis) {
            this.forks = forks;
            this.warmups = warmups;
            this.iterations = iterations;
            this.time = TimeValue.milliseconds(millis);
        }
    }

    private final Path results;
    private final Path cache;
    private final Pace pace;
    private final List<String> jvmOptions = new ArrayList<>();
    private final List<RunResult> runs = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final OutputFormat log;

    private Suite(Path results, Path cache, Pace pace) throws IOException {
        this.results = results;
        this.cache = cache;
        this.pace = pace;
        this.log = OutputFormatFactory.createFormatInstance(
                new PrintStream(results.resolve("log.txt").toFile(), StandardCharsets.UTF_8), VerboseMode.NORMAL);
        jvmOptions.addAll(List.of("-Xms1g", "-Xmx1g", "-XX:-DontCompileHugeMethods"));
        if (Runtime.version().feature() >= FIRST_WITH_UNSAFE_WARNINGS) {
            jvmOptions.add("--sun-misc-unsafe-memory-access=allow");
        }
    }

    public static void main(String[] arguments) throws IOException {
        Path results = Files.createDirectories(Path.of(arguments[0]));
        Path cache = Files.createDirectories(Path.of(arguments[1]));
        Suite suite = new Suite(results, cache, Pace.valueOf(arguments[2].toUpperCase(Locale.ROOT)));
        suite.run();
        System.exit(suite.notes.isEmpty() ? 0 : 1);
    }

    private void run() throws IOException {
        long start = System.nanoTime();
        Set<Scenario> comparable = comparable();
        for (Scenario scenario : Scenario.values()) {
            for (int threads = 1; threads <= 2; threads++) {
                ours(scenario, threads, comparable.contains(scenario));
            }
        }
        for (int threads = 1; threads <= 2; threads++) {
            for (HostCall call : HostCall.values()) {
                measure(options("HostCallBenchmark.portafilter", threads, 1).param("call", call.name()));
            }
        }
        write(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
    }

    /** The scenarios in which both hosts do the same. */
    private Set<Scenario> comparable() {
        Set<Scenario> same = EnumSet.noneOf(Scenario.class);
        for (Scenario scenario : Scenario.values()) {
            try {
                Outcomes.compare(scenario, PeerSetUp.PER_THREAD, cache);
                same.add(scenario);
                System.out.println(scenario.label() + ": both hosts have the same outcome");
            } catch (IllegalStateException e) {
                note("not measured with the other host, " + e.getMessage());
            }
        }
        return same;
    }

    private void ours(Scenario scenario, int threads, boolean withPeer) {
        measure(lifecycle("LifecycleBenchmark.portafilter", scenario, threads));
        if (scenario == Scenario.TINY) {
            measure(lifecycle("LifecycleBenchmark.portafilterBuiltMaps", scenario, threads));
        }
        if (withPeer) {
            measure(peer(scenario, threads, PeerSetUp.PER_THREAD));
            if (threads == 1) {
                measure(shorter(peer(scenario, threads, PeerSetUp.PER_REQUEST)));
                measure(shorter(peer(scenario, threads, PeerSetUp.DEFAULT)));
            } else {
                measure(peer(scenario, threads, PeerSetUp.SHARED));
            }
        }
    }

    private ChainedOptionsBuilder lifecycle(String benchmark, Scenario scenario, int threads) {
        return options(benchmark, threads, pace.forks).param("scenario", scenario.name());
    }

    private ChainedOptionsBuilder peer(Scenario scenario, int threads, PeerSetUp setUp) {
        return lifecycle("PeerLifecycleBenchmark.peer", scenario, threads).param("setUp", setUp.name());
    }

    /** For what takes so long that nobody needs its third digit. */
    private ChainedOptionsBuilder shorter(ChainedOptionsBuilder options) {
        return options.forks(1)
                .warmupIterations(Math.min(2, pace.warmups))
                .measurementIterations(Math.min(3, pace.iterations));
    }

    private ChainedOptionsBuilder options(String benchmark, int threads, int forks) {
        List<String> fork = new ArrayList<>(jvmOptions);
        fork.add("-Dportafilter.cache=" + cache);
        return new OptionsBuilder()
                .include("\\." + benchmark.replace(".", "\\.") + "$")
                .threads(threads)
                .forks(forks)
                .warmupIterations(pace.warmups)
                .warmupTime(pace.time)
                .measurementIterations(pace.iterations)
                .measurementTime(pace.time)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .jvmArgs(fork.toArray(String[]::new));
    }

    private void measure(ChainedOptionsBuilder options) {
        try {
            for (RunResult run : new Runner(options.build(), log).run()) {
                runs.add(run);
                System.out.println(Measurement.of(run).line());
            }
        } catch (RunnerException e) {
            note("failed, see log.txt: " + Arrays.toString(e.getSuppressed()) + " " + e.getMessage());
        }
    }

    private void note(String text) {
        notes.add(text);
        System.out.println(text);
    }

    private void write(long seconds) throws IOException {
        write("results.json", ResultFormatType.JSON);
        write("results.txt", ResultFormatType.TEXT);
        StringBuilder text = new StringBuilder();
        text.append(Machine.describe(jvmOptions));
        text.append("Pace: ").append(pace.name().toLowerCase(Locale.ROOT));
        text.append(" (forks ").append(pace.forks).append(", warm-ups ").append(pace.warmups);
        text.append(", iterations ").append(pace.iterations).append(", each ").append(pace.time);
        text.append("); ").append(seconds).append(" s in all.\n\n");
        for (String note : notes) {
            text.append("* ").append(note.lines().findFirst().orElse("")).append('\n');
        }
        text.append(new ResultTables(runs.stream().map(Measurement::of).toList()).markdown());
        Files.writeString(results.resolve("results.md"), text);
        System.out.println("\n" + text);
    }

    private void write(String name, ResultFormatType type) throws IOException {
        try (PrintStream out = new PrintStream(results.resolve(name).toFile(), StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(type, out).writeOut(runs);
        }
    }
}
