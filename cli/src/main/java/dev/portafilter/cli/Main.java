package dev.portafilter.cli;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code portafilter} command; each subcommand is a class of its own, listed here. */
@Command(
        name = "portafilter",
        description = "Runs proxy-wasm filters inside the JVM.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ServeCommand.class,
            ExplainCommand.class,
            ValidateCommand.class,
            SettingsCommand.class,
            MigrateCommand.class,
            PullCommand.class,
            PushCommand.class,
            SignCommand.class,
            VerifyCommand.class,
            BundleCommand.class,
            CacheCommand.class,
            DemoCommand.class,
            InspectCommand.class,
            CompareCommand.class
        })
public final class Main implements Runnable {
    private final CommandLine commandLine = new CommandLine(this);

    private Main() {
        // An @ begins a value of an option here, not a file of options.
        commandLine.setExpandAtFiles(false);
        commandLine.setParameterExceptionHandler(Main::notUnderstood);
    }

    /** What is wrong with the arguments, and where to read on: the whole usage would push it off the screen. */
    private static int notUnderstood(CommandLine.ParameterException wrong, String[] args) {
        CommandLine asked = wrong.getCommandLine();
        PrintWriter err = asked.getErr();
        err.println(wrong.getMessage());
        err.println("See '" + asked.getCommandSpec().qualifiedName() + " --help'.");
        return asked.getCommandSpec().exitCodeOnInvalidInput();
    }

    /** The command, ready to execute. */
    static CommandLine commandLine() {
        return new Main().commandLine;
    }

    /** Runs the command and ends the JVM with its exit code: 0 done, 1 failed, 2 not understood. */
    public static void main(String[] args) {
        CommandLine command = commandLine();
        // What is printed may be read by another command: UTF-8 whatever the locale is.
        command.setOut(new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true));
        System.exit(command.execute(args));
    }

    /** Without a subcommand there is nothing to do but to say which there are. */
    @Override
    public void run() {
        commandLine.usage(commandLine.getOut());
    }
}
