package dev.portafilter.registry;

import static dev.portafilter.registry.FixedVectors.ED25519;
import static dev.portafilter.registry.FixedVectors.INDEX_DIGEST;
import static dev.portafilter.registry.FixedVectors.MANIFEST_DIGEST;
import static dev.portafilter.registry.FixedVectors.OTHER_P256;
import static dev.portafilter.registry.FixedVectors.P256;
import static dev.portafilter.registry.FixedVectors.P256_SIGNATURE;
import static dev.portafilter.registry.FixedVectors.PAYLOAD;
import static dev.portafilter.registry.FixedVectors.RSA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portafilter.resources.PublicKeys;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Vectors T-108 to T-119, T-121 and T-123 of the WasmPlugin reference, section 8.7, and section 9. */
class SignatureVectorsTest {
    private static final CompanionFiles NO_COMPANIONS = suffix -> null;

    private final FakeRepository repository = new FakeRepository();

    @Test
    @DisplayName("9.1-9.4: the fixed objects have the digests that the reference gives")
    void fixedObjects_haveTheirDigests() {
        assertThat(Sha256.hex(FixedVectors.TINY_MODULE)).isEqualTo(FixedVectors.TINY_SHA256);
        assertThat(Sha256.PREFIX + Sha256.hex(FixedVectors.MANIFEST)).isEqualTo(MANIFEST_DIGEST);
        assertThat(Sha256.PREFIX + Sha256.hex(FixedVectors.INDEX)).isEqualTo(INDEX_DIGEST);
        assertThat(Sha256.hex(PAYLOAD)).isEqualTo(FixedVectors.PAYLOAD_SHA256);
        assertThat(Sha256.hex(FixedVectors.BUNDLE)).isEqualTo(FixedVectors.BUNDLE_SHA256);
        assertThat(Sha256.hex(FixedVectors.SIGNED_MODULE)).isEqualTo(FixedVectors.SIGNED_MODULE_SHA256);
    }

    @Test
    @DisplayName("9.3: the bytes that a bundle's signature is over")
    void bundle_isSignedOverItsPreAuthenticationEncoding() throws Exception {
        JsonTree envelope = JsonTree.parse(FixedVectors.BUNDLE).get("dsseEnvelope");
        byte[] statement = Base64.getDecoder().decode(envelope.get("payload").text());
        byte[] encoded = SigstoreBundle.preAuthenticationEncoding(
                envelope.get("payloadType").text(), statement);
        assertThat(statement).hasSize(213);
        assertThat(encoded).hasSize(256);
        assertThat(Sha256.hex(encoded)).isEqualTo("17beb8dcde3dd27e5f9834592f6d68e2f988922fedf472ae2483ed0fac1da8d0");
    }

    @Test
    @DisplayName("T-108: signatures at the tag, by each kind of key, verify")
    void imageSignature_ofEachKind_isVerified() throws Exception {
        verifiedBySignature(P256, P256_SIGNATURE);
        verifiedBySignature(RSA, FixedVectors.RSA_SIGNATURE);
        verifiedBySignature(ED25519, FixedVectors.ED25519_SIGNATURE);
    }

    private void verifiedBySignature(PublicKey key, String signature) throws FetchException {
        repository.signatures(MANIFEST_DIGEST, repository.signatureLayer(PAYLOAD, signature));
        Verification verification = verify(List.of(key), MANIFEST_DIGEST);
        assertThat(verification.key()).isEqualTo(key);
        assertThat(verification.subject()).isEqualTo(MANIFEST_DIGEST);
        assertThat(verification.source())
                .isEqualTo("tag sha256-d4519cf44eb4d9f4a48daed197b1e574b3e0be8b480b8f8602f8843f379ffa00.sig, layer 1");
    }

