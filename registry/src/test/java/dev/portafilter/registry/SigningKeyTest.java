package dev.portafilter.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.resources.ImageReference;
import dev.portafilter.resources.ModuleUrl;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SigningKeyTest {
    private static final ImageReference IMAGE = Objects.requireNonNull(
            ModuleUrl.parse("oci://registry.example.com/filters/openid:v1").image());

    @Test
    void payload_ofAnImage_isWhatCosignWrites_byteForByte() {
        assertThat(SimpleSigning.payload(IMAGE, FixedVectors.MANIFEST_DIGEST)).isEqualTo(FixedVectors.PAYLOAD);
    }

    @Test
    void signatures_ofEachKindOfKey_areVerified() throws Exception {
        for (KeyPair keys : List.of(
                TestKeys.ec("secp256r1"),
                TestKeys.ec("secp384r1"),
                TestKeys.ec("secp521r1"),
                TestKeys.rsa(2048),
                TestKeys.ed25519())) {
            SigningKey key = SigningKey.parse(pem(keys));
            SignatureVerifier verifier = new SignatureVerifier(List.of(keys.getPublic()));
            SigningKey.ImageSignature signed = key.signImage(IMAGE, FixedVectors.MANIFEST_DIGEST);
            FakeRepository repository = new FakeRepository();
            repository.manifest(
                    signed.tag(),
                    FakeRepository.manifestOf("", repository.signatureLayer(signed.payload(), signed.signature())));
            verifier.verifyImage(repository, List.of(FixedVectors.MANIFEST_DIGEST));
            byte[] detached = key.signFile(FixedVectors.TINY_MODULE);
            verifier.verifyModule(
                    "m", suffix -> suffix.equals(".sig") ? detached : null, FixedVectors.TINY_MODULE, new byte[0]);
        }
    }

    @Test
    void signatureInTheModule_isVerified_andReplacesTheOneBefore() throws Exception {
        KeyPair keys = TestKeys.ed25519();
        SigningKey key = SigningKey.parse(pem(keys));
        byte[] unsigned = HexFormat.of().parseHex("0061736d010000000007046e6f74656869");
        byte[] signed = key.signModule(unsigned);
        assertThat(signed).hasSize(FixedVectors.SIGNED_MODULE.length);
        assertThat(HexFormat.of().formatHex(signed, 0, 61))
                .isEqualTo(HexFormat.of().formatHex(FixedVectors.SIGNED_MODULE, 0, 61));
        new SignatureVerifier(List.of(keys.getPublic())).verifyModule("m", suffix -> null, signed, signed);
        assertThat(key.signModule(FixedVectors.SIGNED_MODULE)).isEqualTo(signed);
        assertThat(EmbeddedSignature.messageOf(FixedVectors.SIGNED_MODULE))
                .isEqualTo(EmbeddedSignature.messageOf(unsigned));
    }

    @Test
    void signatureInTheModule_needsAnEd25519KeyAndAModule() {
        SigningKey ec = SigningKey.parse(pem(TestKeys.ec("secp256r1")));
        assertThatThrownBy(() -> ec.signModule(FixedVectors.TINY_MODULE))
                .hasMessage("a signature in the module needs an Ed25519 key (given: EC private key)");
        SigningKey ed = SigningKey.parse(pem(TestKeys.ed25519()));
        assertThatThrownBy(() -> ed.signModule(new byte[] {1, 2, 3})).hasMessageContaining("no WebAssembly module");
    }

    @Test
    void text_thatIsNoUsableKey_isRefusedWithoutBeingShown() {
        assertThatThrownBy(() -> SigningKey.parse("secret")).hasMessageStartingWith("holds no PEM block (expected:");
        assertThatThrownBy(() -> SigningKey.parse(TestKeys.pem("ENCRYPTED SIGSTORE PRIVATE KEY", bytes("secret"))))
                .hasMessageStartingWith("holds a PEM block \"ENCRYPTED SIGSTORE PRIVATE KEY\"");
        assertThatThrownBy(() -> SigningKey.parse(TestKeys.pem("PRIVATE KEY", bytes("secret"))))
                .hasMessageStartingWith("holds a key that cannot be used");
        assertThatThrownBy(() -> SigningKey.parse(pem(TestKeys.rsa(1024))))
                .hasMessageStartingWith("holds a key that cannot be used");
    }

    private static String pem(KeyPair keys) {
        return TestKeys.pem("PRIVATE KEY", keys.getPrivate().getEncoded());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
