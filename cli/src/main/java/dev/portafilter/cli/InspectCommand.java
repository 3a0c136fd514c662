package dev.portafilter.cli;

import dev.portafilter.runtime.vm.Engine;
import dev.portafilter.runtime.vm.ModuleException;
import dev.portafilter.runtime.vm.ModuleReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code portafilter inspect}: what a module is and what it would need to run. */
@Command(
        name = "inspect",
        description = "Says what a plugin module is, and what it would need to run.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the module can be loaded", "1:it cannot, or it is no module; the reasons are listed"})
final class InspectCommand implements Callable<Integer> {
    @Parameters(paramLabel = "plugin.wasm", description = "The module.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(names = "--json", description = "One JSON object instead of text.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try {
            ModuleReport report = Engine.inspect(Files.readAllBytes(file));
            if (json) {
                InspectJson.write(file.toString(), report, out);
            } else {
                new InspectText(spec.commandLine().getColorScheme()).write(file.toString(), report, out);
            }
            out.flush();
            return report.problems().isEmpty() ? 0 : 1;
        } catch (ModuleException | IOException e) {
            String reason = e instanceof NoSuchFileException ? "no such file" : e.getMessage();
            err.println(file + ": " + reason);
            err.flush();
            return 1;
        }
    }
}
