package dev.portafilter.cli;

import dev.portafilter.abi.LogLevel;
import dev.portafilter.gateway.standalone.GatewayException;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.plugin.PluginType;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code portafilter serve}: a reverse proxy that runs the configured plugins until it is told to stop. */
@Command(
        name = "serve",
        description = "Runs a reverse proxy with the plugins of a configuration.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped by SIGTERM or SIGINT, requests in flight finished",
            "1:it could not run",
            "2:the configuration is wrong; all that is wrong is listed"
        })
final class ServeCommand implements Callable<Integer> {
    private static final int REFUSED = 2;
    private static final int FAILED = 1;

    @Mixin
    private ServeFlags flags = new ServeFlags();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        ServePlan plan;
        try {
            plan = ServePlan.of(flags);
        } catch (ServePlan.Refused e) {
            String.valueOf(e.getMessage()).lines().forEach(err::println);
            err.flush();
            return REFUSED;
        }
        Logs logs = Logs.install(plan.logFormat(), plan.logLevel(), System.err);
        Path settings = Settings.file(System::getenv, flags.settings, Settings.DEFAULT_FILE);
        if (settings != null) {
            logs.note(LogLevel.INFO, "settings from " + settings);
        }
        plan.warnings().forEach(warning -> logs.note(LogLevel.WARN, warning));
        Serving serving = new Serving(plan.gateway());
        try {
            serving.start(plan, logs);
        } catch (GatewayException e) {
            logs.note(LogLevel.ERROR, String.valueOf(e.getMessage()));
            serving.close();
            logs.close();
            return FAILED;
        }
        for (PluginStatus plugin : serving.plugins()) {
            logs.note(LogLevel.INFO, describe(plugin));
        }
        String admin = serving.adminUrl();
        if (admin != null) {
            logs.note(LogLevel.INFO, "admin on " + admin);
        }
        return serveUntilStopped(serving, logs);
    }

    private static String describe(PluginStatus plugin) {
        String place = plugin.position() < 0 ? "service" : "place " + (plugin.position() + 1);
        String type = plugin.spec().type() == PluginType.NETWORK ? " for connections, " : ", ";
        return "plugin " + plugin.spec().qualifiedName() + ": " + plugin.state() + ", " + place + type
                + plugin.spec().phase() + ", priority " + plugin.spec().priority() + " (" + plugin.reason() + ")";
    }

    // The hook ends the JVM itself, since being stopped by a signal is success here and not 143.
    private int serveUntilStopped(Serving serving, Logs logs) throws InterruptedException {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            logs.note(LogLevel.INFO, "stopping: waiting for requests in flight");
                            serving.drainAndClose();
                            logs.note(LogLevel.INFO, "stopped");
                            logs.close();
                            Runtime.getRuntime().halt(0);
                        },
                        "portafilter-stop"));
        PrintWriter out = spec.commandLine().getOut();
        serving.urls().forEach(url -> out.println("listening on " + url));
        out.flush();
        new CountDownLatch(1).await();
        return 0;
    }
}
