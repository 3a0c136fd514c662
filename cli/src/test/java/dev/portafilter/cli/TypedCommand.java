package dev.portafilter.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** Commands as somebody types them, not on a terminal; what the last one printed is kept. */
abstract class TypedCommand {
    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();

    /** Runs a command; its exit code. */
    final int execute(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        command.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        return command.execute(arguments);
    }
}
