package dev.portafilter.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.portafilter.resources.ImageReference;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;

/** The text that cosign signs for an image. Source: WasmPlugin reference, sections 6.2 and 9.2. */
final class SimpleSigning {
    /** The media type of the text. */
    static final String MEDIA_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";
    /** Where the signature is, in the annotations of the layer with the text. */
    static final String SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature";

    private static final String TYPE = "cosign container image signature";

    private SimpleSigning() {}

    /** The tag of the signatures of an image, in the image's repository. */
    static String tag(String digest) {
        return digest.replace(':', '-') + ".sig";
    }

    /** The text, byte for byte as cosign writes it. */
    static byte[] payload(ImageReference image, String digest) {
        String text = "{\"critical\":{\"identity\":{\"docker-reference\":\"" + image.name()
                + "\"},\"image\":{\"docker-manifest-digest\":\"" + digest + "\"},\"type\":\"" + TYPE
                + "\"},\"optional\":null}";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Checks that a text, whose signature by a key is verified, is about an image; else says why not. */
    static Finding check(byte[] payload, String digest, PublicKey key) {
        JsonTree critical;
        try {
            critical = JsonTree.parse(payload).get("critical");
        } catch (JsonProcessingException e) {
            return Finding.payloadInvalid("its payload is no JSON");
        }
        String type = critical.get("type").text();
        if (!type.equals(TYPE)) {
            return Finding.payloadInvalid("critical.type is " + Finding.quote(type) + " (expected: \"" + TYPE + "\")");
        }
        String named =
                critical.get("image").getIgnoringCase("docker-manifest-digest").text();
        if (!named.equals(digest)) {
            return Finding.digestMismatch(
                    "its signature is valid, for " + Finding.quote(named) + " (expected: " + digest + ")");
        }
        return Finding.verified(key);
    }
}
