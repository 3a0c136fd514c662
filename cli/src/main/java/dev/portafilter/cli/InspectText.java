package dev.portafilter.cli;

import dev.portafilter.abi.Callback;
import dev.portafilter.runtime.vm.ModuleReport;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Help.ColorScheme;

/** A module's report for people. */
final class InspectText {
    private static final int SHOWN_NAMES = 5;

    private final ColorScheme colors;

    InspectText(ColorScheme colors) {
        this.colors = colors;
    }

    void write(String file, ModuleReport report, PrintWriter out) {
        out.println(bold(file));
        line(
                out,
                "ABI version",
                report.abiVersion() == null
                        ? bad("none declared")
                        : report.abiVersion().text());
        line(out, "language", report.language() + ", SDK: " + report.sdk());
        if (!report.producers().isEmpty()) {
            line(out, "made with", String.join(", ", report.producers()));
        }
        line(out, "size", report.byteSize() + " bytes, " + report.functionCount() + " functions");
        line(out, "sha256", report.digest());
        line(out, "memory", report.memory() == null ? "none" : report.memory() + " pages of 64 KiB");
        line(
                out,
                "start",
                report.startFunctions().isEmpty() ? "none" : String.join(", then ", report.startFunctions()));
        line(out, "allocator", report.allocator() == null ? bad("none") : report.allocator());
        line(
                out,
                "names",
                (report.functionNames() ? "function names" : "no function names: traps cannot say where")
                        + (report.debugInfo() ? ", debug information" : ""));
        hugeFunctions(report, out);
        callbacks(report, out);
        imports(report, out);
        exports(report, out);
        sections(report, out);
        verdict(report, out);
    }

    private void hugeFunctions(ModuleReport report, PrintWriter out) {
        List<String> huge = report.hugeFunctions();
        String text = huge.isEmpty()
                ? "none"
                : huge.size() + " over HotSpot's 8000 bytes; run Java with -XX:-DontCompileHugeMethods (" + some(huge)
                        + ")";
        line(out, "huge methods", text);
        if (!report.interpretedFunctions().isEmpty()) {
            line(
                    out,
                    "interpreted",
                    report.interpretedFunctions().size() + " too large to compile ("
                            + some(report.interpretedFunctions()) + ")");
        }
    }

    private static String some(List<String> names) {
        String shown = names.stream().limit(SHOWN_NAMES).collect(Collectors.joining(", "));
        return names.size() > SHOWN_NAMES ? shown + ", …" : shown;
    }

    private void callbacks(ModuleReport report, PrintWriter out) {
        out.println();
        out.println(bold("callbacks") + " (" + report.callbacks().size() + " of " + Callback.values().length + ")");
        for (Callback callback : report.callbacks()) {
            out.println("  " + callback.exportName());
        }
    }

    private void imports(ModuleReport report, PrintWriter out) {
        out.println();
        out.println(bold("imports") + " (" + report.imports().size() + ")");
        for (ModuleReport.Import each : report.imports()) {
            String verdict = each.problem() == null ? good("known") : bad(String.valueOf(each.problem()));
            out.println(
                    "  " + each.module() + "." + each.name() + "  " + each.kind() + " " + each.type() + "  " + verdict);
        }
    }

    private void exports(ModuleReport report, PrintWriter out) {
        out.println();
        out.println(bold("exports") + " (" + report.exports().size() + ")");
        for (ModuleReport.Item each : report.exports()) {
            out.println("  " + each.name() + "  " + each.kind() + (each.type().isEmpty() ? "" : " " + each.type()));
        }
    }

    private void sections(ModuleReport report, PrintWriter out) {
        out.println();
        out.println(bold("sections") + ", bytes");
        for (Map.Entry<String, Integer> section : report.sectionSizes().entrySet()) {
            out.println("  " + section.getKey() + "  " + section.getValue());
        }
    }

    private void verdict(ModuleReport report, PrintWriter out) {
        out.println();
        if (report.problems().isEmpty()) {
            out.println(good("It can be loaded."));
            return;
        }
        out.println(bad("It cannot be loaded:"));
        for (String problem : report.problems()) {
            out.println("  " + problem);
        }
    }

    private void line(PrintWriter out, String name, String value) {
        out.printf("  %-13s %s%n", name, value);
    }

    private String bold(String text) {
        return colors.ansi().string("@|bold " + text + "|@");
    }

    private String good(String text) {
        return colors.ansi().string("@|green " + text + "|@");
    }

    private String bad(String text) {
        return colors.ansi().string("@|red " + text + "|@");
    }
}
