package dev.portafilter.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
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
        JsonTree bundle;
        try {
            bundle = JsonTree.parse(text);
        } catch (JsonProcessingException e) {
            return Finding.invalid("the bundle is no JSON");
        }
        Finding unread = unread(bundle);
        if (unread != null) {
            return unread;
        }
        JsonTree envelope = bundle.get("dsseEnvelope");
        if (!envelope.present()) {
            return Finding.skipped("it has no DSSE envelope, which an image's signature has");
        }
        List<JsonTree> signatures = envelope.get("signatures").items();
        String payloadType = envelope.get("payloadType").text();
        byte[] payload = VerificationKeys.decoded(envelope.get("payload").text());
        if (signatures.size() != 1) {
            return Finding.invalid("its envelope has " + signatures.size() + " signatures (expected: 1)");
        }
        byte[] signature = VerificationKeys.decoded(signatures.get(0).get("sig").text());
        if (payload == null || signature == null) {
            return Finding.invalid("its envelope has a payload or a signature that is no base64");
        }
        PublicKey key = keys.signer(
                preAuthenticationEncoding(payloadType, payload), signature, SignatureAlgorithm.Subject.STATEMENT);
        return key == null ? keys.noSigner() : checkStatement(payloadType, payload, digest, key);
    }

    /** Whether a bundle says that a key signed these bytes. */
    static Finding verifyBlob(byte[] text, byte[] blob, VerificationKeys keys) {
        JsonTree bundle;
        try {
            bundle = JsonTree.parse(text);
        } catch (JsonProcessingException e) {
            return Finding.invalid("the bundle is no JSON");
        }
        Finding unread = unread(bundle);
        if (unread != null) {
            return unread;
        }
        JsonTree message = bundle.get("messageSignature");
        byte[] signature = VerificationKeys.decoded(message.get("signature").text());
        if (signature == null || signature.length == 0) {
            return Finding.invalid("the bundle has no messageSignature in base64");
        }
        PublicKey key = keys.signer(blob, signature, SignatureAlgorithm.Subject.BLOB);
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

    private static @Nullable Finding unread(JsonTree bundle) {
        String mediaType = bundle.get("mediaType").text();
        if (!isKnown(mediaType)) {
            return Finding.invalid(
                    "its mediaType is " + Finding.quote(mediaType) + " (expected: " + MEDIA_TYPES.get(0) + ")");
        }
        JsonTree material = bundle.get("verificationMaterial");
        if (!material.get("publicKey").present()) {
            return Finding.skipped("it was signed with a certificate, not with a key");
        }
        return null;
    }

    private static Finding checkStatement(String payloadType, byte[] payload, String digest, PublicKey key) {
        if (!payloadType.equals(IN_TOTO)) {
            return Finding.payloadInvalid(
                    "its payloadType is " + Finding.quote(payloadType) + " (expected: " + IN_TOTO + ")");
        }
        JsonTree statement;
        try {
            statement = JsonTree.parse(payload);
        } catch (JsonProcessingException e) {
            return Finding.payloadInvalid("its statement is no JSON");
        }
        String type = statement.get("_type").text();
        if (!STATEMENTS.contains(type)) {
            return Finding.payloadInvalid(
                    "its _type is " + Finding.quote(type) + " (expected: " + STATEMENTS.get(0) + ")");
        }
        String predicate = statement.get("predicateType").text();
        if (!predicate.equals(IMAGE_SIGNATURE)) {
            return Finding.skipped("it is an attestation, predicateType " + Finding.quote(predicate));
        }
        List<String> subjects = statement.get("subject").items().stream()
                .map(subject -> subject.get("digest").get("sha256").text())
                .toList();
        if (!subjects.contains(Sha256.hexOf(digest))) {
            return Finding.digestMismatch("its signature is valid, for " + Finding.quote(String.join(", ", subjects))
                    + " (expected: " + digest + ")");
        }
        return Finding.verified(key);
    }
}
