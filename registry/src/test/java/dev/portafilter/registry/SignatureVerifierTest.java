package dev.portafilter.registry;

import static dev.portafilter.registry.FixedVectors.MANIFEST_DIGEST;
import static dev.portafilter.registry.FixedVectors.P256;
import static dev.portafilter.registry.FixedVectors.P256_SIGNATURE;
import static dev.portafilter.registry.FixedVectors.PAYLOAD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.spec.EdDSAParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SignatureVerifierTest {
    private static final byte[] FILE = FixedVectors.TINY_MODULE;

    private final FakeRepository repository = new FakeRepository();
    private final Map<String, byte[]> companions = new HashMap<>();

    @Test
    void ecdsaSignatures_withEitherHash_areVerified() throws Exception {
        verified(TestKeys.ec("secp384r1"), "SHA256withECDSA");
        verified(TestKeys.ec("secp384r1"), "SHA384withECDSA");
        verified(TestKeys.ec("secp521r1"), "SHA256withECDSA");
        verified(TestKeys.ec("secp521r1"), "SHA512withECDSA");
    }

    private void verified(KeyPair keys, String algorithm) throws FetchException {
        companions.put(".sig", bytes(TestKeys.signed(algorithm, keys, FILE)));
        verifyFile(keys.getPublic());
    }

    @Test
    void ecdsaSignature_ofZeros_isNeverValid() {
        byte[] zeros = new byte[64];
        byte[] derZeros = {0x30, 6, 2, 1, 0, 2, 1, 0};
        for (byte[] signature : List.of(zeros, derZeros, new byte[0], new byte[] {0x30, 0})) {
            companions.put(".sig", signature);
            assertThat(fileRefused(P256).code()).isEqualTo("signature.noneValid");
        }
    }

    @Test
    void rsaSignature_withPss_isVerified() throws Exception {
        KeyPair keys = TestKeys.rsa(2048);
        PSSParameterSpec pss = new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);
        companions.put(".sig", TestKeys.sign("RSASSA-PSS", pss, keys, FILE));
        verifyFile(keys.getPublic());
    }

    @Test
    void ed25519Signature_ofHashedBytes_isVerified_forFilesAndImages() throws Exception {
        KeyPair keys = TestKeys.ed25519();
        byte[] signature = TestKeys.sign("Ed25519", new EdDSAParameterSpec(true), keys, FILE);
        companions.put(".sigstore.json", messageBundle(signature));
        assertThat(verifyFile(keys.getPublic()).source()).isEqualTo(".sigstore.json");
        byte[] ofPayload = TestKeys.sign("Ed25519", new EdDSAParameterSpec(true), keys, PAYLOAD);
        repository.signatures(MANIFEST_DIGEST, repository.signatureLayer(PAYLOAD, TestKeys.base64(ofPayload)));
        assertThat(new SignatureVerifier(List.of(keys.getPublic()))
                        .verifyImage(repository, List.of(MANIFEST_DIGEST))
                        .key())
                .isEqualTo(keys.getPublic());
        assertThat(imageRefused(TestKeys.ed25519().getPublic()).code()).isEqualTo("signature.noneValid");
    }

    @Test
    void ed25519Signature_ofHashedBytes_isNotOneInTheModule() throws Exception {
        KeyPair keys = TestKeys.ed25519();
        byte[] message = EmbeddedSignature.messageOf(FILE);
        SignatureVerifier verifier = new SignatureVerifier(List.of(keys.getPublic()));
        byte[] signed = EmbeddedSignature.write(FILE, TestKeys.sign("Ed25519", null, keys, message));
        assertThat(verifier.verifyModule("m.wasm", companions::get, signed, signed)
                        .source())
                .isEqualTo("embedded signature");
        byte[] hashed =
                EmbeddedSignature.write(FILE, TestKeys.sign("Ed25519", new EdDSAParameterSpec(true), keys, message));
        assertThat(catchThrowableOfType(
                                FetchException.class,
                                () -> verifier.verifyModule("m.wasm", companions::get, hashed, hashed))
                        .code())
                .isEqualTo("signature.noneValid");
    }

    @Test
    void firstCompanionThatIsThere_decides() throws Exception {
        KeyPair keys = TestKeys.ec("secp256r1");
        byte[] valid = bytes(TestKeys.signed("SHA256withECDSA", keys, FILE) + "\n");
        companions.put(".sig", valid);
        assertThat(verifyFile(keys.getPublic()))
                .hasToString(Sha256.PREFIX + FixedVectors.TINY_SHA256 + ": signed with "
                        + SignatureAlgorithm.name(keys.getPublic()) + ", by .sig");
        companions.put(".sigstore.json", messageBundle(new byte[] {1, 2, 3}));
        assertThat(fileRefused(keys.getPublic()).code()).isEqualTo("signature.noneValid");
        companions.put(".sigstore.json", bytes("no JSON"));
        assertThat(fileRefused(keys.getPublic())).hasMessageContaining(".sigstore.json: the bundle is no JSON");
    }

    @Test
    void companionThatCannotBeRead_isRefused() {
        FetchException e = catchThrowableOfType(
                FetchException.class,
                () -> new SignatureVerifier(List.of(P256))
                        .verifyModule(
                                "https://h/m.wasm",
                                suffix -> {
                                    throw new FetchException("fetch.http(403)", "403");
                                },
                                FILE,
                                FILE));
        assertThat(e.code()).isEqualTo("signature.fetch");
        assertThat(e).hasMessageContaining("https://h/m.wasm: .sigstore.json cannot be read: fetch.http(403): 403");
    }

    @Test
    void fileWithoutSignature_isRefused_andSaysWhereOneCouldBe() {
        assertThat(fileRefused(P256).code()).isEqualTo("signature.notFound");
        assertThat(fileRefused(P256))
                .hasMessageContaining(
                        ".sigstore.json: there is none; .sig: there is none; embedded signature: only Ed25519 keys make them");
    }

    @Test
    void signatureArtifacts_thatReferToTheImage_areVerified() throws Exception {
        String layer = repository.signatureLayer(PAYLOAD, P256_SIGNATURE);
        repository.referrer(
                MANIFEST_DIGEST,
                "application/vnd.dev.cosign.artifact.sig.v1+json",
                FakeRepository.manifestOf(MANIFEST_DIGEST, layer));
        assertThat(new SignatureVerifier(List.of(P256))
                        .verifyImage(repository, List.of(MANIFEST_DIGEST))
                        .source())
                .startsWith("referrer sha256:");
    }

    @Test
    void bundle_whoseTypeIsNotTold_isVerified() throws Exception {
        for (String type : List.of("", "application/vnd.oci.empty.v1+json")) {
            FakeRepository other = new FakeRepository();
            String layer = other.layer("application/vnd.dev.sigstore.bundle.v0.3+json", FixedVectors.BUNDLE, "");
            other.referrer(MANIFEST_DIGEST, type, FakeRepository.manifestOf(MANIFEST_DIGEST, layer));
            assertThat(new SignatureVerifier(List.of(P256))
                            .verifyImage(other, List.of(MANIFEST_DIGEST))
                            .key())
                    .isEqualTo(P256);
        }
    }

    @Test
    void referrers_ofOtherKinds_areNotRead() {
        repository.referrer(MANIFEST_DIGEST, "application/spdx+json", "{}");
        assertThat(imageRefused(P256).code()).isEqualTo("signature.notFound");
        assertThat(repository.requests)
                .containsExactly("manifest " + SimpleSigning.tag(MANIFEST_DIGEST), "referrers " + MANIFEST_DIGEST);
    }

    @Test
    void bundles_ofOldVersionsAndOfCertificates_areNotUsed() {
        byte[] old = bytes(text(FixedVectors.BUNDLE).replace(".v0.3+json", "+json;version=0.1"));
        repository.bundle(MANIFEST_DIGEST, old);
        assertThat(imageRefused(P256)).hasMessageContaining("its mediaType is");
        FakeRepository other = new FakeRepository();
        other.bundle(
                MANIFEST_DIGEST,
                bytes(text(FixedVectors.BUNDLE).replace("\"publicKey\":{\"hint\":\"\"}", "\"certificate\":{}")));
        FetchException e = catchThrowableOfType(
                FetchException.class,
                () -> new SignatureVerifier(List.of(P256)).verifyImage(other, List.of(MANIFEST_DIGEST)));
        assertThat(e.code()).isEqualTo("signature.notFound");
        assertThat(e).hasMessageContaining("it was signed with a certificate, not with a key");
    }

    @Test
    void bundle_whoseManifestRefersToAnotherImage_isRefused() {
        String layer = repository.layer("application/vnd.dev.sigstore.bundle.v0.3+json", FixedVectors.BUNDLE, "");
        repository.referrer(MANIFEST_DIGEST, "", FakeRepository.manifestOf(FixedVectors.INDEX_DIGEST, layer));
        assertThat(imageRefused(P256).code()).isEqualTo("signature.digestMismatch");
    }

    @Test
    void payload_thatIsNotWhatItsLayerSays_doesNotHideTheNextOne() throws Exception {
        String broken =
                repository.signatureLayer(PAYLOAD, P256_SIGNATURE).replace("\"size\":" + PAYLOAD.length, "\"size\":7");
        repository.signatures(MANIFEST_DIGEST, broken, repository.signatureLayer(PAYLOAD, P256_SIGNATURE));
        assertThat(new SignatureVerifier(List.of(P256))
                        .verifyImage(repository, List.of(MANIFEST_DIGEST))
                        .source())
                .endsWith("layer 2");
    }

    @Test
    void candidates_beyondTheLimit_areNotLookedAt() {
        String[] layers = new String[500];
        java.util.Arrays.fill(layers, repository.signatureLayer(PAYLOAD, FixedVectors.RSA_SIGNATURE));
        repository.signatures(MANIFEST_DIGEST, layers);
        assertThat(imageRefused(P256).code()).isEqualTo("signature.noneValid");
        assertThat(repository.requests.stream().filter(request -> request.startsWith("blob")))
                .hasSize(SignatureVerifier.MOST_CANDIDATES);
    }

    private static byte[] messageBundle(byte[] signature) {
        return bytes("{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\",\"verificationMaterial\":"
                + "{\"publicKey\":{\"hint\":\"x\"}},\"messageSignature\":{\"messageDigest\":{\"algorithm\":\"SHA2_256\"},"
                + "\"signature\":\"" + TestKeys.base64(signature) + "\"}}");
    }

    private Verification verifyFile(PublicKey key) throws FetchException {
        return new SignatureVerifier(List.of(key)).verifyModule("m.wasm", companions::get, FILE, FILE);
    }

    private FetchException fileRefused(PublicKey key) {
        return catchThrowableOfType(FetchException.class, () -> verifyFile(key));
    }

    private FetchException imageRefused(PublicKey key) {
        return catchThrowableOfType(
                FetchException.class,
                () -> new SignatureVerifier(List.of(key)).verifyImage(repository, List.of(MANIFEST_DIGEST)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
