package dev.portafilter.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.portafilter.abi.AbiVersion;
import dev.portafilter.registry.ExtensionImage;
import dev.portafilter.registry.FetchException;
import dev.portafilter.registry.ImageFetcher;
import dev.portafilter.registry.ImageLayout;
import dev.portafilter.registry.ImageOptions;
import dev.portafilter.registry.ModuleImage;
import dev.portafilter.registry.Repository;
import dev.portafilter.registry.RuntimeConfig;
import dev.portafilter.resources.ImageReference;
import dev.portafilter.resources.ManifestEntry;
import dev.portafilter.runtime.vm.Engine;
import dev.portafilter.runtime.vm.ModuleException;
import dev.portafilter.runtime.vm.ModuleReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Makes of an image with {@code manifest.yaml} one with {@code plugin.wasm}: that goes to a registry, its name to standard
 * output, and what became of the manifest to standard error.
 *
 * @param flags how registries are talked to
 * @param progress shows how long it takes
 */
record ImageMigration(RegistryFlags flags, Progress progress) {
    /**
     * Does it.
     *
     * @throws IOException when an image cannot be had, is none of an extension, or cannot be pushed
     */
    void run(ImageReference from, ImageReference to, ImageLayout layout, PrintWriter out, PrintWriter err)
            throws IOException {
        ExtensionImage old = progress.show("pulling " + from, () -> fetch(from));
        old.warnings().forEach(warning -> err.println("warning: " + warning));
        AbiVersion version = version(old, err);
        ModuleImage made = ModuleImage.of(layout, old.module(), config(version, old.rootId()));
        String size = Progress.size(old.module().length);
        String digest = progress.show(
                "pushing " + size + " to " + to,
                () -> made.push(flags.client(progress.transfer()).openWritable(to, flags.keychain()), to.tag()));
        err.println("from " + RegistryCommand.pinned(from, old.digest()) + " to "
                + RegistryCommand.pinned(to, digest) + ", layout "
                + layout.name().toLowerCase(Locale.ROOT) + ", " + size);
        for (ManifestEntry entry : old.entries()) {
            err.println((entry.known() ? "note: " : "warning: ") + "manifest.yaml " + entry.key() + ": " + entry.value()
                    + " " + entry.becomes());
        }
        if (old.rootId() == null) {
            err.println("note: the root id was NAME_root of the resource; a module that registered itself by it needs"
                    + " spec.pluginName: NAME_root (portafilter migrate --keep-root-id)");
        }
        if (old.pluginInRoot()) {
            err.println("note: the old image has plugin.wasm in its root, which a WasmPlugin runs; the new one has what"
                    + " manifest.yaml names");
        }
        err.println("note: signatures of the old image are not those of the new one (portafilter sign)");
        out.println(RegistryCommand.pinned(to, digest));
    }

    private ExtensionImage fetch(ImageReference image) throws IOException {
        Repository repository = flags.client(progress.transfer()).open(image, flags.keychain());
        ImageOptions options = ImageOptions.DEFAULT;
        return ExtensionImage.read(
                repository,
                new ImageFetcher(options).resolve(repository, PullCommand.asked(image)),
                options.mostModuleBytes());
    }

    private static @Nullable AbiVersion version(ExtensionImage old, PrintWriter err) throws FetchException {
        try {
            ModuleReport report = Engine.inspect(old.module());
            report.problems().forEach(problem -> err.println("warning: the module cannot be loaded here: " + problem));
            return report.abiVersion();
        } catch (ModuleException e) {
            throw new FetchException("module.invalid", old.manifest().module() + ": " + e.getMessage());
        }
    }

    /** What {@code runtime-config.json} says of the module. */
    private static byte[] config(@Nullable AbiVersion version, @Nullable String rootId) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = ProblemJson.generator(new PrintWriter(text))) {
            json.writeStartObject();
            json.writeStringField("type", RuntimeConfig.TYPE);
            json.writeArrayFieldStart("abiVersions");
            if (version != null) {
                json.writeString("v" + version.text());
            }
            json.writeEndArray();
            json.writeObjectFieldStart("config");
            if (rootId != null) {
                json.writeArrayFieldStart("root_ids");
                json.writeString(rootId);
                json.writeEndArray();
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }
}
