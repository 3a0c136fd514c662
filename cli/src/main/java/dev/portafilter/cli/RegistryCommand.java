package dev.portafilter.cli;

import dev.portafilter.registry.RegistryClient;
import dev.portafilter.resources.ImageReference;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that works with images in registries: what it made goes to standard output, everything else to the other. */
abstract class RegistryCommand implements Callable<Integer> {
    @Mixin
    private RegistryFlags flags = new RegistryFlags();

    @Mixin
    private ProgressFlags progress = new ProgressFlags();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /**
     * Does what the command is for.
     *
     * @throws IOException when it cannot be done; the message says why
     */
    abstract void run(PrintWriter out, PrintWriter err) throws IOException;

    @Override
    public final Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        try {
            run(spec.commandLine().getOut(), err);
            return 0;
        } catch (IOException e) {
            err.println("error: " + reason(e));
            return 1;
        } finally {
            spec.commandLine().getOut().flush();
            err.flush();
        }
    }

    /** Why something could not be done, on one line. */
    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return e.getMessage() + ": no such file";
        }
        return e instanceof FileSystemException ? "file " + e.getMessage() : String.valueOf(e.getMessage());
    }

    RegistryFlags flags() {
        return flags;
    }

    /** Shows on a terminal how far something is. */
    Progress progress() {
        return progress.progress();
    }

    /**
     * A client for one run of the command, whose transfers show.
     *
     * @throws IOException when the certificates cannot be read
     */
    RegistryClient client() throws IOException {
        return flags.client(progress.transfer());
    }

    CommandSpec spec() {
        return spec;
    }

    /** {@code host/repository@digest}, which stays the same whatever becomes of the tag. */
    static String pinned(ImageReference image, String digest) {
        return image.name() + "@" + digest;
    }
}