    @Test
    @DisplayName("T-109: another key, or a payload with one byte changed, is signature.noneValid")
    void imageSignature_byAnotherKeyOrOfOtherBytes_isRefused() {
        repository.signatures(MANIFEST_DIGEST, repository.signatureLayer(PAYLOAD, P256_SIGNATURE));
        refused("signature.noneValid", List.of(OTHER_P256), MANIFEST_DIGEST)
                .hasMessageContaining("registry.example.com/filters/openid " + MANIFEST_DIGEST)
                .hasMessageContaining(
                        "tag sha256-d4519cf44eb4d9f4a48daed197b1e574b3e0be8b480b8f8602f8843f379ffa00.sig, layer 1: no key made its"
                                + " signature (tried: EC P-256 key ")
                .hasMessageContaining("referrers of " + MANIFEST_DIGEST + ": there are none");
        byte[] changed = PAYLOAD.clone();
        changed[60] ^= 1;
        repository.signatures(MANIFEST_DIGEST, repository.signatureLayer(changed, P256_SIGNATURE));
        refused("signature.noneValid", List.of(P256), MANIFEST_DIGEST);
    }

    @Test
    @DisplayName("T-110: a valid signature for another digest is signature.digestMismatch")
    void imageSignature_forAnotherDigest_isRefused() {
        repository.signatures(INDEX_DIGEST, repository.signatureLayer(PAYLOAD, P256_SIGNATURE));
        refused("signature.digestMismatch", List.of(P256), INDEX_DIGEST)
                .hasMessageContaining(
                        "its signature is valid, for \"" + MANIFEST_DIGEST + "\" (expected: " + INDEX_DIGEST + ")");
    }

    @Test
    @DisplayName("T-111: no tag, no referrers: signature.notFound")
    void image_withoutSignature_isRefused() {
        refused("signature.notFound", List.of(P256), MANIFEST_DIGEST).hasMessageContaining("has no signature");
    }

    @Test
    @DisplayName("T-112: of two layers, one that is valid is enough")
    void imageSignature_besideOthers_isVerified() throws Exception {
        String valid = repository.signatureLayer(PAYLOAD, P256_SIGNATURE);
        repository.signatures(MANIFEST_DIGEST, repository.signatureLayer(PAYLOAD, FixedVectors.RSA_SIGNATURE), valid);
        assertThat(verify(List.of(P256), MANIFEST_DIGEST).source()).endsWith("layer 2");
        repository.signatures(MANIFEST_DIGEST, repository.layer(SimpleSigning.MEDIA_TYPE, PAYLOAD, ""), valid);
        assertThat(verify(List.of(P256), MANIFEST_DIGEST).source()).endsWith("layer 2");
    }

    @Test
    @DisplayName("T-113: the key in other letters is read; another type is signature.payloadInvalid")
    void payload_isReadInEitherSpelling_andOnlyOfItsType() throws Exception {
        KeyPair keys = TestKeys.ec("secp256r1");
        String text = new String(PAYLOAD, StandardCharsets.UTF_8);
        byte[] spelled = bytes(text.replace("docker-manifest", "Docker-manifest"));
        repository.signatures(
                MANIFEST_DIGEST, repository.signatureLayer(spelled, TestKeys.signed("SHA256withECDSA", keys, spelled)));
        verify(List.of(keys.getPublic()), MANIFEST_DIGEST);
        byte[] other = bytes(text.replace("cosign container", "atomic container"));
        repository.signatures(
                MANIFEST_DIGEST, repository.signatureLayer(other, TestKeys.signed("SHA256withECDSA", keys, other)));
        refused("signature.payloadInvalid", List.of(keys.getPublic()), MANIFEST_DIGEST)
                .hasMessageContaining("critical.type is \"atomic container image signature\"");
    }

