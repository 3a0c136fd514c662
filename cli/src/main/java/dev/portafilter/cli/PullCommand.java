package dev.portafilter.cli;

import dev.portafilter.registry.FetchedImage;
import dev.portafilter.registry.ImageFetcher;
import dev.portafilter.registry.ImageOptions;
import dev.portafilter.registry.Repository;
import dev.portafilter.registry.ResolvedImage;
import dev.portafilter.resources.ImageReference;
import dev.portafilter.resources.ModuleReference;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portafilter pull}: the module of an image as a file. */
@Command(
        name = "pull",
        description = {
            "Takes the module out of an image in a registry, whatever its layout.",
            "Prints the image with its digest, which a resource can pin."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the module is in the file", "1:it could not be had", "2:the arguments were not understood"})
final class PullCommand extends RegistryCommand {
    @Parameters(paramLabel = "REF", description = "The image: [oci://]host/repository:tag or @sha256:digest.")
    @SuppressWarnings("NullAway.Init")
    private String reference;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Where the module goes. Default: the last part of the repository, and .wasm.")
    private @Nullable Path out;

    @Override
    void run(PrintWriter printed, PrintWriter err) throws IOException {
        ImageReference image = flags().image(reference);
        FetchedImage fetched = progress().show("pulling " + image, () -> fetch(image));
        Path file = out == null ? Path.of(fileName(image)) : out;
        write(file, fetched.module());
        fetched.warnings().forEach(warning -> err.println("warning: " + warning));
        err.println(file + ": " + Progress.size(fetched.module().length) + ", layout "
                + fetched.layout().name().toLowerCase(Locale.ROOT));
        printed.println(pinned(image, fetched.digest()));
    }

    private FetchedImage fetch(ImageReference image) throws IOException {
        Repository repository = client().open(image, flags().keychain());
        ImageOptions options = new ImageOptions(ImageOptions.DEFAULT.mostModuleBytes(), false, true, false);
        ImageFetcher fetcher = new ImageFetcher(options);
        ResolvedImage resolved = fetcher.resolve(repository, asked(image));
        return fetcher.fetch(repository, resolved, ModuleReference.Layout.PLUGIN, false);
    }

    /** What a registry is asked for: the digest, or else the tag. */
    static String asked(ImageReference image) {
        String digest = image.digest();
        return digest == null ? image.tag() : digest;
    }

    private static String fileName(ImageReference image) {
        String repository = image.repository();
        return repository.substring(repository.lastIndexOf('/') + 1) + ".wasm";
    }

    /** A reader of the file sees all of it or nothing. */
    private static void write(Path file, byte[] module) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        Path part = Files.createTempFile(directory, String.valueOf(file.getFileName()), ".part");
        try {
            Files.write(part, module);
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
