package dev.portafilter.cli;

import dev.portafilter.registry.DefaultKeychain;
import dev.portafilter.registry.ImageLayout;
import dev.portafilter.registry.Keychain;
import dev.portafilter.registry.RegistryClient;
import dev.portafilter.registry.RegistryOptions;
import dev.portafilter.registry.TransferObserver;
import dev.portafilter.resources.ImageReference;
import dev.portafilter.resources.ModuleUrl;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a command talks to registries; credentials are those of Docker's configuration and of its credential helpers. */
final class RegistryFlags {
    @Option(
            names = "--insecure",
            paramLabel = "HOST[:PORT]",
            description =
                    "A registry whose certificate is not checked, and that may speak plain HTTP. May be repeated.")
    private List<String> insecure = new ArrayList<>();

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "Certificates that vouch for registries beside the system's, PEM.")
    private @Nullable Path ca;

    @Option(names = "--timeout", paramLabel = "TIME", description = "Longest time for all requests. Default: 10m.")
    private String timeout = "10m";

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec command;

    /**
     * A client for one run of the command.
     *
     * @throws IOException when the certificates cannot be read
     */
    RegistryClient client(TransferObserver observer) throws IOException {
        Long millis = SettingKey.millis(timeout);
        if (millis == null || millis == 0) {
            throw new ParameterException(
                    command.commandLine(),
                    "--timeout: \"" + timeout + "\" is no time (expected: a number and ms, s, m or h)");
        }
        return new RegistryClient(
                RegistryOptions.DEFAULT
                        .withTimeout(Duration.ofMillis(millis))
                        .withInsecureRegistries(insecure)
                        .withAuthorities(ca),
                observer);
    }

    /** The user's credentials. */
    Keychain keychain() {
        PrintWriter err = command.commandLine().getErr();
        return DefaultKeychain.of(
                System.getenv(),
                Path.of(System.getProperty("user.home")),
                true,
                warning -> err.println("warning: " + warning));
    }

    /** The image that an argument names, with or without {@code oci://}. */
    ImageReference image(String text) {
        ModuleUrl url;
        try {
            url = ModuleUrl.parse(text);
        } catch (ModuleUrl.MalformedUrlException e) {
            throw new ParameterException(
                    command.commandLine(), text + ": " + e.getMessage() + " (expected: " + e.expected() + ")", e);
        }
        ImageReference image = url.image();
        if (image == null) {
            throw new ParameterException(command.commandLine(), text + ": is no image (expected: host/repository:tag)");
        }
        return image;
    }

    /** The image that an argument names to be pushed. */
    ImageReference target(String text) {
        ImageReference image = image(text);
        if (image.digest() != null) {
            throw new ParameterException(
                    command.commandLine(), text + ": has a digest (expected: a tag, under which it is pushed)");
        }
        return image;
    }

    /** What {@code --layout} says. */
    ImageLayout layout(String text) {
        return switch (text) {
            case "compat" -> ImageLayout.COMPAT;
            case "image" -> ImageLayout.IMAGE;
            case "artifact" -> ImageLayout.ARTIFACT;
            default ->
                throw new ParameterException(
                        command.commandLine(),
                        "--layout: \"" + text + "\" is unknown (expected: compat, image or artifact)");
        };
    }
}
