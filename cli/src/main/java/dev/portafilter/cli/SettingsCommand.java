package dev.portafilter.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code portafilter settings}: all that can be set. */
@Command(
        name = "settings",
        description = "Lists all settings of serve, with defaults, flags and environment variables, in Markdown.",
        mixinStandardHelpOptions = true)
final class SettingsCommand implements Callable<Integer> {
    @Option(names = "--schema", description = "A JSON Schema of the settings file instead.")
    private boolean schema;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (schema) {
            SettingsSchema.write(out);
        } else {
            SettingsPage.write(out);
        }
        out.flush();
        return 0;
    }
}
