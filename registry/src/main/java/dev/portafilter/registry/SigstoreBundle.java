package dev.portafilter.registry;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bundles of sigstore, version 0.3, that a key has signed; what certificates sign is not looked at. Source: WasmPlugin
 * reference, sections 6.4 and 6.5.
 */
final class SigstoreBundle {
    /** What the media types of all versions begin with. */
    static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle";

    private static final List<String> MEDIA_TYPES =
            List.of(MEDIA_TYPE + ".v0.3+json", MEDIA_TYPE + "+json;version=0.3");
    private static final String IN_TOTO = "application/vnd.in-toto+json";
    private static final List<String> STATEMENTS =
            List.of("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1");
    private static final String IMAGE_SIGNATURE = "https://sigstore.dev/cosign/sign/v1";

    private SigstoreBundle() {}

    /** Whether this is a version that is read. */
    static boolean isKnown(String mediaType) {
        return MEDIA_TYPES.contains(mediaType);
    }

    /** Whether a bundle says that a key signed an image. */
    static Finding verifyImage(byte[] text, String digest, VerificationKeys keys) {
        JsonObject bundle = JsonObject.parseOrNull(text);
        if (bundle == null) {
            return Finding.invalid("the bundle is no JSON");
        }
        Finding unread = unread(bundle);
        if (unread != null) {
            return unread;
        }
        JsonObject envelope = bundle.child("dsseEnvelope");
        if (!bundle.has("dsseEnvelope")) {
            return Finding.skipped("it has no DSSE envelope, which an image's signature has");
        }
        List<JsonObject> signatures = envelope.children("signatures");
        String payloadType = envelope.text("payloadType");
        byte[] payload = VerificationKeys.decoded(envelope.text("payload"));
        if (signatures.size() != 1) {
            return Finding.invalid("its envelope has " + signatures.size() + " signatures (expected: 1)");
        }
        byte[] signature = VerificationKeys.decoded(signatures.get(0).text("sig"));
        if (payload == null || signature == null) {
            return Finding.invalid("its envelope has a payload or a signature that is no base64");
        }
        PublicKey key = keys.signer(preAuthenticationEncoding(payloadType, payload), signature);
        return key == null ? keys.noSigner() : checkStatement(payloadType, payload, digest, key);
    }

    /** Whether a bundle says that a key signed these bytes. */
    static Finding verifyBlob(byte[] text, byte[] blob, VerificationKeys keys) {
        JsonObject bundle = JsonObject.parseOrNull(text);
        if (bundle == null) {
            return Finding.invalid("the bundle is no JSON");
        }
        Finding unread = unread(bundle);
        if (unread != null) {
            return unread;
        }
        JsonObject message = bundle.child("messageSignature");
        byte[] signature = VerificationKeys.decoded(message.text("signature"));
        if (signature == null || signature.length == 0) {
            return Finding.invalid("the bundle has no messageSignature in base64");
        }
        PublicKey key = keys.signer(blob, signature);
        return key == null ? keys.noSigner() : Finding.verified(key);
    }

    /** What a DSSE signature is over. */
    static byte[] preAuthenticationEncoding(String payloadType, byte[] payload) {
        byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(("DSSEv1 " + type.length + " ").getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(type);
        out.writeBytes((" " + payload.length + " ").getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(payload);
        return out.toByteArray();
    }

    private static @Nullable Finding unread(JsonObject bundle) {
        String mediaType = bundle.text("mediaType");
        if (!isKnown(mediaType)) {
            return Finding.invalid(
                    "its mediaType is " + Finding.quote(mediaType) + " (expected: " + MEDIA_TYPES.get(0) + ")");
        }
        JsonObject material = bundle.child("verificationMaterial");
        if (!material.has("publicKey")) {
            return Finding.skipped("it was signed with a certificate, not with a key");
        }
        return null;
    }

    private static Finding checkStatement(String payloadType, byte[] payload, String digest, PublicKey key) {
        if (!payloadType.equals(IN_TOTO)) {
            return Finding.payloadInvalid(
                    "its payloadType is " + Finding.quote(payloadType) + " (expected: " + IN_TOTO + ")");
        }
        JsonObject statement = JsonObject.parseOrNull(payload);
        if (statement == null) {
            return Finding.payloadInvalid("its statement is no JSON");
        }
        String type = statement.text("_type");
        if (!STATEMENTS.contains(type)) {
            return Finding.payloadInvalid(
                    "its _type is " + Finding.quote(type) + " (expected: " + STATEMENTS.get(0) + ")");
        }
        String predicate = statement.text("predicateType");
        if (!predicate.equals(IMAGE_SIGNATURE)) {
            return Finding.skipped("it is an attestation, predicateType " + Finding.quote(predicate));
        }
        List<String> subjects = statement.children("subject").stream()
                .map(subject -> subject.child("digest").text("sha256"))
                .toList();
        if (!subjects.contains(Sha256.hexOf(digest))) {
            return Finding.digestMismatch("its signature is valid, for " + Finding.quote(String.join(", ", subjects))
                    + " (expected: " + digest + ")");
        }
        return Finding.verified(key);
    }
}