    @Test
    @DisplayName("T-114: the index or the manifest chosen of it may be signed")
    void image_ofAnIndex_isVerifiedByEither() throws Exception {
        repository.signatures(MANIFEST_DIGEST, repository.signatureLayer(PAYLOAD, P256_SIGNATURE));
        assertThat(verify(List.of(P256), INDEX_DIGEST, MANIFEST_DIGEST).subject())
                .isEqualTo(MANIFEST_DIGEST);
        FakeRepository other = new FakeRepository();
        KeyPair keys = TestKeys.ed25519();
        byte[] payload = bytes(new String(PAYLOAD, StandardCharsets.UTF_8).replace(MANIFEST_DIGEST, INDEX_DIGEST));
        other.signatures(INDEX_DIGEST, other.signatureLayer(payload, TestKeys.signed("Ed25519", keys, payload)));
        Verification verification = new SignatureVerifier(List.of(keys.getPublic()))
                .verifyImage(other, List.of(INDEX_DIGEST, MANIFEST_DIGEST));
        assertThat(verification.subject()).isEqualTo(INDEX_DIGEST);
        assertThat(other.requests).noneMatch(request -> request.contains("d4519cf4"));
    }

    @Test
    @DisplayName("T-115: a bundle that refers to the image verifies")
    void bundle_ofTheImage_isVerified() throws Exception {
        repository.bundle(MANIFEST_DIGEST, FixedVectors.BUNDLE);
        assertThat(verify(List.of(P256), MANIFEST_DIGEST).source()).startsWith("referrer sha256:");
        refused("signature.noneValid", List.of(OTHER_P256), MANIFEST_DIGEST);
    }

    @Test
    @DisplayName("T-116: an attestation is no signature; two signatures or another subject are refused")
    void bundle_thatIsNoSignatureOfTheImage_isRefused() {
        KeyPair keys = TestKeys.ec("secp256r1");
        String statement = "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"digest\":{\"sha256\":\""
                + Sha256.hexOf(MANIFEST_DIGEST) + "\"}}],\"predicateType\":\"https://slsa.dev/provenance/v1\"}";
        repository.bundle(MANIFEST_DIGEST, bundleOf(keys, statement, 1));
        refused("signature.notFound", List.of(keys.getPublic()), MANIFEST_DIGEST)
                .hasMessageContaining("it is an attestation, predicateType \"https://slsa.dev/provenance/v1\"");
        String signature = statement.replace("https://slsa.dev/provenance/v1", "https://sigstore.dev/cosign/sign/v1");
        repository.bundle(MANIFEST_DIGEST, bundleOf(keys, signature, 2));
        refused("signature.noneValid", List.of(keys.getPublic()), MANIFEST_DIGEST)
                .hasMessageContaining("its envelope has 2 signatures (expected: 1)");
        repository.bundle(INDEX_DIGEST, bundleOf(keys, signature, 1));
        refused("signature.digestMismatch", List.of(keys.getPublic()), INDEX_DIGEST);
    }

    static byte[] bundleOf(KeyPair keys, String statement, int signatures) {
        String type = "application/vnd.in-toto+json";
        byte[] payload = bytes(statement);
        String signature =
                TestKeys.signed("SHA256withECDSA", keys, SigstoreBundle.preAuthenticationEncoding(type, payload));
        String one = "{\"sig\":\"" + signature + "\"}";
        return bytes(
                "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\",\"verificationMaterial\":{\"publicKey\":{}},"
                        + "\"dsseEnvelope\":{\"payload\":\"" + TestKeys.base64(payload) + "\",\"payloadType\":\"" + type
                        + "\",\"signatures\":[" + String.join(",", java.util.Collections.nCopies(signatures, one))
                        + "]}}");
    }

    @Test
    @DisplayName("T-117: a registry that fails while signatures are read is signature.fetch")
    void signatures_thatCannotBeRead_areRefused() {
        repository.bundle(MANIFEST_DIGEST, FixedVectors.BUNDLE);
        repository.fails(
                SimpleSigning.tag(MANIFEST_DIGEST), new FetchException("fetch.http(500)", "registry: 500", true));
        FetchException e = catchThrowableOfType(FetchException.class, () -> verify(List.of(P256), MANIFEST_DIGEST));
        assertThat(e.code()).isEqualTo("signature.fetch");
        assertThat(e.worthRetrying()).isTrue();
        assertThat(e).hasMessageContaining("fetch.http(500)");
    }

