package dev.portafilter.cli;

import dev.portafilter.registry.CacheEntry;
import dev.portafilter.registry.CachedModules;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code portafilter cache purge}: away with modules that are kept. */
@Command(
        name = "purge",
        description = {
            "Throws away modules that are kept: those that are named, or all that have expired.",
            "What a running gateway uses stays."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:purged",
            "1:a module that was named is not kept, or is in use; or the cache cannot be changed",
            "2:the arguments or settings are wrong"
        })
final class CachePurgeCommand implements Callable<Integer> {
    @Mixin
    private CacheFlags flags = new CacheFlags();

    @Option(names = "--all", description = "Those that have not expired, too.")
    private boolean all;

    @Option(names = "--expired", description = "Those that nobody has used for a long time. The default.")
    private boolean expired;

    @Parameters(
            paramLabel = "REF",
            arity = "0..*",
            description = "Modules: a url, an image with its tag, digest or neither, or a digest.")
    private List<String> references = new ArrayList<>();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        int ways = (all ? 1 : 0) + (expired ? 1 : 0) + (references.isEmpty() ? 0 : 1);
        if (ways > 1) {
            throw new ParameterException(
                    spec.commandLine(), "--all, --expired and REF stand together (expected: one of them)");
        }
        CacheFlags.Cache cache = flags.cache();
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try {
            return purge(cache, out, err);
        } catch (IOException e) {
            err.println("error: " + RegistryCommand.reason(e));
            return 1;
        } finally {
            out.flush();
            err.flush();
        }
    }

    private int purge(CacheFlags.Cache cache, PrintWriter out, PrintWriter err) throws IOException {
        CachedModules modules = cache.modules();
        Predicate<CacheEntry> meant = meant(modules);
        List<CacheEntry> before = modules.list();
        List<CacheEntry> gone = modules.purge(meant);
        gone.forEach(entry -> out.println(CacheFlags.title(entry) + "  " + Progress.size(entry.size())));
        boolean failed = false;
        for (String reference : references) {
            if (before.stream().noneMatch(entry -> names(reference, entry))) {
                err.println("error: " + reference + ": is not kept in " + cache.directory()
                        + " ('portafilter cache ls' says what is)");
                failed = true;
            }
        }
        for (CacheEntry kept : modules.list()) {
            if (kept.inUse() && meant.test(kept)) {
                err.println((all ? "" : "error: ") + CacheFlags.title(kept) + ": stays, a running gateway uses it");
                failed |= !all;
            }
        }
        err.println("freed: " + CacheFlags.count(gone));
        return failed ? 1 : 0;
    }

    private Predicate<CacheEntry> meant(CachedModules modules) {
        if (!references.isEmpty()) {
            return entry -> references.stream().anyMatch(reference -> names(reference, entry));
        }
        return all ? entry -> true : modules::isExpired;
    }

    /** Whether a reference means a module: by its url, its image, or a digest. */
    private static boolean names(String reference, CacheEntry entry) {
        String whole = reference.contains("://") || isDigest(reference) ? reference : "oci://" + reference;
        int at = whole.indexOf("@sha256:");
        if (at >= 0) {
            return entry.name().equals(whole.substring(0, at))
                    && entry.checksums().contains(whole.substring(at + "@sha256:".length()));
        }
        return entry.name().equals(whole)
                || entry.urls().contains(whole)
                || entry.checksums().contains(whole.replaceFirst("^sha256:", ""));
    }

    private static boolean isDigest(String text) {
        return text.matches("(sha256:)?[0-9a-f]{64}");
    }
}
