package dev.portafilter.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Signatures as they are put beside an image. */
class ImageSignerTest {
    private static final byte[] MODULE = {0, 'a', 's', 'm', 1, 0, 0, 0};

    private final KeyPair first = TestKeys.ec("secp256r1");
    private final KeyPair second = TestKeys.ed25519();
    private TestRegistry registry;
    private WritableRepository repository;
    private String digest;

    @BeforeEach
    void push() throws Exception {
        registry = TestRegistry.plain();
        repository = new RegistryClient(RegistryOptions.DEFAULT).openWritable(registry.image(), Keychain.EMPTY);
        digest = ModuleImage.of(ImageLayout.COMPAT, MODULE, null).push(repository, "v1");
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private String sign(KeyPair pair) throws Exception {
        String pem = TestKeys.pem("PRIVATE KEY", pair.getPrivate().getEncoded());
        return new ImageSigner(SigningKey.parse(pem)).sign(repository, registry.image(), digest);
    }

    private Verification verify(KeyPair pair) throws Exception {
        return new SignatureVerifier(List.of(pair.getPublic())).verifyImage(repository, List.of(digest));
    }

    @Test
    void signature_isFoundByItsKey_andByNoOther() throws Exception {
        assertThat(sign(first)).isEqualTo(digest.replace(':', '-') + ".sig");
        assertThat(verify(first).subject()).isEqualTo(digest);
        assertThatThrownBy(() -> verify(second)).hasMessageStartingWith("signature.noneValid");
    }

    @Test
    void secondSignature_standsBesideTheFirst() throws Exception {
        sign(first);
        sign(second);
        assertThat(verify(first).key()).isEqualTo(first.getPublic());
        assertThat(verify(second).key()).isEqualTo(second.getPublic());
    }

    @Test
    void layersThatAreThere_areKeptAsTheyAre() throws Exception {
        String tag = SimpleSigning.tag(digest);
        String layer = "{\"mediaType\":\"application/x-other\",\"size\":2,\"digest\":\"sha256:" + "0".repeat(64)
                + "\",\"annotations\":{\"a\":\"b\"},\"more\":[1,{}]}";
        registry.putManifest(
                tag,
                "application/vnd.oci.image.manifest.v1+json",
                ("{\"schemaVersion\":2,\"config\":{},\"layers\":[" + layer + "]}").getBytes(StandardCharsets.UTF_8));
        sign(first);
        assertThat(new String(registry.manifest(tag).bytes(), StandardCharsets.UTF_8))
                .contains("\"layers\":[" + layer
                        + ",{\"mediaType\":\"application/vnd.dev.cosign.simplesigning.v1+json\"");
    }

    @Test
    void tagThatHoldsNoImage_isLeftAlone() throws Exception {
        String tag = SimpleSigning.tag(digest);
        byte[] text = "no image".getBytes(StandardCharsets.UTF_8);
        registry.putManifest(tag, "application/vnd.oci.image.manifest.v1+json", text);
        assertThatThrownBy(() -> sign(first)).hasMessageContaining(tag + ": is no ");
        assertThat(registry.manifest(tag).bytes()).isEqualTo(text);
    }
}
