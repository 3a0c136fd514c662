package dev.portafilter.registry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads modules and what lies beside them from files. Source: WasmPlugin reference, section 5.2. */
final class FileFetch {
    private FileFetch() {}

    /** Says that a module is not where it should be. */
    static FetchException missing(Path file) {
        return new FetchException("fetch.file", file + ": no such file (expected: a WebAssembly module)", true);
    }

    /**
     * Reads a file that may be there.
     *
     * @return null when there is none
     * @throws FetchException when it cannot be read
     */
    static byte @Nullable [] readIfThere(Path file, long mostBytes) throws FetchException {
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                throw new FetchException("fetch.file", file + ": is no regular file (expected: a WebAssembly module)");
            }
            try (InputStream in = Files.newInputStream(file)) {
                // One byte more than allowed tells a longer file; its size may change while it is read.
                byte[] bytes = in.readNBytes((int) mostBytes + 1);
                if (bytes.length > mostBytes) {
                    throw new FetchException(
                            "limit.moduleTooLarge", file + ": is larger than " + mostBytes + " bytes (limit)");
                }
                return bytes;
            }
        } catch (NoSuchFileException e) {
            return null;
        } catch (FetchException e) {
            throw e;
        } catch (IOException e) {
            FetchException failure =
                    new FetchException("fetch.file", file + ": cannot be read: " + e.getMessage(), true);
            failure.initCause(e);
            throw failure;
        }
    }

    /** The file beside another. */
    static Path beside(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }
}
