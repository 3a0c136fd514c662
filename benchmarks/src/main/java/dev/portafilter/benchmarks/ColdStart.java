package dev.portafilter.benchmarks;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Measures one cold start: from the start of the JVM until the first response has been forwarded, plugin loaded and
 * compiled on the way. Prints the milliseconds since the JVM's start and, when told when the command began, since then.
 *
 * <pre>
 * java … dev.portafilter.benchmarks.ColdStart SCENARIO CACHE_DIRECTORY|none [COMMAND_START_MICROS]
 * </pre>
 */
final class ColdStart {
    private ColdStart() {}

    public static void main(String[] arguments) {
        Scenario scenario =
                Scenario.valueOf(arguments[0].toUpperCase(Locale.ROOT).replace('-', '_'));
        Path cacheDirectory = arguments[1].equals("none") ? null : Path.of(arguments[1]);
        try (OurHost host = OurHost.of(scenario, cacheDirectory)) {
            new Lifecycle(host, scenario).run();
            long now = System.currentTimeMillis();
            // Asked afterwards: the management classes take tens of milliseconds to load.
            long sinceJvmStart = now - ManagementFactory.getRuntimeMXBean().getStartTime();
            long sinceCommand = arguments.length > 2 ? now - Long.parseLong(arguments[2]) / 1000 : sinceJvmStart;
            System.out.println(sinceJvmStart + " " + sinceCommand);
        }
        // Not to wait for anything that still runs.
        System.exit(0);
    }
}
