package dev.portafilter.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes files so that a reader sees the old one or the new one, and never half of one. */
final class CacheFiles {
    /** What the names of files that are being written end in. */
    static final String TEMPORARY = ".tmp";

    private CacheFiles() {}

    static void write(Path file, byte[] bytes) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IOException(file + ": has no directory");
        }
        Files.createDirectories(parent);
        Path temporary = Files.createTempFile(parent, file.getFileName() + ".", TEMPORARY);
        try {
            Files.write(temporary, bytes);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
