package dev.portafilter.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.portafilter.registry.CacheEntry;
import dev.portafilter.resources.ModuleReference;
import dev.portafilter.resources.PluginResource;
import dev.portafilter.resources.ReadOptions;
import dev.portafilter.resources.ResourceReader;
import dev.portafilter.resources.ResourceSet;
import dev.portafilter.resources.ServiceMeshExtension;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code portafilter bundle}: all modules that a configuration needs, in one directory, for a host without a network. */
@Command(
        name = "bundle",
        description = {
            "Puts all modules that the resources of a configuration need into a directory: from files, HTTP servers and"
                    + " registries, checked and verified as for running them.",
            "'serve --offline DIR' runs the same configuration from it, on any machine, and fetches nothing."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every module is in the directory",
            "1:a resource is not valid, or its module cannot be had; the others are in the directory",
            "2:the configuration cannot be read, or the flags or settings are wrong"
        })
final class BundleCommand implements Callable<Integer> {
    private static final int INCOMPLETE = 1;
    private static final int REFUSED = 2;

    @Option(
            names = "--config",
            paramLabel = "FILE|DIR",
            description = "Resources: a YAML or JSON file, or a directory of them.")
    private @Nullable String config;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            required = true,
            description = "The directory. When all went well, what it held and is not needed is gone from it.")
    @SuppressWarnings("NullAway.Init")
    private Path out;

    @Option(
            names = "--settings",
            paramLabel = "FILE",
            description =
                    "The settings of serve: registries, secrets, limits. Default: the file that PORTAFILTER_SETTINGS"
                            + " names, or portafilter.yaml here.")
    private @Nullable Path settingsFile;

    @Option(names = "--json", description = "One JSON object instead of a line for each module.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** What became of the resources, in their order. */
    private record Bundled(Map<PluginResource, CacheEntry> kept, Map<PluginResource, String> failed) {}

    @Override
    public Integer call() throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        try {
            return bundle(err);
        } finally {
            spec.commandLine().getOut().flush();
            err.flush();
        }
    }

    private int bundle(PrintWriter err) throws IOException {
        Map<String, Object> given = new HashMap<>();
        WorkloadFlags.put(given, "config", config);
        Settings settings = Settings.of(given, System::getenv, settingsFile);
        List<String> problems = new ArrayList<>(settings.problems());
        Path resources = settings.path("config");
        if (resources == null) {
            problems.add("--config: is missing (expected: a file or directory of resources)");
        }
        if (!problems.isEmpty() || resources == null) {
            problems.forEach(err::println);
            return REFUSED;
        }
        try (Modules modules = Modules.into(out, settings, System::getenv)) {
            ReadOptions options = SettingValues.readOptions(settings).toBuilder()
                    .modules(modules.locator())
                    .build();
            ResourceSet read = ResourceReader.read(resources, options);
            read.problems().forEach(problem -> err.println(ProblemLines.text(problem)));
            if (read.errors().stream().anyMatch(ExplainCommand::isUnreadable)) {
                return REFUSED;
            }
            modules.secrets().accept(read.secrets());
            Bundled bundled = fetch(modules, read.resources());
            boolean complete = bundled.failed().isEmpty() && !read.hasErrors();
            if (complete) {
                Set<Path> needed = new HashSet<>();
                bundled.kept().values().forEach(entry -> needed.add(entry.file()));
                modules.locator().purge(entry -> !needed.contains(entry.file()));
            }
            report(bundled, read, err);
            return complete ? 0 : INCOMPLETE;
        } catch (IllegalArgumentException | IOException e) {
            err.println("--out: " + out + ": " + e.getMessage());
            return REFUSED;
        }
    }

    private Bundled fetch(Modules modules, List<PluginResource> resources) {
        Bundled bundled = new Bundled(new LinkedHashMap<>(), new LinkedHashMap<>());
        boolean terminal = !json && spec.commandLine().getColorScheme().ansi().enabled();
        Progress progress = new Progress(spec.commandLine().getErr(), terminal);
        for (PluginResource resource : resources) {
            String what = resource.spec().module().location();
            try {
                bundled.kept()
                        .put(
                                resource,
                                progress.show(
                                        "fetching " + what,
                                        () -> modules.locator().keep(resource)));
            } catch (IOException e) {
                bundled.failed().put(resource, String.valueOf(e.getMessage()));
            }
        }
        return bundled;
    }

    private void report(Bundled bundled, ResourceSet read, PrintWriter err) throws IOException {
        PrintWriter printed = spec.commandLine().getOut();
        if (json) {
            write(bundled, read, printed);
        } else {
            bundled.kept()
                    .forEach((resource, entry) -> printed.println(resource.kind() + " " + resource.identity() + ": "
                            + url(resource) + ", sha256:" + entry.checksums().get(0) + ", "
                            + Progress.size(entry.size())));
        }
        bundled.failed()
                .forEach((resource, why) -> err.println(
                        resource.position() + ": " + resource.kind() + " " + resource.identity() + ": " + why));
        long bytes = bundled.kept().values().stream()
                .distinct()
                .mapToLong(CacheEntry::size)
                .sum();
        long modules = bundled.kept().values().stream().distinct().count();
        int refused = read.refused().size();
        err.println(out + ": " + modules + (modules == 1 ? " module, " : " modules, ") + Progress.size(bytes)
                + (bundled.failed().isEmpty()
                        ? ""
                        : "; not had: " + bundled.failed().size())
                + (refused == 0 ? "" : "; not valid: " + refused));
    }

    private static String url(PluginResource resource) {
        ModuleReference module = resource.model() instanceof ServiceMeshExtension extension
                ? extension.module()
                : resource.wasmPlugin().module();
        return module.url().toString();
    }

    private void write(Bundled bundled, ResourceSet read, PrintWriter printed) throws IOException {
        try (JsonGenerator generator = ProblemJson.generator(printed)) {
            generator.writeStartObject();
            generator.writeStringField("directory", out.toString());
            generator.writeArrayFieldStart("modules");
            for (Map.Entry<PluginResource, CacheEntry> kept : bundled.kept().entrySet()) {
                generator.writeStartObject();
                identity(generator, kept.getKey());
                generator.writeStringField(
                        "digest", "sha256:" + kept.getValue().checksums().get(0));
                generator.writeNumberField("bytes", kept.getValue().size());
                ProblemJson.texts(generator, "signedBy", kept.getValue().signedBy());
                generator.writeEndObject();
            }
            generator.writeEndArray();
            generator.writeArrayFieldStart("failed");
            for (Map.Entry<PluginResource, String> failed : bundled.failed().entrySet()) {
                generator.writeStartObject();
                identity(generator, failed.getKey());
                generator.writeStringField("reason", failed.getValue());
                generator.writeEndObject();
            }
            generator.writeEndArray();
            ProblemJson.problems(generator, "problems", read.problems());
            generator.writeEndObject();
        }
        printed.println();
    }

    private static void identity(JsonGenerator generator, PluginResource resource) throws IOException {
        generator.writeStringField("kind", resource.kind());
        generator.writeStringField("identity", resource.identity());
        generator.writeStringField("url", url(resource));
    }
}
