package dev.portafilter.registry.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.registry.FetchException;
import dev.portafilter.registry.ImageLayout;
import dev.portafilter.registry.ImageSigner;
import dev.portafilter.registry.ModuleImage;
import dev.portafilter.registry.RegistryClient;
import dev.portafilter.registry.RegistryOptions;
import dev.portafilter.registry.SignatureVerifier;
import dev.portafilter.registry.interop.KeyPairFiles.Kind;
import dev.portafilter.registry.interop.RunningRegistry.Authentication;
import dev.portafilter.resources.ImageReference;
import dev.portafilter.resources.ModuleUrl;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What cosign signs is verified here, and the reverse: images and files, with every kind of key. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(300)
class SignatureInteropTest {
    private static final String OFFLINE = "--tlog-upload=false";

    private final Matrix matrix = new Matrix();
    private final Map<Kind, KeyPairFiles> keys = new EnumMap<>(Kind.class);
    private final byte[] module = TestFiles.module();

    @SuppressWarnings("NullAway.Init")
    private RunningRegistry registry;

    @SuppressWarnings("NullAway.Init")
    private RegistryClient client;

    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @BeforeAll
    void keepDirectory(@TempDir Path shared) throws Exception {
        directory = shared;
        client = new RegistryClient(RegistryOptions.DEFAULT);
    }

    @BeforeEach
    void startRegistry() throws Exception {
        RegistryTool.COSIGN.file();
        if (registry == null) {
            registry = RunningRegistry.start(directory, Authentication.BASIC);
            TestFiles.write(registry.home());
            for (Kind kind : Kind.values()) {
                keys.put(kind, KeyPairFiles.of(kind, registry.home()));
            }
        }
    }

    @AfterAll
    void stopAndPrint() throws Exception {
        if (registry != null) {
            registry.close();
        }
        matrix.print("Signatures, tool, key and form");
    }

    private KeyPairFiles keys(Kind kind) {
        return Objects.requireNonNull(keys.get(kind));
    }

    private Kind other(Kind kind) {
        return Kind.values()[(kind.ordinal() + 1) % Kind.values().length];
    }

    /** Pushes the module as an image of its own for a test. */
    private ImageReference push(String name, Kind kind) throws Exception {
        String path = registry.host() + "/" + name + "/" + kind.name().toLowerCase(Locale.ROOT);
        ImageReference tagged = reference(path + ":v1");
        String digest = ModuleImage.of(ImageLayout.COMPAT, module, null)
                .push(client.openWritable(tagged, registry.keychain()), "v1");
        return reference(path + "@" + digest);
    }

    private static ImageReference reference(String text) {
        return Objects.requireNonNull(ModuleUrl.parse("oci://" + text).image());
    }

    private void verify(ImageReference image, Kind kind) throws Exception {
        new SignatureVerifier(List.of(keys(kind).verifying()))
                .verifyImage(client.open(image, registry.keychain()), List.of(Objects.requireNonNull(image.digest())));
    }

    private String cosign(RegistryTool cosign, String... arguments) throws Exception {
        return cosign.run(registry.home(), arguments);
    }

    @ParameterizedTest
    @EnumSource
    void imageSignedByCosign_isVerified_byItsKeyOnly(Kind kind) throws Exception {
        ImageReference image = push("tag", kind);
        String key = keys(kind).cosignKey().toString();
        cosign(RegistryTool.COSIGN, "sign", "--yes", "--key", key, OFFLINE, "--allow-http-registry", image.toString());
        verify(image, kind);
        assertThatThrownBy(() -> verify(image, other(kind)))
                .isInstanceOfSatisfying(
                        FetchException.class, e -> assertThat(e.code()).isEqualTo("signature.noneValid"));
        matrix.passed("cosign", kind + ", tag", "signs, we verify", "image");
    }

