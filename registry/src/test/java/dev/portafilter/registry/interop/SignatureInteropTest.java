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
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What cosign signs is verified here, and the reverse: images and files, with every kind of key. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(300)
class SignatureInteropTest {
    private static final String SIGNS = "signs, we verify";
    private static final String VERIFIES = "verifies what we sign";
    private static final String IMAGE_TAG = "image, signature's tag";
    private static final String IMAGE_BUNDLE = "image, bundle";
    private static final String FILE_SIGNATURE = "file, .sig";
    private static final String FILE_BUNDLE = "file, .sigstore.json";

    private static final String OFFLINE = "--tlog-upload=false";
    /** cosign 3 looks for services and their keys in the network unless it is told that there are none. */
    private static final String NO_SERVICES = "--use-signing-config=false";

    private static final String NO_BUNDLE = "--new-bundle-format=false";

    private final Matrix matrix = new Matrix("signatures by form", (Object[]) Kind.values());
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
            Files.writeString(
                    registry.home().resolve("root.json"),
                    "{\"mediaType\":\"application/vnd.dev.sigstore.trustedroot+json;version=0.1\"}");
        }
    }

    @AfterAll
    void stopAndPrint() throws Exception {
        if (registry != null) {
            registry.close();
        }
        matrix.print();
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
        verifier(kind)
                .verifyImage(client.open(image, registry.keychain()), List.of(Objects.requireNonNull(image.digest())));
    }

    private SignatureVerifier verifier(Kind kind) throws FetchException {
        return new SignatureVerifier(List.of(keys(kind).verifying()));
    }

    /** Has cosign sign, with its options for it. */
    private void cosignSigns(RegistryTool cosign, String command, Kind kind, String what, String... options)
            throws Exception {
        List<String> arguments = new ArrayList<>(
                List.of(command, "--yes", "--key", keys(kind).cosignKey().toString(), OFFLINE));
        arguments.addAll(List.of(options));
        arguments.add(what);
        cosign.run(registry.home(), arguments.toArray(String[]::new));
    }

    /** Has cosign verify, with its options for it. */
    private void cosignVerifies(RegistryTool cosign, String command, Kind kind, String what, String... options)
            throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                command,
                "--key",
                keys(kind).publicKey().toString(),
                "--insecure-ignore-tlog",
                "--private-infrastructure"));
        arguments.addAll(List.of(options));
        arguments.add(what);
        cosign.run(registry.home(), arguments.toArray(String[]::new));
    }

    private void assertVerifiedByItsKeyOnly(ImageReference image, Kind kind) throws Exception {
        verify(image, kind);
        assertThatThrownBy(() -> verify(image, other(kind)))
                .isInstanceOfSatisfying(
                        FetchException.class, e -> assertThat(e.code()).isEqualTo("signature.noneValid"));
    }

    @ParameterizedTest
    @EnumSource
    void imageSignedByCosign_isVerified_byItsKeyOnly(Kind kind) throws Exception {
        ImageReference image = push("tag", kind);
        cosignSigns(RegistryTool.COSIGN, "sign", kind, image.toString(), "--allow-http-registry");
        assertVerifiedByItsKeyOnly(image, kind);
        matrix.passed(RegistryTool.COSIGN, IMAGE_TAG, SIGNS, kind);
    }

    @ParameterizedTest
    @EnumSource
    void imageSignedByCosign3_atATag_isVerified_byItsKeyOnly(Kind kind) throws Exception {
        ImageReference image = push("tag3", kind);
        cosignSigns(
                RegistryTool.COSIGN3, "sign", kind, image.toString(), "--allow-http-registry", NO_SERVICES, NO_BUNDLE);
        assertVerifiedByItsKeyOnly(image, kind);
        matrix.passed(RegistryTool.COSIGN3, IMAGE_TAG, SIGNS, kind);
    }

    @ParameterizedTest
    @EnumSource
    void imageSignedByCosign3_withABundle_isVerified_byItsKeyOnly(Kind kind) throws Exception {
        ImageReference image = push("bundle", kind);
        cosignSigns(RegistryTool.COSIGN3, "sign", kind, image.toString(), "--allow-http-registry", NO_SERVICES);
        assertThat(RegistryTool.CRANE.run(registry.home(), "ls", "--insecure", image.host() + "/" + image.repository()))
                .as("the bundle is where a registry without referrers has it, and no signature beside it")
                .contains(String.valueOf(image.digest()).replace(':', '-'))
                .doesNotContain(".sig");
        assertVerifiedByItsKeyOnly(image, kind);
        matrix.passed(RegistryTool.COSIGN3, IMAGE_BUNDLE, SIGNS, kind);
    }

    @ParameterizedTest
    @EnumSource
    void imageSignedHere_isVerifiedByCosign_alsoBesideSignaturesOfCosign(Kind kind) throws Exception {
        ImageReference image = push("ours", kind);
        cosignSigns(RegistryTool.COSIGN, "sign", other(kind), image.toString(), "--allow-http-registry");
        sign(image, kind);
        for (Kind signer : List.of(kind, other(kind))) {
            verify(image, signer);
            cosignVerifies(RegistryTool.COSIGN, "verify", signer, image.toString(), "--allow-http-registry");
        }
        matrix.passed(RegistryTool.COSIGN, IMAGE_TAG, VERIFIES, kind);
    }

    @ParameterizedTest
    @EnumSource
    void imageSignedHere_isVerifiedByCosign3_alsoWhenItLooksForBundlesFirst(Kind kind) throws Exception {
        ImageReference image = push("ours3", kind);
        sign(image, kind);
        cosignVerifies(RegistryTool.COSIGN3, "verify", kind, image.toString(), "--allow-http-registry", NO_BUNDLE);
        cosignVerifies(
                RegistryTool.COSIGN3,
                "verify",
                kind,
                image.toString(),
                "--allow-http-registry",
                "--trusted-root",
                "root.json");
        matrix.passed(RegistryTool.COSIGN3, IMAGE_TAG, VERIFIES, kind);
    }

    private void sign(ImageReference image, Kind kind) throws FetchException {
        new ImageSigner(keys(kind).signing())
                .sign(client.openWritable(image, registry.keychain()), image, Objects.requireNonNull(image.digest()));
    }

    @ParameterizedTest
    @EnumSource
    void fileSignedByCosign_isVerified_byItsKeyOnly(Kind kind) throws Exception {
        Path signature = registry.home().resolve(kind + ".sig");
        cosignSigns(RegistryTool.COSIGN, "sign-blob", kind, "plugin.wasm", "--output-signature", signature.toString());
        verifyFile(kind, ".sig", signature);
        matrix.passed(RegistryTool.COSIGN, FILE_SIGNATURE, SIGNS, kind);
    }

    @ParameterizedTest
    @EnumSource
    void fileSignedByCosign_withABundle_isVerified_byItsKeyOnly(Kind kind) throws Exception {
        Path bundle = registry.home().resolve(kind + ".sigstore.json");
        cosignSigns(
                RegistryTool.COSIGN,
                "sign-blob",
                kind,
                "plugin.wasm",
                "--new-bundle-format",
                "--bundle",
                bundle.toString());
        verifyFile(kind, ".sigstore.json", bundle);
        matrix.passed(RegistryTool.COSIGN, FILE_BUNDLE, SIGNS, kind);
    }

    @ParameterizedTest
    @EnumSource
    void fileSignedByCosign3_isVerified_byItsKeyOnly(Kind kind) throws Exception {
        assumeSignsFiles(FILE_SIGNATURE, kind);
        Path signature = registry.home().resolve(kind + ".3.sig");
        cosignSigns(
                RegistryTool.COSIGN3,
                "sign-blob",
                kind,
                "plugin.wasm",
                NO_SERVICES,
                NO_BUNDLE,
                "--output-signature",
                signature.toString());
        verifyFile(kind, ".sig", signature);
        matrix.passed(RegistryTool.COSIGN3, FILE_SIGNATURE, SIGNS, kind);
    }

    @ParameterizedTest
    @EnumSource
    void fileSignedByCosign3_withABundle_isVerified_byItsKeyOnly(Kind kind) throws Exception {
        assumeSignsFiles(FILE_BUNDLE, kind);
        Path bundle = registry.home().resolve(kind + ".3.sigstore.json");
        cosignSigns(RegistryTool.COSIGN3, "sign-blob", kind, "plugin.wasm", NO_SERVICES, "--bundle", bundle.toString());
        verifyFile(kind, ".sigstore.json", bundle);
        matrix.passed(RegistryTool.COSIGN3, FILE_BUNDLE, SIGNS, kind);
    }

    private void assumeSignsFiles(String form, Kind kind) {
        RegistryTool.COSIGN3.file();
        String reason = "3.0.2 ends in a panic over a file and an Ed25519 key";
        if (kind == Kind.ED25519) {
            matrix.notTaken(RegistryTool.COSIGN3, form, SIGNS, kind, reason);
        }
        Assumptions.assumeFalse(kind == Kind.ED25519, RegistryTool.COSIGN3 + ": " + reason);
    }

    private void verifyFile(Kind kind, String suffix, Path file) throws Exception {
        byte[] signature = Files.readAllBytes(file);
        assertThat(verifier(kind)
                        .verifyModule("plugin.wasm", asked -> asked.equals(suffix) ? signature : null, module, module)
                        .key())
                .isEqualTo(keys(kind).verifying());
        assertThatThrownBy(() -> verifier(other(kind))
                        .verifyModule("plugin.wasm", asked -> asked.equals(suffix) ? signature : null, module, module))
                .isInstanceOfSatisfying(
                        FetchException.class, e -> assertThat(e.code()).isEqualTo("signature.noneValid"));
    }

    @ParameterizedTest
    @EnumSource
    void fileSignedHere_isVerifiedByCosign(Kind kind) throws Exception {
        String signature = signFile(kind);
        cosignVerifies(RegistryTool.COSIGN, "verify-blob", kind, "plugin.wasm", "--signature", signature);
        matrix.passed(RegistryTool.COSIGN, FILE_SIGNATURE, VERIFIES, kind);
    }

    @ParameterizedTest
    @EnumSource
    void fileSignedHere_isVerifiedByCosign3(Kind kind) throws Exception {
        String signature = signFile(kind);
        cosignVerifies(RegistryTool.COSIGN3, "verify-blob", kind, "plugin.wasm", NO_BUNDLE, "--signature", signature);
        matrix.passed(RegistryTool.COSIGN3, FILE_SIGNATURE, VERIFIES, kind);
    }

    private String signFile(Kind kind) throws Exception {
        byte[] signature = keys(kind).signing().signFile(module);
        return Files.write(registry.home().resolve(kind + ".ours.sig"), signature)
                .toString();
    }
}
