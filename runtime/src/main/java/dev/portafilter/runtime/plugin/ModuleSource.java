package dev.portafilter.runtime.plugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Where the bytes of a module come from. May be asked from any thread, never from one that serves requests. */
public interface ModuleSource {
    /**
     * Reads the module.
     *
     * @return the bytes; owned by the caller
     * @throws IOException when they cannot be had; the message names the place
     */
    byte[] load() throws IOException;

    /** The place in words, for messages and status pages; holds no secrets. */
    String location();

    /** The files that hold the module, for whoever watches them; none when it comes from elsewhere. */
    default List<Path> files() {
        return List.of();
    }

    /**
     * The root ids that whoever packed the module says it registers, as of the last {@link #load}; none when nothing is
     * said.
     */
    default List<String> rootIds() {
        return List.of();
    }

    /** The root id of a plugin that names none itself, as of the last {@link #load}; empty unless set. */
    default String rootId() {
        return "";
    }

    /** A module in memory. The array is not copied. */
    static ModuleSource of(byte[] code) {
        Objects.requireNonNull(code, "code");
        return new ModuleSource() {
            @Override
            public byte[] load() {
                return code;
            }

            @Override
            public String location() {
                return code.length + " bytes in memory";
            }
        };
    }

    /** A module in a file, read anew each time. */
    static ModuleSource of(Path file) {
        Objects.requireNonNull(file, "file");
        return new ModuleSource() {
            @Override
            public byte[] load() throws IOException {
                if (!Files.isRegularFile(file)) {
                    throw new IOException(file + ": no such file (expected: a WebAssembly module)");
                }
                return Files.readAllBytes(file);
            }

            @Override
            public String location() {
                return file.toString();
            }

            @Override
            public List<Path> files() {
                return List.of(file);
            }
        };
    }
}