    @Test
    @DisplayName("T-118: any of several keys may be the signer")
    void imageSignature_byTheSecondKey_isVerified() throws Exception {
        repository.signatures(MANIFEST_DIGEST, repository.signatureLayer(PAYLOAD, P256_SIGNATURE));
        assertThat(verify(List.of(OTHER_P256, P256), MANIFEST_DIGEST).key()).isEqualTo(P256);
    }

    @Test
    @DisplayName("T-119: what is no usable public key is refused")
    void key_thatCannotVerify_isRefused() {
        assertThatThrownBy(() -> PublicKeys.parse(TestKeys.pem("PRIVATE KEY", new byte[] {1})))
                .hasMessageContaining("PRIVATE KEY");
        assertThatThrownBy(() -> PublicKeys.parse(TestKeys.pem("CERTIFICATE", new byte[] {1})))
                .hasMessageContaining("CERTIFICATE");
        PublicKey weak = TestKeys.rsa(1024).getPublic();
        FetchException e = catchThrowableOfType(FetchException.class, () -> new SignatureVerifier(List.of(P256, weak)));
        assertThat(e.code()).isEqualTo("signature.keyInvalid");
        assertThat(catchThrowableOfType(FetchException.class, () -> new SignatureVerifier(List.of()))
                        .code())
                .isEqualTo("signature.keyInvalid");
    }

    @Test
    @DisplayName("T-121: a signature in the module verifies; changed bytes or another place do not")
    void embeddedSignature_isVerified_onlyInFrontOfTheBytesThatItIsOver() throws Exception {
        byte[] module = FixedVectors.SIGNED_MODULE;
        assertThat(verifyModule(module, ED25519).source()).isEqualTo("embedded signature");
        byte[] flipped = module.clone();
        flipped[flipped.length - 1] ^= 1;
        assertThat(moduleRefused(flipped, ED25519).code()).isEqualTo("signature.noneValid");
        byte[] moved = module.clone();
        int sectionSize = 2 + 0x75;
        System.arraycopy(module, 8 + sectionSize, moved, 8, 9);
        System.arraycopy(module, 8, moved, 17, sectionSize);
        assertThat(moduleRefused(moved, ED25519).code()).isEqualTo("signature.notFound");
        assertThat(moduleRefused(module, P256).code()).isEqualTo("signature.notFound");
        assertThat(moduleRefused(module, TestKeys.ed25519().getPublic()).code()).isEqualTo("signature.noneValid");
        for (int length = 9; length < 8 + sectionSize; length++) {
            byte[] cut = Arrays.copyOf(module, length);
            assertThat(moduleRefused(cut, ED25519).code()).startsWith("signature.");
        }
    }

    @Test
    @DisplayName("T-123: an ECDSA signature of two plain numbers verifies")
    void imageSignature_inP1363Form_isVerified() throws Exception {
        for (String curve : List.of("secp256r1", "secp384r1", "secp521r1")) {
            KeyPair keys = TestKeys.ec(curve);
            repository.signatures(
                    MANIFEST_DIGEST,
                    repository.signatureLayer(PAYLOAD, TestKeys.signed("SHA256withECDSAinP1363Format", keys, PAYLOAD)));
            verify(List.of(keys.getPublic()), MANIFEST_DIGEST);
        }
    }

    private Verification verify(List<PublicKey> keys, String... subjects) throws FetchException {
        return new SignatureVerifier(keys).verifyImage(repository, List.of(subjects));
    }

    private org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> refused(
            String code, List<PublicKey> keys, String... subjects) {
        FetchException e = catchThrowableOfType(FetchException.class, () -> verify(keys, subjects));
        assertThat(e.code()).isEqualTo(code);
        return assertThat(e);
    }

    private static Verification verifyModule(byte[] module, PublicKey key) throws FetchException {
        return new SignatureVerifier(List.of(key)).verifyModule("m.wasm", NO_COMPANIONS, module, module);
    }

    private static FetchException moduleRefused(byte[] module, PublicKey key) {
        return catchThrowableOfType(FetchException.class, () -> verifyModule(module, key));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
