package dev.portafilter.cli;

import dev.portafilter.registry.CacheEntry;
import dev.portafilter.registry.CachedModules;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which cache a command looks at. */
final class CacheFlags {
    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where fetched modules are kept. Default: cache.moduleDir of the settings, else"
                    + " portafilter/modules in the user's cache directory.")
    private @Nullable Path directory;

    @Option(
            names = "--settings",
            paramLabel = "FILE",
            description = "The settings of serve, for where modules are and when they expire. Default: the file that"
                    + " PORTAFILTER_SETTINGS names, or portafilter.yaml here.")
    private @Nullable Path settingsFile;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec command;

    /**
     * A cache.
     *
     * @param directory where it is
     * @param modules what is in it
     */
    record Cache(Path directory, CachedModules modules) {}

    /** The cache; there may be none yet. */
    Cache cache() {
        Settings settings = Settings.of(new HashMap<>(), System::getenv, settingsFile);
        List<String> problems = new ArrayList<>(settings.problems());
        Path place = directory == null ? Modules.cache(settings) : directory;
        if (place == null) {
            problems.add("--dir: is missing (expected: a directory, since the settings keep modules nowhere)");
        }
        if (!problems.isEmpty() || place == null) {
            throw new ParameterException(command.commandLine(), String.join("\n", problems));
        }
        try {
            return new Cache(
                    place,
                    new CachedModules(
                            place, Modules.options(settings, System::getenv).cacheExpiry()));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    /** Such as {@code oci://host/repository@sha256:…}, or the url of a file and what it hashes to. */
    static String title(CacheEntry entry) {
        return entry.name()
                + (entry.name().startsWith("oci://") ? "@sha256:" : " sha256:")
                + entry.checksums().get(0);
    }

    /** Such as {@code 2026-01-31T12:00:00Z}. */
    static String time(long millis) {
        return Instant.ofEpochSecond(Math.floorDiv(millis, 1000L)).toString();
    }

    /** Such as {@code 2 modules, 70.4 kB}. */
    static String count(List<CacheEntry> entries) {
        long size = entries.stream().mapToLong(CacheEntry::size).sum();
        return entries.size() + (entries.size() == 1 ? " module, " : " modules, ") + Progress.size(size);
    }
}
