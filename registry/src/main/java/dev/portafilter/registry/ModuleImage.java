package dev.portafilter.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * An image that holds a module, ready to be pushed. The same module gives the same image, byte for byte. Source: WasmPlugin
 * reference, sections 4.1 to 4.4.
 */
public final class ModuleImage {
    private static final String TITLE = "org.opencontainers.image.title";
    private static final Map<String, String> COMPAT = Map.of("module.wasm.image/variant", "compat");
    private static final byte[] EMPTY_OBJECT = "{}".getBytes(StandardCharsets.UTF_8);

    private final String mediaType;
    private final List<byte[]> blobs = new ArrayList<>();
    private final byte[] manifest;

    private record Part(String mediaType, byte[] content, String title) {}

    /**
     * Makes an image.
     *
     * @param layout how it holds the module
     * @param module the module
     * @param runtimeConfig the content of {@code runtime-config.json}; null for none
     * @throws FetchException when the module is none
     */
    public static ModuleImage of(ImageLayout layout, byte[] module, byte @Nullable [] runtimeConfig)
            throws FetchException {
        ModuleBytes.check(module, PluginSearch.FILE);
        return layout == ImageLayout.ARTIFACT
                ? artifact(module, runtimeConfig)
                : tarred(layout == ImageLayout.IMAGE, module, runtimeConfig);
    }

    private static ModuleImage artifact(byte[] module, byte @Nullable [] runtimeConfig) {
        List<Part> layers = new ArrayList<>();
        byte[] config = runtimeConfig == null ? EMPTY_OBJECT : runtimeConfig;
        layers.add(new Part(MediaTypes.MODULE_CONFIG, config, RuntimeConfig.FILE));
        layers.add(new Part(MediaTypes.MODULE_CONTENT, module, PluginSearch.FILE));
        Part whole = new Part(MediaTypes.MODULE_CONFIG, config, "");
        return new ModuleImage(MediaTypes.OCI_MANIFEST, whole, layers, Map.of());
    }

    private static ModuleImage tarred(boolean docker, byte[] module, byte @Nullable [] runtimeConfig) {
        TarWriter tar = new TarWriter();
        if (runtimeConfig != null) {
            tar.file(RuntimeConfig.FILE, runtimeConfig);
        }
        tar.file(PluginSearch.FILE, module);
        byte[] archive = tar.bytes();
        Part layer = new Part(docker ? MediaTypes.DOCKER_LAYER : MediaTypes.OCI_LAYER, gzip(archive), "");
        byte[] config = imageConfig(ImageDocument.digestOf(archive));
        return docker
                ? new ModuleImage(
                        MediaTypes.DOCKER_MANIFEST,
                        new Part(MediaTypes.DOCKER_CONFIG, config, ""),
                        List.of(layer),
                        Map.of())
                : new ModuleImage(
                        MediaTypes.OCI_MANIFEST, new Part(MediaTypes.OCI_CONFIG, config, ""), List.of(layer), COMPAT);
    }

    private ModuleImage(String mediaType, Part config, List<Part> layers, Map<String, String> annotations) {
        this.mediaType = mediaType;
        blobs.add(config.content);
        for (Part layer : layers) {
            blobs.add(layer.content);
        }
        manifest = json(out -> {
            out.writeStartObject();
            out.writeNumberField("schemaVersion", 2);
            out.writeStringField("mediaType", mediaType);
            out.writeFieldName("config");
            write(out, config);
            out.writeArrayFieldStart("layers");
            for (Part layer : layers) {
                write(out, layer);
            }
            out.writeEndArray();
            writeAnnotations(out, annotations);
            out.writeEndObject();
        });
    }

    private interface Content {
        void write(JsonGenerator out) throws IOException;
    }

    private static byte[] json(Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = new JsonFactory().createGenerator(bytes)) {
            content.write(out);
        } catch (IOException e) {
            throw new AssertionError("the text is in memory", e);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator out, Part part) throws IOException {
        out.writeStartObject();
        out.writeStringField("mediaType", part.mediaType);
        out.writeStringField("digest", ImageDocument.digestOf(part.content));
        out.writeNumberField("size", part.content.length);
        writeAnnotations(out, part.title.isEmpty() ? Map.of() : Map.of(TITLE, part.title));
        out.writeEndObject();
    }

    private static void writeAnnotations(JsonGenerator out, Map<String, String> annotations) throws IOException {
        if (annotations.isEmpty()) {
            return;
        }
        out.writeObjectFieldStart("annotations");
        for (Map.Entry<String, String> annotation : new TreeMap<>(annotations).entrySet()) {
            out.writeStringField(annotation.getKey(), annotation.getValue());
        }
        out.writeEndObject();
    }

    /** For linux/amd64, which is what Istio asks an index for. */
    private static byte[] imageConfig(String diffId) {
        return json(out -> {
            out.writeStartObject();
            out.writeStringField("architecture", "amd64");
            out.writeStringField("os", "linux");
            out.writeObjectFieldStart("config");
            out.writeEndObject();
            out.writeObjectFieldStart("rootfs");
            out.writeStringField("type", "layers");
            out.writeArrayFieldStart("diff_ids");
            out.writeString(diffId);
            out.writeEndArray();
            out.writeEndObject();
            out.writeEndObject();
        });
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new AssertionError("the bytes are in memory", e);
        }
        byte[] result = packed.toByteArray();
        // The system that packed it, which newer JDKs write as unknown and older ones as FAT.
        result[9] = (byte) 0xff;
        return result;
    }

    /** {@code sha256:} and 64 hex digits. */
    public String digest() {
        return ImageDocument.digestOf(manifest);
    }

    /** The manifest as it is pushed. */
    public RawManifest manifest() {
        return new RawManifest(mediaType, digest(), manifest.clone());
    }

    /**
     * Sends everything that the repository does not have, and the manifest last.
     *
     * @param reference the tag, or {@link #digest}
     * @return the digest
     * @throws FetchException when the registry does not take it
     */
    public String push(WritableRepository repository, String reference) throws FetchException {
        for (byte[] blob : blobs) {
            repository.putBlob(blob);
        }
        return repository.putManifest(reference, mediaType, manifest);
    }
}