    @ParameterizedTest
    @EnumSource
    void imageSignedHere_isVerifiedByCosign_alsoBesideSignaturesOfCosign(Kind kind) throws Exception {
        ImageReference image = push("ours", kind);
        String another = keys(other(kind)).cosignKey().toString();
        cosign(
                RegistryTool.COSIGN,
                "sign",
                "--yes",
                "--key",
                another,
                OFFLINE,
                "--allow-http-registry",
                image.toString());
        new ImageSigner(keys(kind).signing())
                .sign(client.openWritable(image, registry.keychain()), image, Objects.requireNonNull(image.digest()));
        for (Kind signer : List.of(kind, other(kind))) {
            verify(image, signer);
            cosignVerifies(RegistryTool.COSIGN, image, signer);
        }
        matrix.passed("cosign", kind + ", tag", "verifies what we sign", "image");
    }

    @ParameterizedTest
    @EnumSource
    void imageSignedHere_isVerifiedByCosign3(Kind kind) throws Exception {
        ImageReference image = push("ours3", kind);
        new ImageSigner(keys(kind).signing())
                .sign(client.openWritable(image, registry.keychain()), image, Objects.requireNonNull(image.digest()));
        cosignVerifies(RegistryTool.COSIGN3, image, kind, "--new-bundle-format=false");
        matrix.passed("cosign3", kind + ", tag", "verifies what we sign", "image");
    }

    private void cosignVerifies(RegistryTool cosign, ImageReference image, Kind kind, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "verify",
                "--key",
                keys(kind).publicKey().toString(),
                "--insecure-ignore-tlog",
                "--private-infrastructure",
                "--allow-http-registry"));
        arguments.addAll(List.of(more));
        arguments.add(image.toString());
        cosign(cosign, arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @EnumSource
    void fileSignedByCosign_isVerified(Kind kind) throws Exception {
        Path signature = registry.home().resolve(kind + ".sig");
        cosign(
                RegistryTool.COSIGN,
                "sign-blob",
                "--yes",
                "--key",
                keys(kind).cosignKey().toString(),
                OFFLINE,
                "--output-signature",
                signature.toString(),
                "plugin.wasm");
        verifyFile(kind, ".sig", Files.readAllBytes(signature));
        matrix.passed("cosign", kind + ", .sig", "signs, we verify", "file");
    }

    // cosign 3.0.2 ends in a panic over a file and an Ed25519 key.
    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "ED25519")
    void fileSignedByCosignWithABundle_isVerified(Kind kind) throws Exception {
        Path bundle = registry.home().resolve(kind + ".sigstore.json");
        cosign(
                RegistryTool.COSIGN3,
                "sign-blob",
                "--yes",
                "--key",
                keys(kind).cosignKey().toString(),
                "--use-signing-config=false",
                OFFLINE,
                "--bundle",
                bundle.toString(),
                "plugin.wasm");
        verifyFile(kind, ".sigstore.json", Files.readAllBytes(bundle));
        matrix.passed("cosign3", kind + ", bundle", "signs, we verify", "file");
    }

    private void verifyFile(Kind kind, String suffix, byte[] signature) throws Exception {
        assertThat(new SignatureVerifier(List.of(keys(kind).verifying()))
                        .verifyModule("plugin.wasm", asked -> asked.equals(suffix) ? signature : null, module, module)
                        .key())
                .isEqualTo(keys(kind).verifying());
    }

    @ParameterizedTest
    @EnumSource
    void fileSignedHere_isVerifiedByCosign(Kind kind) throws Exception {
        Path signature = Files.write(
                registry.home().resolve(kind + ".ours.sig"),
                keys(kind).signing().signFile(module));
        cosign(
                RegistryTool.COSIGN,
                "verify-blob",
                "--key",
                keys(kind).publicKey().toString(),
                "--insecure-ignore-tlog",
                "--private-infrastructure",
                "--signature",
                signature.toString(),
                "plugin.wasm");
        matrix.passed("cosign", kind + ", .sig", "verifies what we sign", "file");
    }
}
