package dev.portafilter.cli;

import dev.portafilter.registry.ImageLayout;
import dev.portafilter.resources.ImageReference;
import dev.portafilter.resources.Migration;
import dev.portafilter.resources.Migration.MigratedFile;
import dev.portafilter.resources.Migration.Options;
import dev.portafilter.resources.Migration.Target;
import dev.portafilter.resources.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code portafilter migrate}: older resources as the kinds that came after theirs, and their images. */
@Command(
        name = "migrate",
        description = {
            "Writes ServiceMeshExtensions as WasmPlugins, or both as TrafficExtensions.",
            "Give all files of a mesh together: what is migrated together keeps its order. The result goes to standard"
                    + " output, and what to know about it to standard error.",
            "With --image, makes of the image of a ServiceMeshExtension (manifest.yaml) one that a WasmPlugin can run"
                    + " (plugin.wasm, runtime-config.json), pushes it and prints it with its digest."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything is migrated",
            "1:something could not be migrated, written or pushed; each is named",
            "2:the arguments were not understood"
        })
final class MigrateCommand implements Callable<Integer> {
    private static final String IMAGE = "--image";
    private static final String LAYOUT = "--layout";
    private static final Set<String> OF_IMAGES = Set.of(IMAGE, LAYOUT, "--insecure", "--ca", "--timeout");

    @Parameters(paramLabel = "FILE", arity = "0..*", description = "YAML or JSON files, or directories of them.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = IMAGE,
            paramLabel = "REF",
            arity = "2",
            description = "The image with manifest.yaml, and the one to be made: [oci://]host/repository:tag.")
    private @Nullable List<String> images;

    @Option(
            names = LAYOUT,
            paramLabel = "LAYOUT",
            description =
                    "How the image that is made holds the module: compat (default), image or artifact, as in push.")
    private String layout = "compat";

    @Mixin
    private RegistryFlags registry = new RegistryFlags();

    @Option(names = "--to", paramLabel = "KIND", description = "wasmplugin (default) or trafficextension.")
    private String target = "wasmplugin";

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Writes a file there for each that was read, under its name; none that exists is overwritten.")
    private @Nullable Path out;

    @Option(names = "--omit-priority", description = "Leaves out priorities where the order does not need them.")
    private boolean omitPriority;

    @Option(
            names = "--keep-root-id",
            description = "Keeps NAME_root as the root id: for modules that register their root context by it.")
    private boolean keepRootId;

    @Option(
            names = "--sme-inbound-only",
            description = "Restricts what was a ServiceMeshExtension to what a sidecar receives; leaves out gateways.")
    private boolean inboundOnly;

    @Option(
            names = "--phase",
            paramLabel = "PHASE",
            description =
                    "The phase of ServiceMeshExtensions that name none: what manifest.yaml of their image says, such as"
                            + " PreAuthZ.")
    private @Nullable String phase;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        checkCombination();
        return images == null ? migrateFiles() : migrateImage(images.get(0), images.get(1));
    }

    /** Options of the one are no options of the other. */
    private void checkCombination() {
        ParseResult given = spec.commandLine().getParseResult();
        for (OptionSpec option : given.matchedOptionsSet()) {
            boolean ofImages = OF_IMAGES.contains(option.longestName());
            if (ofImages && images == null) {
                throw new ParameterException(
                        spec.commandLine(),
                        option.longestName() + ": stands without " + IMAGE + " (expected: " + IMAGE + " REF REF)");
            }
            if (!ofImages && images != null) {
                throw new ParameterException(
                        spec.commandLine(),
                        option.longestName() + ": stands beside " + IMAGE + " (expected: files, or " + IMAGE + ")");
            }
        }
        if (files.isEmpty() == (images == null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "FILE: " + (images == null ? "is missing" : "stands beside " + IMAGE) + " (expected: files, or "
                            + IMAGE + " REF REF)");
        }
    }

    private int migrateImage(String from, String to) {
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter printed = spec.commandLine().getOut();
        ImageReference source = registry.image(from);
        ImageReference target = registry.target(to);
        ImageLayout chosen = registry.layout(layout);
        try {
            new ImageMigration(registry, Progress.of(spec.commandLine())).run(source, target, chosen, printed, err);
            return 0;
        } catch (IOException e) {
            err.println("error: " + RegistryCommand.reason(e));
            return 1;
        } finally {
            printed.flush();
            err.flush();
        }
    }

    private int migrateFiles() {
        Migration.Result result = Migration.of(files, options());
        PrintWriter err = spec.commandLine().getErr();
        boolean failed = result.hasErrors();
        for (Problem problem : result.problems()) {
            err.println((problem.isError() ? "error: " : "warning: ") + problem);
        }
        if (out == null) {
            print(result.files());
        } else {
            failed |= !write(result.files(), out, err);
        }
        result.notes().forEach(note -> err.println("note: " + note));
        err.flush();
        return failed ? 1 : 0;
    }

    private Options options() {
        Target kind = switch (target) {
            case "wasmplugin" -> Target.WASM_PLUGIN;
            case "trafficextension" -> Target.TRAFFIC_EXTENSION;
            default ->
                throw new ParameterException(
                        spec.commandLine(),
                        "--to: \"" + target + "\" is no kind (expected: wasmplugin or trafficextension)");
        };
        try {
            return new Options(kind, omitPriority, keepRootId, inboundOnly, phase);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }

    private void print(List<MigratedFile> migrated) {
        PrintWriter text = spec.commandLine().getOut();
        String separator = "";
        for (MigratedFile file : migrated) {
            text.print(separator);
            text.print(file.text());
            separator = "---\n";
        }
        text.flush();
    }

    /** Writes files; false when one could not be written. */
    private static boolean write(List<MigratedFile> migrated, Path directory, PrintWriter err) {
        boolean all = true;
        for (MigratedFile file : migrated) {
            Path target = directory.resolve(name(file.source()));
            try {
                Files.createDirectories(directory);
                Files.write(target, file.text().getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE_NEW);
            } catch (FileAlreadyExistsException e) {
                err.println("error: " + target + ": exists (expected: a directory without it)");
                all = false;
            } catch (IOException e) {
                err.println("error: " + target + ": cannot be written: " + e.getMessage());
                all = false;
            }
        }
        return all;
    }

    private static String name(String source) {
        String name = String.valueOf(Path.of(source).getFileName());
        return name.endsWith(".json") ? name.substring(0, name.length() - ".json".length()) + ".yaml" : name;
    }
}
