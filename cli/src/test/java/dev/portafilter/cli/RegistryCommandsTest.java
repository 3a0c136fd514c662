package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code push}, {@code pull}, {@code sign} and {@code verify} as somebody types them. */
class RegistryCommandsTest extends TypedCommand {
    private static final byte[] MODULE = {0, 'a', 's', 'm', 1, 0, 0, 0};

    @TempDir
    private Path directory;

    private MemoryRegistry registry;
    private Path module;
    private String image;

    @BeforeEach
    void start() throws IOException {
        registry = new MemoryRegistry();
        module = Files.write(directory.resolve("plugin.wasm"), MODULE);
        image = registry.host() + "/team/auth:v1";
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private String printed() {
        return out.toString().trim();
    }

    @ParameterizedTest
    @ValueSource(strings = {"compat", "image", "artifact"})
    void moduleThatIsPushed_isPulled_fromTheDigestThatWasPrinted(String layout) throws IOException {
        Path config = Files.writeString(directory.resolve("config.json"), "{\"type\":\"envoy_proxy\"}");
        assertThat(execute("push", module.toString(), image, "--layout", layout, "--config", config.toString()))
                .as("%s", err)
                .isZero();
        String pinned = printed();
        assertThat(pinned).matches("127\\.0\\.0\\.1:[0-9]+/team/auth@sha256:[0-9a-f]{64}");
        Path pulled = directory.resolve("pulled.wasm");
        assertThat(execute("pull", "oci://" + pinned, "-o", pulled.toString()))
                .as("%s", err)
                .isZero();
        assertThat(printed()).isEqualTo(pinned);
        assertThat(pulled).hasBinaryContent(MODULE);
        assertThat(err.toString()).contains("pulled.wasm: 8 bytes, layout " + layout);
    }

    @Test
    void imageThatIsNotThere_isNamed() {
        assertThat(execute("pull", image, "-o", directory.resolve("a").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).startsWith("error: image.notFound: " + image);
        assertThat(directory.resolve("a")).doesNotExist();
    }

    @Test
    void fileThatIsNoModule_isNotPushed() throws IOException {
        Path text = Files.writeString(directory.resolve("text"), "no module");
        assertThat(execute("push", text.toString(), image)).isEqualTo(1);
        assertThat(err.toString()).startsWith("error: module.invalidMagic");
        assertThat(registry.requests()).isEmpty();
        assertThat(execute("push", directory.resolve("none").toString(), image)).isEqualTo(1);
        assertThat(err.toString()).contains("none: no such file");
    }

    @Test
    void argumentsThatMeanNothing_areExplained() {
        assertThat(execute("push", module.toString(), image, "--layout", "zip")).isEqualTo(2);
        assertThat(err.toString()).contains("--layout: \"zip\" is unknown (expected: compat, image or artifact)");
        assertThat(execute("push", module.toString(), image + "@sha256:" + "0".repeat(64)))
                .isEqualTo(2);
        assertThat(err.toString()).contains("has a digest (expected: a tag, under which it is pushed)");
        assertThat(execute("pull", "https://example.com/a.wasm")).isEqualTo(2);
        assertThat(err.toString()).contains("is no image (expected: host/repository:tag)");
        assertThat(execute("pull", "ftp://example.com/a")).isEqualTo(2);
        assertThat(err.toString()).contains("ftp://example.com/a: has an unknown scheme (expected: oci://");
        assertThat(execute("pull", image, "--timeout", "soon")).isEqualTo(2);
        assertThat(err.toString()).contains("--timeout: \"soon\" is no time");
    }

    @Test
    void registryThatWantsAUser_isRefusedWithoutOne() {
        registry.requireUser("barista", "s3cret");
        assertThat(execute("push", module.toString(), image)).isEqualTo(1);
        assertThat(err.toString()).startsWith("error: image.unauthorized").doesNotContain("s3cret");
    }

    @Test
    void imageThatIsSigned_isVerifiedWithItsKey_andWithNoOther() throws Exception {
        Keys keys = new Keys("first", "EC");
        Keys others = new Keys("second", "Ed25519");
        execute("push", module.toString(), image);
        assertThat(execute("verify", image, "--key", keys.verifying)).isEqualTo(1);
        assertThat(err.toString()).startsWith("error: signature.notFound");
        assertThat(execute("sign", image, "--key-file", keys.signing))
                .as("%s", err)
                .isZero();
        assertThat(printed()).matches(registry.host() + "/team/auth:sha256-[0-9a-f]{64}\\.sig");
        assertThat(execute("verify", image, "--key", others.verifying, "--key", keys.verifying))
                .as("%s", err)
                .isZero();
        assertThat(printed()).startsWith(registry.host() + "/team/auth@sha256:").contains("signed with EC P-256 key");
        assertThat(execute("verify", image, "--key", others.verifying)).isEqualTo(1);
        assertThat(err.toString()).startsWith("error: signature.noneValid");
    }

    @Test
    void fileThatIsSigned_isVerified_untilItChanges() throws Exception {
        Keys keys = new Keys("first", "Ed25519");
        assertThat(execute("sign", module.toString(), "--key-file", keys.signing))
                .as("%s", err)
                .isZero();
        assertThat(printed()).isEqualTo(module + ".sig");
        assertThat(execute("verify", module.toString(), "--key", keys.verifying))
                .as("%s", err)
                .isZero();
        Files.write(module, new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0, 0, 1, 0});
        assertThat(execute("verify", module.toString(), "--key", keys.verifying))
                .isEqualTo(1);
        assertThat(err.toString()).startsWith("error: signature.noneValid");
    }

    @Test
    void keyThatIsNone_isNamedAndNotShown() throws Exception {
        Path key = Files.writeString(directory.resolve("key"), "s3cret");
        assertThat(execute("sign", module.toString(), "--key-file", key.toString()))
                .isEqualTo(1);
        assertThat(err.toString())
                .startsWith("error: signature.keyInvalid: " + key + ": holds no PEM block")
                .doesNotContain("s3cret");
        assertThat(execute("verify", module.toString(), "--key", key.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).startsWith("error: signature.keyInvalid: " + key + ": holds no PEM block");
    }

    @Test
    void bar_goesToAndFro() {
        assertThat(Progress.line("pulling a", 0)).isEqualTo("pulling a [#                   ] 0 s");
        assertThat(Progress.line("pulling a", 1_900)).isEqualTo("pulling a [                   #] 1 s");
        assertThat(Progress.line("pulling a", 2_000)).isEqualTo("pulling a [                  # ] 2 s");
        assertThat(Progress.line("pulling a", 3_800)).isEqualTo("pulling a [#                   ] 3 s");
        assertThat(Progress.size(999)).isEqualTo("999 bytes");
        assertThat(Progress.size(133_566)).isEqualTo("133.6 kB");
        assertThat(Progress.size(3_400_000)).isEqualTo("3.4 MB");
    }

    /** A pair of keys in PEM files. */
    private final class Keys {
        private final String signing;
        private final String verifying;

        Keys(String name, String algorithm) throws Exception {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("EC")) {
                generator.initialize(256);
            }
            KeyPair pair = generator.generateKeyPair();
            signing = write(name, "PRIVATE KEY", pair.getPrivate().getEncoded());
            verifying = write(name + ".pub", "PUBLIC KEY", pair.getPublic().getEncoded());
        }

        private String write(String name, String type, byte[] der) throws IOException {
            byte[] pem = ("-----BEGIN " + type + "-----\n"
                            + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + type + "-----\n")
                    .getBytes(StandardCharsets.US_ASCII);
            return Files.write(directory.resolve(name), pem).toString();
        }
    }
}
