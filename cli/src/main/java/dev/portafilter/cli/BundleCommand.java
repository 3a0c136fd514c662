package dev.portafilter.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.portafilter.registry.BundleWriter;
import dev.portafilter.registry.FetchedModule;
import dev.portafilter.registry.RegistryModules;
import dev.portafilter.registry.SecretManifests;
import dev.portafilter.resources.PluginResource;
import dev.portafilter.resources.Problem;
import dev.portafilter.resources.ReadOptions;
import dev.portafilter.resources.ResourceReader;
import dev.portafilter.resources.ResourceSet;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code portafilter bundle}: all modules that a configuration needs, in a directory. */
@Command(
        name = "bundle",
        description = {
            "Fetches and checks all modules that a configuration needs, for 'serve --offline'.",
            "The directory is made when everything is there, and may be moved; signatures go along."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the bundle is there",
            "1:a module could not be had, or the bundle not be written; all that is wrong is listed",
            "2:the configuration, the flags or the settings are wrong; all that is wrong is listed"
        })
final class BundleCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int REFUSED = 2;

    @Option(
            names = "--config",
            paramLabel = "FILE|DIR",
            description = "Resources: a YAML or JSON file, or a directory of them. May be repeated.")
    private List<Path> configs = new ArrayList<>();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            required = true,
            description = "Where the bundle goes: a new or empty directory, or a bundle, which is replaced.")
    @SuppressWarnings("NullAway.Init")
    private Path out;

    @Option(
            names = "--settings",
            paramLabel = "FILE",
            description = "The settings of serve: pull secrets, mirrors, timeouts and more. Default: the file that"
                    + " PORTAFILTER_SETTINGS names, or portafilter.yaml here.")
    private @Nullable Path settingsFile;

    @Option(names = "--json", description = "One JSON object instead of text.")
    private boolean json;

    @Mixin
    private ProgressFlags progress = new ProgressFlags();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** A module in the bundle. */
    private record Bundled(PluginResource resource, FetchedModule module) {}

    @Override
    public Integer call() {
        List<String> problems = new ArrayList<>();
        List<Bundled> bundled = new ArrayList<>();
        int code;
        try {
            code = bundle(bundled, problems);
        } catch (IOException e) {
            problems.add(RegistryCommand.reason(e));
            code = FAILED;
        } catch (IllegalArgumentException e) {
            problems.add(String.valueOf(e.getMessage()));
            code = REFUSED;
        }
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter printed = spec.commandLine().getOut();
        if (code == 0 && json) {
            write(bundled, printed);
        } else if (code == 0) {
            bundled.forEach(module -> printed.println(module.resource().kind() + " "
                    + module.resource().identity() + "  " + url(module.resource()) + "  "
                    + module.module().digest() + "  "
                    + Progress.size(module.module().size())));
        }
        problems.forEach(problem -> err.println("error: " + problem));
        err.println(
                code == 0
                        ? out + ": " + bundled.size() + (bundled.size() == 1 ? " module" : " modules")
                        : out + ": not written");
        printed.flush();
        err.flush();
        return code;
    }

    private int bundle(List<Bundled> bundled, List<String> problems) throws IOException {
        Settings settings = Settings.of(new HashMap<>(), System::getenv, settingsFile);
        problems.addAll(settings.problems());
        List<Path> paths = configs;
        Path set = settings.path("config");
        if (paths.isEmpty() && set != null) {
            paths = List.of(set);
        }
        if (paths.isEmpty()) {
            problems.add("--config: is missing (expected: a file or directory of WasmPlugin resources)");
        }
        if (!problems.isEmpty()) {
            return REFUSED;
        }
        BundleWriter writer = new BundleWriter(out);
        SecretManifests secrets = new SecretManifests(this::warn);
        boolean done = false;
        try (RegistryModules modules =
                Modules.bundling(settings, System::getenv, secrets, writer, progress.transfer())) {
            ReadOptions options = SettingValues.readOptions(settings).toBuilder()
                    .modules(modules)
                    .build();
            ResourceSet resources = ResourceReader.read(paths, options);
            resources.errors().forEach(problem -> problems.add(ProblemLines.text(problem)));
            resources.warnings().stream().map(Problem::toString).forEach(this::warn);
            secrets.accept(resources.secrets());
            for (PluginResource resource : resources.resources()) {
                fetch(modules, resource, bundled, problems);
            }
            if (problems.isEmpty()) {
                writer.finish();
                done = true;
            }
            return done ? 0 : resources.hasErrors() ? REFUSED : FAILED;
        } finally {
            if (!done) {
                writer.discard();
            }
        }
    }

    private void warn(String warning) {
        spec.commandLine().getErr().println("warning: " + warning);
    }

    private void fetch(RegistryModules modules, PluginResource resource, List<Bundled> bundled, List<String> problems) {
        try {
            FetchedModule module = progress.progress().show(url(resource), () -> {
                FetchedModule fetched = modules.fetch(resource);
                modules.placed(resource);
                return fetched;
            });
            bundled.add(new Bundled(resource, module));
        } catch (IOException e) {
            problems.add(resource.kind() + " " + resource.identity() + ": " + e.getMessage());
        }
    }

    /** The url as it was written. */
    private static String url(PluginResource resource) {
        return resource.model().module().url().text();
    }

    private void write(List<Bundled> bundled, PrintWriter printed) {
        try (JsonGenerator generator = ProblemJson.generator(printed)) {
            generator.writeStartObject();
            generator.writeStringField("directory", out.toString());
            generator.writeArrayFieldStart("modules");
            for (Bundled module : bundled) {
                generator.writeStartObject();
                generator.writeStringField("kind", module.resource().kind());
                generator.writeStringField("identity", module.resource().identity());
                generator.writeStringField("url", url(module.resource()));
                generator.writeStringField("digest", module.module().digest());
                generator.writeNumberField("size", module.module().size());
                generator.writeEndObject();
            }
            generator.writeEndArray();
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        printed.println();
    }
}
