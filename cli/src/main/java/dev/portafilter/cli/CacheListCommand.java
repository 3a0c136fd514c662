package dev.portafilter.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.portafilter.registry.CacheEntry;
import dev.portafilter.registry.CachedModules;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code portafilter cache ls}: which modules are kept. */
@Command(
        name = "ls",
        description = "Lists the modules that are kept. Their bytes are not read, and gateways may run meanwhile.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:listed", "1:the cache cannot be read", "2:the arguments or settings are wrong"})
final class CacheListCommand implements Callable<Integer> {
    private static final int KEY_CHARACTERS = 12;

    @Mixin
    private CacheFlags flags = new CacheFlags();

    @Option(names = "--json", description = "One JSON object instead of text.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        CacheFlags.Cache cache = flags.cache();
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try {
            List<CacheEntry> entries = cache.modules().list();
            if (json) {
                write(cache, entries, out);
            } else {
                entries.forEach(entry -> write(cache.modules(), entry, out));
                err.println(
                        cache.modules().exists()
                                ? CacheFlags.count(entries) + " in " + cache.directory()
                                : cache.directory() + ": no module was ever kept here");
            }
            return 0;
        } catch (IOException e) {
            err.println("error: " + RegistryCommand.reason(e));
            return 1;
        } finally {
            out.flush();
            err.flush();
        }
    }

    private static void write(CachedModules modules, CacheEntry entry, PrintWriter out) {
        out.println(CacheFlags.title(entry));
        entry.urls().stream()
                .filter(url -> !url.equals(entry.name()))
                .forEach(url -> out.println("  asked for as " + url));
        String state = entry.inUse()
                ? "in use"
                : "used " + CacheFlags.time(entry.lastUsedMillis())
                        + (modules.isExpired(entry) ? ", expired " : ", expires ")
                        + CacheFlags.time(modules.expiresMillis(entry));
        out.println("  " + Progress.size(entry.size()) + ", " + state);
        entry.signedBy()
                .forEach(key ->
                        out.println("  signed with key " + key.substring(0, Math.min(KEY_CHARACTERS, key.length()))));
    }

    private static void write(CacheFlags.Cache cache, List<CacheEntry> entries, PrintWriter out) throws IOException {
        try (JsonGenerator json = ProblemJson.generator(out)) {
            json.writeStartObject();
            json.writeStringField("directory", cache.directory().toString());
            json.writeNumberField(
                    "size", entries.stream().mapToLong(CacheEntry::size).sum());
            json.writeArrayFieldStart("modules");
            for (CacheEntry entry : entries) {
                json.writeStartObject();
                json.writeStringField("name", entry.name());
                ProblemJson.texts(json, "urls", entry.urls());
                ProblemJson.texts(
                        json,
                        "digests",
                        entry.checksums().stream().map("sha256:"::concat).toList());
                json.writeStringField("sha256", entry.sha256());
                json.writeStringField("file", entry.file().toString());
                json.writeNumberField("size", entry.size());
                ProblemJson.texts(json, "signedBy", entry.signedBy());
                json.writeStringField("lastUsed", CacheFlags.time(entry.lastUsedMillis()));
                json.writeStringField("expires", CacheFlags.time(cache.modules().expiresMillis(entry)));
                json.writeBooleanField("expired", cache.modules().isExpired(entry));
                json.writeBooleanField("inUse", entry.inUse());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.println();
    }
}
