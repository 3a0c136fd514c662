package dev.portafilter.cli;

import dev.portafilter.registry.ImageLayout;
import dev.portafilter.registry.ModuleImage;
import dev.portafilter.resources.ImageReference;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portafilter push}: a module as an image. */
@Command(
        name = "push",
        description = {
            "Puts a module into a registry as an image.",
            "Prints the image with its digest. The same module gives the same image, byte for byte."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the registry has the image",
            "1:it could not be pushed, or is no module",
            "2:the arguments were not understood"
        })
final class PushCommand extends RegistryCommand {
    @Parameters(index = "0", paramLabel = "plugin.wasm", description = "The module.")
    @SuppressWarnings("NullAway.Init")
    private Path module;

    @Parameters(index = "1", paramLabel = "REF", description = "The image: [oci://]host/repository:tag.")
    @SuppressWarnings("NullAway.Init")
    private String reference;

    @Option(
            names = "--layout",
            paramLabel = "LAYOUT",
            description =
                    "How the image holds it: compat (default), an OCI image with plugin.wasm in its layer; image, the"
                            + " same for Docker; artifact, the module as a layer.")
    private String layout = "compat";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "runtime-config.json, which says what the module is.")
    private @Nullable Path config;

    @Override
    void run(PrintWriter out, PrintWriter err) throws IOException {
        ImageLayout chosen = flags().layout(layout);
        ImageReference image = flags().target(reference);
        byte[] bytes = Files.readAllBytes(module);
        ModuleImage made = ModuleImage.of(chosen, bytes, config == null ? null : Files.readAllBytes(config));
        String what = "pushing " + Progress.size(bytes.length) + " to " + image;
        String digest =
                progress().show(what, () -> made.push(client().openWritable(image, flags().keychain()), image.tag()));
        out.println(pinned(image, digest));
    }
}
