package dev.portafilter.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.portafilter.resources.ImageReference;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts the signature of an image beside it, where cosign does: an image per signed digest, with a layer per signature.
 * Those that are there already stay. Source: WasmPlugin reference, section 6.2.
 */
public final class ImageSigner {
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final String CONFIG = "application/vnd.oci.image.config.v1+json";
    private static final JsonFactory JSON = new JsonFactory();

    private final SigningKey key;

    /** A signer with a key. */
    public ImageSigner(SigningKey key) {
        this.key = key;
    }

    /**
     * Signs an image.
     *
     * @param repository where the image is
     * @param image whose name the signature mentions
     * @param digest of the manifest or index, {@code sha256:} and 64 hex digits; it is not read
     * @return the tag of the signature
     * @throws FetchException when what is there cannot be read, or the registry does not take the signature
     */
    public String sign(WritableRepository repository, ImageReference image, String digest) throws FetchException {
        SigningKey.ImageSignature signature = key.signImage(image, digest);
        RawManifest present = repository.manifest(signature.tag());
        String where = repository.name() + ":" + signature.tag();
        byte[] config;
        byte[] manifest;
        try {
            List<JsonObject> layers = present == null
                    ? List.of()
                    : JsonObject.parse(present.bytes(), "signature.payloadInvalid", where)
                            .children("layers");
            config = config(layers, signature);
            manifest = manifest(present, signature, config);
        } catch (IOException e) {
            throw new FetchException("signature.payloadInvalid", where + ": is no image (expected: signatures)");
        }
        repository.putBlob(signature.payload());
        repository.putBlob(config);
        repository.putManifest(signature.tag(), MANIFEST, manifest);
        return signature.tag();
    }

    private static byte[] config(List<JsonObject> layers, SigningKey.ImageSignature signature) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("architecture", "");
            json.writeStringField("os", "");
            json.writeObjectFieldStart("config");
            json.writeEndObject();
            json.writeObjectFieldStart("rootfs");
            json.writeStringField("type", "layers");
            json.writeArrayFieldStart("diff_ids");
            for (JsonObject layer : layers) {
                json.writeString(layer.text("digest"));
            }
            json.writeString(digest(signature.payload()));
            json.writeEndArray();
            json.writeEndObject();
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static byte[] manifest(@Nullable RawManifest present, SigningKey.ImageSignature signature, byte[] config)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeNumberField("schemaVersion", 2);
            json.writeStringField("mediaType", MANIFEST);
            json.writeObjectFieldStart("config");
            writeDescriptor(json, CONFIG, config);
            json.writeEndObject();
            json.writeArrayFieldStart("layers");
            if (present != null) {
                copyLayers(present.bytes(), json);
            }
            json.writeStartObject();
            writeDescriptor(json, SimpleSigning.MEDIA_TYPE, signature.payload());
            json.writeObjectFieldStart("annotations");
            json.writeStringField(SimpleSigning.SIGNATURE_ANNOTATION, signature.signature());
            json.writeEndObject();
            json.writeEndObject();
            json.writeEndArray();
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void writeDescriptor(JsonGenerator json, String mediaType, byte[] blob) throws IOException {
        json.writeStringField("mediaType", mediaType);
        json.writeNumberField("size", blob.length);
        json.writeStringField("digest", digest(blob));
    }

    /** As they are: their annotations may hold more than is known here. */
    private static void copyLayers(byte[] manifest, JsonGenerator json) throws IOException {
        try (JsonParser parser = JSON.createParser(manifest)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean layers = parser.currentName().equals("layers");
                JsonToken value = parser.nextToken();
                if (layers && value == JsonToken.START_ARRAY) {
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        json.copyCurrentStructure(parser);
                    }
                } else {
                    parser.skipChildren();
                }
            }
        }
    }

    private static String digest(byte[] bytes) {
        return Sha256.PREFIX + Sha256.hex(bytes);
    }
}
