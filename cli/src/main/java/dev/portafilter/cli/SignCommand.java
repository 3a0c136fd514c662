package dev.portafilter.cli;

import dev.portafilter.registry.ImageSigner;
import dev.portafilter.registry.SigningKey;
import dev.portafilter.registry.WritableRepository;
import dev.portafilter.resources.ImageReference;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portafilter sign}: a signature of an image or of a file, as cosign makes it. */
@Command(
        name = "sign",
        description = {
            "Signs an image, or a file.",
            "An image's signature goes into its repository, where cosign puts it too; a file's goes beside it, into FILE.sig."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:it is signed", "1:it could not be signed", "2:the arguments were not understood"})
final class SignCommand extends RegistryCommand {
    @Parameters(paramLabel = "REF|FILE", description = "The image, or a file that exists.")
    @SuppressWarnings("NullAway.Init")
    private String subject;

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            required = true,
            description = "The private key: PEM, PKCS#8 without password; EC, RSA or Ed25519.")
    @SuppressWarnings("NullAway.Init")
    private Path keyFile;

    @Override
    void run(PrintWriter out, PrintWriter err) throws IOException {
        SigningKey key = key();
        Path file = Path.of(subject);
        if (Files.isRegularFile(file)) {
            Path signature = Path.of(subject + ".sig");
            Files.write(signature, key.signFile(Files.readAllBytes(file)));
            out.println(signature);
            return;
        }
        ImageReference image = flags().image(subject);
        out.println(image.name() + ":" + progress().show("signing " + image, () -> sign(image, key)));
    }

    private SigningKey key() throws IOException {
        try {
            return SigningKey.parse(Files.readString(keyFile));
        } catch (IllegalArgumentException e) {
            throw new IOException("signature.keyInvalid: " + keyFile + ": " + e.getMessage(), e);
        }
    }

    private String sign(ImageReference image, SigningKey key) throws IOException {
        WritableRepository repository = client().openWritable(image, flags().keychain());
        return new ImageSigner(key).sign(repository, image, VerifyCommand.digest(repository, image));
    }
}
