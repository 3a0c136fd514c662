package dev.portafilter.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code portafilter cache}: fetched modules that are kept on disk. */
@Command(
        name = "cache",
        description = "Shows and purges modules that were fetched and are kept.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {CacheListCommand.class, CachePurgeCommand.class})
final class CacheCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** Without a subcommand there is nothing to do but to say which there are. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
