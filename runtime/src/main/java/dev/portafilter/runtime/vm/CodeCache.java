package dev.portafilter.runtime.vm;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiled code on disk, one file per module. Safe for several threads and processes: a file appears whole, by an atomic
 * move, and its content is checked against a digest when read. Trouble with the directory costs time, never a module: it
 * is logged and the module is compiled.
 *
 * <p>A file: magic, SHA-256 of the rest, length and bytes of the key, the functions left to the interpreter, the
 * functions too large for HotSpot (counts and indexes as ints), and the classes as the jar that the engine's compiler
 * makes.
 */
final class CodeCache {
    private static final Logger LOG = LoggerFactory.getLogger(CodeCache.class);
    private static final int MAGIC = 0x50464331;
    private static final int DIGEST_SIZE = 32;
    private static final int HEAD_SIZE = Integer.BYTES + DIGEST_SIZE;

    private static final String COMPILER_PACKAGE = "/com/dylibso/chicory/compiler/internal/";
    private static final List<String> COMPILER_CLASSES = List.of("Compiler", "Emitters", "Shaded");

    private final Path directory;
    private final String engineVersion = engineVersion();

    CodeCache(Path directory) {
        this.directory = directory;
    }

    /** What one file holds. */
    record Entry(CompiledClasses classes, byte[] jar) {}

    /** The stored code of a module, or null when there is none that is whole. */
    @Nullable Entry read(String digest) {
        Path file = file(digest);
        try {
            byte[] content = Files.readAllBytes(file);
            Entry entry = decode(content, key(digest));
            if (entry == null) {
                LOG.warn("code cache: {} is damaged; compiling again", file);
            }
            return entry;
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            LOG.warn("code cache: {} cannot be read; compiling: {}", file, e.toString());
            return null;
        }
    }

    /** Stores the code of a module, in the place of what is there. */
    void write(String digest, Entry entry) {
        Path file = file(digest);
        try {
            Files.createDirectories(directory);
            // Readable for the owner only, whatever the process's file mask says.
            Path temporary = Files.createTempFile(directory, digest, ".tmp");
            try {
                Files.write(temporary, encode(entry, key(digest)));
                move(temporary, file);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            LOG.warn("code cache: {} cannot be written; going on without: {}", file, e.toString());
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private Path file(String digest) {
        return directory.resolve(digest + "-" + engineVersion + ".code");
    }

    private String key(String digest) {
        return digest + " " + engineVersion;
    }

    private static byte[] encode(Entry entry, String key) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(entry.jar().length + 1024);
            DataOutputStream out = new DataOutputStream(bytes);
            byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
            out.writeInt(keyBytes.length);
            out.write(keyBytes);
            writeInts(out, entry.classes().interpreted());
            writeInts(out, entry.classes().huge());
            out.write(entry.jar());
            byte[] content = bytes.toByteArray();
            return ByteBuffer.allocate(HEAD_SIZE + content.length)
                    .putInt(MAGIC)
                    .put(Digests.sha256(content, 0, content.length))
                    .put(content)
                    .array();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeInts(DataOutputStream out, int[] numbers) throws IOException {
        out.writeInt(numbers.length);
        for (int number : numbers) {
            out.writeInt(number);
        }
    }

    private static @Nullable Entry decode(byte[] file, String key) {
        ByteBuffer in = ByteBuffer.wrap(file);
        if (file.length < HEAD_SIZE || in.getInt() != MAGIC) {
            return null;
        }
        byte[] digest = new byte[DIGEST_SIZE];
        in.get(digest);
        if (!MessageDigest.isEqual(digest, Digests.sha256(file, HEAD_SIZE, file.length - HEAD_SIZE))) {
            return null;
        }
        // From here on the file is what some version of this class wrote.
        byte[] keyBytes = new byte[in.getInt()];
        in.get(keyBytes);
        if (!Arrays.equals(keyBytes, key.getBytes(StandardCharsets.UTF_8))) {
            return null;
        }
        CompiledClasses classes = new CompiledClasses(readInts(in), readInts(in));
        byte[] jar = new byte[in.remaining()];
        in.get(jar);
        return new Entry(classes, jar);
    }

    private static int[] readInts(ByteBuffer in) {
        int[] numbers = new int[in.getInt()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = in.getInt();
        }
        return numbers;
    }

    /** The version of the engine, which decides what the generated classes may call. */
    private static String engineVersion() {
        Properties properties = new Properties();
        try (InputStream in =
                CodeCache.class.getResourceAsStream("/META-INF/maven/com.dylibso.chicory/compiler/pom.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            LOG.debug("code cache: the engine does not tell its version", e);
        }
        String version = properties.getProperty("version");
        return "chicory-" + (version == null ? compilerDigest() : version);
    }

    /** Stands in for the version when the engine was packed without it. */
    private static String compilerDigest() {
        ByteArrayOutputStream classes = new ByteArrayOutputStream();
        for (String name : COMPILER_CLASSES) {
            try (InputStream in = CodeCache.class.getResourceAsStream(COMPILER_PACKAGE + name + ".class")) {
                if (in != null) {
                    in.transferTo(classes);
                }
            } catch (IOException e) {
                LOG.debug("code cache: the engine's class {} cannot be read", name, e);
            }
        }
        return Digests.hex(classes.toByteArray()).substring(0, 16);
    }
}
