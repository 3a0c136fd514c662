package dev.portafilter.cli;

import dev.portafilter.abi.LogLevel;
import dev.portafilter.gateway.standalone.GatewayException;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.stream.WorkerOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code portafilter demo}: four plugins in four languages on live requests, with nothing to set up. */
@Command(
        name = "demo",
        description = "Runs four sample plugins on live requests and shows what each one does.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:everything went as expected", "1:something did not"})
final class DemoCommand implements Callable<Integer> {
    private static final List<String> PLUGINS = List.of("token-check", "rate-limit", "header-rewrite", "redact");
    private static final Map<String, String> LANGUAGES =
            Map.of("token-check", "Rust", "rate-limit", "Go", "header-rewrite", "AssemblyScript", "redact", "C++");

    @Option(names = "--once", description = "Ends after the requests, instead of serving on.")
    private boolean once;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "Where clients connect. Default: 127.0.0.1:8080, or a free port when that is taken.")
    private @Nullable String listen;

    @Option(
            names = "--cache-dir",
            paramLabel = "DIR|none",
            description = "Where compiled modules are kept. Default: portafilter in the user's cache directory.")
    private @Nullable String cacheDirectory;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("portafilter-demo");
        Logs logs = Logs.install(LogFormat.TEXT, LogLevel.ERROR, System.err);
        try (DemoServers servers = new DemoServers()) {
            extract(directory);
            DemoTrace trace = new DemoTrace();
            try (Serving serving = start(servers, directory, trace, logs)) {
                return run(servers, serving, trace, directory);
            }
        } catch (ServePlan.Refused | GatewayException e) {
            spec.commandLine().getErr().println(e.getMessage());
            return 1;
        } finally {
            delete(directory);
            logs.close();
        }
    }

    private int run(DemoServers servers, Serving serving, DemoTrace trace, Path directory)
            throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        DemoReport report = new DemoReport(spec.commandLine().getColorScheme(), out);
        report.title(serving.url(), servers.upstreamUrl(), servers.keysUrl());
        boolean good = chain(serving, report);
        DemoRequests requests = new DemoRequests(serving.url(), servers, trace, report);
        good &= requests.sendAll();
        report.verdict(good);
        if (!once) {
            trace.stop();
            servers.stopWatching();
            endWhenStopped(serving, directory);
            report.invitation(serving.url(), DemoServers.GOOD_KEY);
            new CountDownLatch(1).await();
        }
        return good ? 0 : 1;
    }

    // To be stopped by a signal is how it ends, so it is no failure; see also serve.
    private static void endWhenStopped(Serving serving, Path directory) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            serving.close();
                            int code = 0;
                            try {
                                delete(directory);
                            } catch (IOException e) {
                                System.err.println(directory + ": cannot be removed (" + e + ")");
                                code = 1;
                            }
                            Runtime.getRuntime().halt(code);
                        },
                        "portafilter-stop"));
    }

    private static boolean chain(Serving serving, DemoReport report) {
        boolean good = true;
        report.chainTitle();
        for (PluginStatus plugin : serving.plugins()) {
            report.place(plugin, LANGUAGES.getOrDefault(plugin.spec().name(), ""));
            good &= plugin.state() == PluginStatus.State.LOADED;
        }
        return good;
    }

    private Serving start(DemoServers servers, Path directory, DemoTrace trace, Logs logs) throws ServePlan.Refused {
        if (listen != null) {
            return start(servers, directory, trace, logs, listen);
        }
        try {
            return start(servers, directory, trace, logs, "127.0.0.1:8080");
        } catch (GatewayException e) {
            return start(servers, directory, trace, logs, "127.0.0.1:0");
        }
    }

    private Serving start(DemoServers servers, Path directory, DemoTrace trace, Logs logs, String address)
            throws ServePlan.Refused {
        ServeFlags flags = new ServeFlags();
        flags.config = directory.resolve("demo.yaml").toString();
        flags.upstream = servers.upstreamUrl();
        flags.listen = address;
        flags.clusters.put("auth", servers.keysUrl());
        flags.workers = "1";
        flags.cacheDirectory = cacheDirectory;
        ServePlan plan = ServePlan.of(flags, name -> null);
        Serving serving = new Serving(plan.gateway());
        try {
            serving.start(plan.withWorkers(WorkerOptions.DEFAULT.withTrace(trace)), logs);
            return serving;
        } catch (GatewayException e) {
            serving.close();
            throw e;
        }
    }

    private static void extract(Path directory) throws IOException {
        copy("/dev/portafilter/cli/demo.yaml", directory.resolve("demo.yaml"));
        for (String plugin : PLUGINS) {
            copy("/dev/portafilter/plugins/" + plugin + ".wasm", directory.resolve(plugin + ".wasm"));
        }
    }

    private static void copy(String resource, Path file) throws IOException {
        try (InputStream in = DemoCommand.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("class path " + resource + ": is missing (expected: the sample plugins' jar)");
            }
            Files.copy(in, file);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
