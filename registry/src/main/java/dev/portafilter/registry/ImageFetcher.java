package dev.portafilter.registry;

import dev.portafilter.resources.Manifest;
import dev.portafilter.resources.ModuleReference;
import dev.portafilter.resources.Problem;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes modules out of images, in whatever layout. In two steps, so that who knows the digest already need not read layers:
 * {@link #resolve}, then {@link #fetch}. Source: WasmPlugin reference, sections 4.1 to 4.5.
 */
public final class ImageFetcher {
    private static final int MOST_NESTING = 2;
    private static final String TITLE = "org.opencontainers.image.title";

    private final ImageOptions options;

    /** A fetcher with some options. */
    public ImageFetcher(ImageOptions options) {
        this.options = options;
    }

    ImageOptions options() {
        return options;
    }

    /**
     * Finds what a reference leads to, through indexes if need be.
     *
     * @param reference a tag or digest
     * @throws FetchException when there is no image, or none that fits
     */
    public ResolvedImage resolve(Repository repository, String reference) throws FetchException {
        RawManifest first = manifest(repository, reference);
        RawManifest current = first;
        for (int depth = 0; MediaTypes.INDEXES.contains(current.mediaType()); depth++) {
            String where = repository.name() + "@" + current.digest();
            if (depth == MOST_NESTING) {
                throw new FetchException(
                        "image.noPlatform",
                        where + ": is an index in an index in an index (limit: " + MOST_NESTING + ")");
            }
            JsonObject index = JsonObject.parse(current.bytes(), ImageDocument.INVALID, where);
            Descriptor child = IndexChoice.choose(ImageDocument.descriptors(index, "manifests", where), where);
            current = manifest(repository, child.digest());
        }
        String where = repository.name() + "@" + current.digest();
        if (MediaTypes.SCHEMA_1.contains(current.mediaType())) {
            throw new FetchException(
                    "image.schema1", where + ": is a manifest of schema 1 (expected: schema 2; push the image anew)");
        }
        if (!MediaTypes.MANIFESTS.contains(current.mediaType())) {
            throw new FetchException(
                    ImageDocument.INVALID,
                    where + ": is no image manifest (expected: " + MediaTypes.OCI_MANIFEST + ")");
        }
        return new ResolvedImage(repository.name(), first.digest(), current);
    }

    private static RawManifest manifest(Repository repository, String reference) throws FetchException {
        RawManifest manifest = repository.manifest(reference);
        if (manifest == null) {
            throw new FetchException(
                    "image.notFound",
                    repository.name() + (reference.startsWith("sha256:") ? "@" : ":") + reference
                            + ": there is no such image");
        }
        return manifest;
    }

    /**
     * Reads the module of an image.
     *
     * @param layout how the image says which of its files is the module
     * @param overridden for {@link ModuleReference.Layout#EXTENSION}, whether the resource says phase and priority itself
     * @throws FetchException when it holds none, or it is not to be used
     */
    public FetchedImage fetch(
            Repository repository, ResolvedImage image, ModuleReference.Layout layout, boolean overridden)
            throws FetchException {
        Reading reading = new Reading(repository, image);
        Found found;
        if (layout == ModuleReference.Layout.EXTENSION) {
            found = reading.byRequiredManifest(overridden);
        } else {
            found = options.strict() ? reading.strict() : reading.lenient();
        }
        ModuleBytes.check(found.module, image.where());
        return new FetchedImage(
                found.module,
                image.digest(),
                image.childDigest(),
                found.layout,
                found.config,
                found.manifest,
                reading.warnings);
    }

    private record Found(
            byte[] module,
            ImageLayout layout,
            @Nullable RuntimeConfig config,
            @Nullable Manifest manifest) {}

    /** The reading of one image. */
    private final class Reading {
        private final Repository repository;
        private final ResolvedImage image;
        private final JsonObject json;
        private final List<Descriptor> layers;
        private final LayerStack stack;
        private final ImageLayout tarLayout;
        private final List<String> warnings = new ArrayList<>();

        Reading(Repository repository, ResolvedImage image) throws FetchException {
            this.repository = repository;
            this.image = image;
            json = JsonObject.parse(image.manifest().bytes(), ImageDocument.INVALID, image.where());
            layers = ImageDocument.descriptors(json, "layers", image.where());
            stack = new LayerStack(repository, image.where(), layers, options.mostModuleBytes());
            boolean docker = image.manifest().mediaType().equals(MediaTypes.DOCKER_MANIFEST);
            tarLayout = docker ? ImageLayout.IMAGE : ImageLayout.COMPAT;
        }

        /** Whatever is found in the wild. */
        Found lenient() throws FetchException {
            List<Descriptor> raw = layers.stream()
                    .filter(layer -> MediaTypes.RAW_LAYERS.contains(layer.mediaType()))
                    .toList();
            if (!raw.isEmpty()) {
                return artifact(raw);
            }
            if (stack.size() == 0) {
                throw noUsableLayer();
            }
            return inLayers();
        }

        private FetchException noUsableLayer() {
            List<String> types = layers.stream().map(Descriptor::mediaType).toList();
            return new FetchException(
                    "image.noUsableLayer",
                    image.where() + ": no layer can hold a module (expected: tar, tar+gzip or wasm; there are: "
                            + (types.isEmpty() ? "none" : String.join(", ", types)) + ")");
        }

        private Found artifact(List<Descriptor> raw) throws FetchException {
            Descriptor chosen = raw.get(0);
            for (int i = raw.size() - 1; i >= 0; i--) {
                if (PluginSearch.FILE.equals(raw.get(i).annotations().get(TITLE))) {
                    chosen = raw.get(i);
                }
            }
            if (raw.size() > 1) {
                warn("image.severalModules", "has " + raw.size() + " modules; " + chosen.digest() + " is used");
            }
            RuntimeConfig config = artifactConfig();
            byte[] bytes = repository.blob(chosen, options.mostModuleBytes());
            if (ImageLayer.isGzip(bytes)) {
                bytes = Unboxing.unbox(bytes, options.mostModuleBytes(), image.where());
            }
            return new Found(bytes, ImageLayout.ARTIFACT, config, null);
        }

        private @Nullable RuntimeConfig artifactConfig() throws FetchException {
            for (Descriptor layer : layers) {
                if (MediaTypes.RAW_CONFIGS.contains(layer.mediaType())) {
                    byte[] bytes = small(layer);
                    return bytes == null ? null : RuntimeConfig.read(image.where(), bytes, warnings);
                }
            }
            JsonObject object = json.object("config");
            String type = object == null ? "" : object.text("mediaType");
            boolean runtimeConfig = MediaTypes.RAW_CONFIGS.contains(type);
            if (object == null || !runtimeConfig && !type.equals(MediaTypes.CNCF_CONFIG)) {
                return null;
            }
            byte[] bytes = small(ImageDocument.descriptor(object, image.where()));
            if (bytes == null) {
                return null;
            }
            if (runtimeConfig) {
                return RuntimeConfig.read(image.where(), bytes, warnings);
            }
            checkSystem(bytes);
            return null;
        }

        /** What is not needed: null with a warning when it cannot be had. */
        private byte @Nullable [] small(Descriptor config) throws FetchException {
            if (config.size() > RuntimeConfig.MOST_BYTES) {
                warn("image.runtimeConfig", "its configuration has more than " + RuntimeConfig.MOST_BYTES + " bytes");
                return null;
            }
            try {
                return repository.blob(config, RuntimeConfig.MOST_BYTES);
            } catch (FetchException e) {
                if (e.worthRetrying()) {
                    throw e;
                }
                warn("image.runtimeConfig", "its configuration cannot be read: " + e.getMessage());
                return null;
            }
        }

        private void checkSystem(byte[] config) throws FetchException {
            JsonObject object;
            try {
                object = JsonObject.parse(config, "image.runtimeConfig", image.where());
            } catch (FetchException e) {
                warnings.add(String.valueOf(e.getMessage()));
                return;
            }
            if (object.text("os").equals("wasip2")) {
                throw new FetchException(
                        "module.component",
                        image.where() + ": is made for wasip2, so a component (expected: a module)");
            }
        }

        private Found inLayers() throws FetchException {
            int top = stack.size() - 1;
            boolean irregular = false;
            byte[] config = null;
            for (int i = top; i >= 0; i--) {
                PluginSearch search = PluginSearch.of(stack.layer(i), options.mostModuleBytes(), false);
                byte[] beside = search.configBeside(search.path());
                config = config == null ? beside : config;
                byte[] module = search.module();
                if (module != null && (i == top || search.atRoot())) {
                    if (!search.atRoot()) {
                        warn("image.notAtRoot", search.path() + " is used (expected: plugin.wasm in the root)");
                    }
                    if (i != top) {
                        warn("image.notInLastLayer", "plugin.wasm is in a layer below (expected: in the last)");
                    }
                    return found(module, config);
                }
                irregular |= search.irregular();
                if (search.hidesLower()) {
                    break;
                }
            }
            if (options.manifestFallback()) {
                Found found = byManifest(true, false);
                if (found != null) {
                    return found;
                }
            }
            throw notFound(irregular);
        }

        private Found found(byte[] module, byte @Nullable [] config) {
            RuntimeConfig runtimeConfig = config == null ? null : RuntimeConfig.read(image.where(), config, warnings);
            return new Found(module, tarLayout, runtimeConfig, null);
        }

        private FetchException notFound(boolean irregular) {
            return irregular
                    ? new FetchException(
                            "image.notRegular",
                            image.where() + ": plugin.wasm is a link or directory (expected: a file)")
                    : new FetchException(
                            "image.pluginNotFound",
                            image.where() + ": there is no plugin.wasm (expected: in the root of the last layer)");
        }

        Found byRequiredManifest(boolean overridden) throws FetchException {
            Found found = byManifest(overridden, true);
            if (found == null) {
                throw new FetchException("manifest.missing", image.where() + ": has no " + Manifest.FILE);
            }
            return found;
        }

        /** The module that manifest.yaml names; null when there is no manifest and none is required. */
        private @Nullable Found byManifest(boolean overridden, boolean required) throws FetchException {
            if (stack.size() == 0) {
                throw noUsableLayer();
            }
            MergedFiles files = new MergedFiles(stack, options.mostModuleBytes());
            Manifest.Reading reading;
            try {
                reading = Manifest.find(image.where(), files::read, overridden);
            } catch (UncheckedIOException e) {
                if (e.getCause() instanceof FetchException cause) {
                    throw cause;
                }
                throw e;
            }
            Manifest manifest = reading.manifest();
            if (manifest == null) {
                Problem problem = reading.problems().stream()
                        .filter(Problem::isError)
                        .findFirst()
                        .orElseThrow();
                if (!required && problem.rule().equals("manifest.missing")) {
                    return null;
                }
                throw new FetchException(problem.rule(), problem.toString());
            }
            for (Problem problem : reading.problems()) {
                warnings.add(problem.rule() + ": " + problem);
            }
            if (!required) {
                warn("image.manifestFallback", manifest.module() + " is used (expected: plugin.wasm in the root)");
            }
            byte[] module = files.read(manifest.module());
            if (module == null) {
                throw new FetchException("manifest.moduleNotFound", image.where() + ": has no " + manifest.module());
            }
            return new Found(module, tarLayout, null, manifest);
        }

        /** What Istio accepts, and nothing else. Source: section 4.2. */
        Found strict() throws FetchException {
            String last = layers.isEmpty() ? "" : layers.get(layers.size() - 1).mediaType();
            if (tarLayout == ImageLayout.IMAGE) {
                if (!last.equals(MediaTypes.DOCKER_LAYER)) {
                    throw noUsableLayer();
                }
                return strictLastLayer();
            }
            FetchException asImage = noUsableLayer();
            if (last.equals(MediaTypes.OCI_LAYER)) {
                try {
                    return strictLastLayer();
                } catch (FetchException e) {
                    asImage = e;
                }
            }
            List<Descriptor> raw = layers.stream()
                    .filter(layer -> layer.mediaType().equals(MediaTypes.MODULE_CONTENT))
                    .toList();
            if (layers.size() != 2 || raw.isEmpty()) {
                throw asImage;
            }
            byte[] module = repository.blob(raw.get(0), options.mostModuleBytes());
            return new Found(module, ImageLayout.ARTIFACT, null, null);
        }

        private Found strictLastLayer() throws FetchException {
            PluginSearch search = PluginSearch.of(stack.layer(stack.size() - 1), options.mostModuleBytes(), true);
            byte[] module = search.module();
            if (module == null) {
                throw notFound(search.irregular());
            }
            return new Found(module, tarLayout, null, null);
        }

        private void warn(String code, String message) {
            warnings.add(code + ": " + image.where() + ": " + message);
        }
    }
}
