package dev.portafilter.resources;

import dev.portafilter.runtime.plugin.ModuleSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A module in a file, compared with its sha256 each time it is read. Equal when file and sha256 are, so that specs can be
 * compared.
 */
record FileModule(Path file, String sha256) implements ModuleSource {
    static final ModuleLocator LOCATOR = new Locator();

    @Override
    public byte[] load() throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + ": no such file (expected: a WebAssembly module)");
        }
        byte[] code;
        try (InputStream in = Files.newInputStream(file)) {
            // One byte more than allowed tells a longer file; its size may change while it is read.
            code = in.readNBytes((int) ReadLimits.MODULE_BYTES + 1);
        }
        if (code.length > ReadLimits.MODULE_BYTES) {
            throw new IOException(file + ": too long (expected: at most " + ReadLimits.MODULE_BYTES + " bytes)");
        }
        if (!sha256.isEmpty()) {
            String computed = sha256(code);
            if (!computed.equals(sha256)) {
                throw new IOException(file + " sha256: " + computed + " is what its bytes have (expected: " + sha256
                        + ", as spec.sha256 says)");
            }
        }
        return code;
    }

    @Override
    public String location() {
        return file.toString();
    }

    @Override
    public List<Path> files() {
        return List.of(file);
    }

    /** The SHA-256 in lower-case hex. */
    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static final class Locator implements ModuleLocator {
        @Override
        public boolean loads(ModuleUrl.Scheme scheme) {
            return scheme == ModuleUrl.Scheme.FILE;
        }

        @Override
        public boolean verifiesSignatures() {
            return false;
        }

        @Override
        public ModuleSource locate(ModuleReference module, String namespace, Path baseDirectory) {
            return new FileModule(baseDirectory.resolve(module.url().path()), module.sha256());
        }
    }
}
