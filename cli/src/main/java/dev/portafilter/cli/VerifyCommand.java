package dev.portafilter.cli;

import dev.portafilter.registry.CompanionFiles;
import dev.portafilter.registry.FetchException;
import dev.portafilter.registry.ImageFetcher;
import dev.portafilter.registry.ImageOptions;
import dev.portafilter.registry.RawManifest;
import dev.portafilter.registry.Repository;
import dev.portafilter.registry.ResolvedImage;
import dev.portafilter.registry.SignatureVerifier;
import dev.portafilter.registry.Verification;
import dev.portafilter.resources.ImageReference;
import dev.portafilter.resources.PublicKeys;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portafilter verify}: whether an image or a file is signed with a key. */
@Command(
        name = "verify",
        description = {
            "Says whether an image, or a file, is signed with a key, as a resource with verificationKey asks for.",
            "An image's signatures are cosign's, by tag or as bundles; a file's are FILE.sigstore.json, FILE.sig or in the"
                    + " module."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:one of the keys has signed it",
            "1:none has, or it could not be told",
            "2:the arguments were not understood"
        })
final class VerifyCommand extends RegistryCommand {
    private static final int MOST_SIGNATURE_BYTES = 1 << 20;

    @Parameters(paramLabel = "REF|FILE", description = "The image, or a file that exists.")
    @SuppressWarnings("NullAway.Init")
    private String subject;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            required = true,
            description = "Public keys, PEM, any of which may have signed. May be repeated.")
    @SuppressWarnings("NullAway.Init")
    private List<Path> keyFiles;

    @Override
    void run(PrintWriter out, PrintWriter err) throws IOException {
        SignatureVerifier verifier = new SignatureVerifier(keys());
        Path file = Path.of(subject);
        if (Files.isRegularFile(file)) {
            byte[] bytes = Files.readAllBytes(file);
            out.println(verifier.verifyModule(subject, beside(subject), bytes, bytes));
            return;
        }
        ImageReference image = flags().image(subject);
        Verification verification = progress().show("verifying " + image, () -> verify(image, verifier));
        out.println(image.name() + "@" + verification);
    }

    private List<PublicKey> keys() throws IOException {
        List<PublicKey> keys = new ArrayList<>();
        for (Path file : keyFiles) {
            try {
                keys.addAll(PublicKeys.parse(Files.readString(file)));
            } catch (IllegalArgumentException e) {
                throw new IOException("signature.keyInvalid: " + file + ": " + e.getMessage(), e);
            }
        }
        return keys;
    }

    private static CompanionFiles beside(String file) {
        return suffix -> {
            Path companion = Path.of(file + suffix);
            if (!Files.isRegularFile(companion)) {
                return null;
            }
            try (InputStream in = Files.newInputStream(companion)) {
                return in.readNBytes(MOST_SIGNATURE_BYTES);
            } catch (IOException e) {
                throw new FetchException("signature.fetch", companion + ": cannot be read");
            }
        };
    }

    private Verification verify(ImageReference image, SignatureVerifier verifier) throws IOException {
        Repository repository = client().open(image, flags().keychain());
        ResolvedImage resolved = new ImageFetcher(ImageOptions.DEFAULT).resolve(repository, PullCommand.asked(image));
        Set<String> subjects = new LinkedHashSet<>(List.of(resolved.digest()));
        subjects.add(resolved.childDigest());
        return verifier.verifyImage(repository, List.copyOf(subjects));
    }

    /** What a reference leads to: the digest of the bytes, whatever the registry says of them. */
    static String digest(Repository repository, ImageReference image) throws FetchException {
        RawManifest manifest = repository.manifest(PullCommand.asked(image));
        if (manifest == null) {
            throw new FetchException("image.notFound", image + ": there is no such image");
        }
        return manifest.digest();
    }
}
