package dev.portafilter.registry;

import dev.portafilter.resources.Manifest;
import dev.portafilter.resources.ManifestEntry;
import dev.portafilter.resources.Problem;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image as Maistra has it, with {@code manifest.yaml}, for who makes another one of it. Source: WasmPlugin reference,
 * sections 3.2 and 3.8.
 *
 * @param module the module that the manifest names; owned by the caller
 * @param digest the digest that the reference leads to
 * @param manifest what the manifest says
 * @param entries every line of the manifest, and what becomes of it
 * @param rootId the root id that the manifest names; null for none, which is usual
 * @param pluginInRoot whether {@code plugin.wasm} is there already
 * @param warnings what is odd about the image
 */
public record ExtensionImage(
        byte[] module,
        String digest,
        Manifest manifest,
        List<ManifestEntry> entries,
        @Nullable String rootId,
        boolean pluginInRoot,
        List<String> warnings) {
    private static final String MISSING = "manifest.missing";

    /** Copies the lists. */
    public ExtensionImage {
        entries = List.copyOf(entries);
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads it.
     *
     * @param mostModuleBytes the largest module, and the largest layer, packed or not
     * @throws FetchException when it has no manifest, or none that names a module of it
     */
    public static ExtensionImage read(Repository repository, ResolvedImage image, long mostModuleBytes)
            throws FetchException {
        JsonObject json = JsonObject.parse(image.manifest().bytes(), ImageDocument.INVALID, image.where());
        List<Descriptor> layers = ImageDocument.descriptors(json, "layers", image.where());
        LayerStack stack = new LayerStack(repository, image.where(), layers, mostModuleBytes);
        try {
            return read(image, new MergedFiles(stack, mostModuleBytes));
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof FetchException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private static ExtensionImage read(ResolvedImage image, MergedFiles files) throws FetchException {
        String where = image.where();
        // What the resource says is not known: the manifest may lack it.
        Manifest.Reading reading = Manifest.find(where, files::read, true);
        boolean pluginInRoot = files.read(PluginSearch.FILE) != null;
        Manifest manifest = reading.manifest();
        if (manifest == null) {
            throw refusal(where, reading, pluginInRoot);
        }
        List<String> warnings = new ArrayList<>();
        reading.problems().forEach(problem -> warnings.add(problem.rule() + ": " + problem));
        byte[] module = files.read(manifest.module());
        byte[] text = files.read(Manifest.FILE);
        if (text == null) {
            text = files.read(Manifest.OTHER_FILE);
        }
        if (module == null || text == null) {
            throw new FetchException("manifest.moduleNotFound", where + ": has no " + manifest.module());
        }
        ModuleBytes.check(module, where + "/" + manifest.module());
        String name = where + "/" + Manifest.FILE;
        return new ExtensionImage(
                module,
                image.digest(),
                manifest,
                ManifestEntry.of(name, text),
                ManifestEntry.rootId(name, text),
                pluginInRoot,
                warnings);
    }

    private static FetchException refusal(String where, Manifest.Reading reading, boolean pluginInRoot) {
        Problem problem =
                reading.problems().stream().filter(Problem::isError).findFirst().orElseThrow();
        if (!problem.rule().equals(MISSING)) {
            return new FetchException(problem.rule(), problem.toString());
        }
        return new FetchException(
                MISSING,
                where + ": has no " + Manifest.FILE
                        + (pluginInRoot ? ", and plugin.wasm in the root: nothing is to be done" : "")
                        + " (expected: the image of a ServiceMeshExtension)");
    }
}
