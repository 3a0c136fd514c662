package dev.portafilter.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Whether a command shows how far it is. */
final class ProgressFlags {
    @Option(names = "--quiet", description = "No progress bar. There is none either unless on a terminal.")
    private boolean quiet;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec command;

    private final Transfer transfer = new Transfer();

    /** What is to see the bytes pass. */
    Transfer transfer() {
        return transfer;
    }

    /** A bar, on a terminal. */
    Progress progress() {
        boolean terminal = command.commandLine().getColorScheme().ansi().enabled();
        return new Progress(command.commandLine().getErr(), terminal && !quiet, transfer);
    }
}
