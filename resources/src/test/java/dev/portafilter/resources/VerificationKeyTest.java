package dev.portafilter.resources;

import static dev.portafilter.resources.Resources.errorRules;
import static dev.portafilter.resources.Resources.only;
import static dev.portafilter.resources.Resources.plugin;
import static dev.portafilter.resources.Resources.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules V-35 and V-36, section 1.6, and vectors T-031 to T-033. */
class VerificationKeyTest {
    private static final PublicKey P256 = ec("secp256r1");
    private static final PublicKey ED25519 = pair("Ed25519", 0).getPublic();

    @Test
    void key_inEitherPlace_isKept_andThePluginSeesItsOwn() {
        PluginResource own = only(plugin(field("verificationKey", pem(P256, 64))));
        assertThat(own.model().module().verificationKeys()).containsExactly(P256);
        assertThat(own.wasmPlugin().pluginConfig()).isEmpty();
        PluginResource inner = only(plugin("pluginConfig:", "  " + field("verificationKey", pem(P256, 64))));
        assertThat(inner.model().module().verificationKeys()).containsExactly(P256);
        assertThat(inner.wasmPlugin().pluginConfig())
                .startsWith("{\"verificationKey\":\"-----BEGIN PUBLIC KEY-----\\n");
    }

    @Test
    void key_inBothPlaces_mustBeTheSame() {
        String own = field("verificationKey", pem(P256, 64));
        only(plugin(own, "pluginConfig:", "  " + field("verificationKey", pem(P256, 20))));
        assertThat(errorRules(plugin(own, "pluginConfig:", "  " + field("verificationKey", pem(ED25519, 64)))))
                .containsExactly("V-36");
    }

    @Test
    void keys_ofAllKinds_areRead_andSeveralForRotation() {
        PublicKey rsa = pair("RSA", 2048).getPublic();
        for (PublicKey key : List.of(P256, ec("secp384r1"), ec("secp521r1"), rsa, ED25519)) {
            assertThat(PublicKeys.parse(pem(key, 64))).containsExactly(key);
        }
        assertThat(PublicKeys.parse("words\n" + pem(P256, 64) + pem(ED25519, 64)))
                .containsExactly(P256, ED25519);
    }

    @Test
    void rsaKey_inPkcs1_isRead() {
        PublicKey rsa = pair("RSA", 2048).getPublic();
        byte[] encoded = rsa.getEncoded();
        byte[] pkcs1 = Arrays.copyOfRange(encoded, 24, encoded.length);
        assertThat(PublicKeys.parse(pem("RSA PUBLIC KEY", pkcs1, 64))).containsExactly(rsa);
    }

    @Test
    void text_thatIsNoUsableKey_isRefusedWithoutBeingShown() {
        assertThatThrownBy(() -> PublicKeys.parse("abc")).hasMessage("holds no PEM block");
        assertThatThrownBy(() -> PublicKeys.parse(pem("PUBLIC KEY", new byte[] {1, 2}, 64)))
                .hasMessage("holds a key that cannot be read");
        assertThatThrownBy(() -> PublicKeys.parse(pem("PRIVATE KEY", new byte[] {1, 2}, 64)))
                .hasMessage("holds a PEM block \"PRIVATE KEY\"");
        assertThatThrownBy(() -> PublicKeys.parse(pem(P256, 64) + pem("CERTIFICATE", new byte[] {1}, 64)))
                .hasMessage("holds a PEM block \"CERTIFICATE\"");
        assertThatThrownBy(() -> PublicKeys.parse("-----BEGIN PUBLIC KEY-----\nA\n-----END PUBLIC KEY-----"))
                .hasMessage("holds a PEM block that is no base64");
        assertThatThrownBy(() -> PublicKeys.parse(pem(pair("RSA", 1024).getPublic(), 64)))
                .hasMessage("holds an RSA key of 1024 bits, at least 2048 are needed");
        assertThatThrownBy(() -> PublicKeys.parse(pem(pair("DSA", 1024).getPublic(), 64)))
                .hasMessage("holds a key that cannot be read");
    }

    @Test
    void key_isPlainData_whenTheHostSaysSo() {
        ReadOptions ignore = Resources.ANY_MODULE.toBuilder()
                .pluginConfigKey(ReadOptions.PluginConfigKey.IGNORE)
                .build();
        ResourceSet set = read(plugin("pluginConfig: {verificationKey: abc}"), ignore);
        assertThat(set.problems()).isEmpty();
        assertThat(set.resources().get(0).model().module().verificationKeys()).isEmpty();
    }

    @Test
    void key_thatCannotBeCheckedYet_refusesTheResource() {
        for (String lines : List.of(
                field("verificationKey", pem(P256, 64)),
                "pluginConfig:\n    " + field("verificationKey", pem(P256, 64)).replace("\n", "\n  "))) {
            ResourceSet set = read(plugin("url: file://x.wasm", lines), ReadOptions.DEFAULT);
            assertThat(set.resources()).isEmpty();
            assertThat(set.errors()).hasSize(1);
            assertThat(set.errors().get(0).message()).isEqualTo("signature verification is not supported yet");
        }
    }

    private static String field(String name, String pem) {
        return name + ": |\n" + pem.strip().indent(6).stripTrailing();
    }

    private static String pem(PublicKey key, int width) {
        return pem("PUBLIC KEY", key.getEncoded(), width);
    }

    private static String pem(String type, byte[] der, int width) {
        String lines = Base64.getMimeEncoder(width, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + lines + "\n-----END " + type + "-----\n";
    }

    private static PublicKey ec(String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair().getPublic();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static KeyPair pair(String algorithm, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (bits > 0) {
                generator.initialize(bits);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
