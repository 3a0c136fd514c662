package dev.portafilter.resources.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FileWatchTest {
    /** Far longer than any test: what is seen in time is seen by an event. */
    private static final FileWatch.Timing BY_EVENTS = new FileWatch.Timing(20, 2_000, 600_000);

    private static final FileWatch.Timing BY_LOOKING = new FileWatch.Timing(1, 2_000, 10);

    @TempDir
    private Path directory;

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    private FileWatch watch(Path path, FileWatch.Timing timing) {
        return FileWatch.start(() -> List.of(path), unchanged -> told.add("changed"), timing);
    }

    private void assertTold() throws InterruptedException {
        assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("changed");
    }

    @Test
    void fileWritten_inTheDirectory_isTold() throws Exception {
        try (FileWatch watch = watch(directory, BY_LOOKING)) {
            assertThat(watch).isNotNull();
            Files.writeString(directory.resolve("a.yaml"), "a");
            assertTold();
        }
    }

    @Test
    void fileReplacedByARename_isTold() throws Exception {
        Path file = Files.writeString(directory.resolve("a.yaml"), "a");
        try (FileWatch watch = watch(file, BY_LOOKING)) {
            assertThat(watch).isNotNull();
            Path other = Files.writeString(directory.resolve("tmp"), "b");
            Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
            assertTold();
        }
    }

    @Test
    void event_comesBeforeTheNextLook() throws Exception {
        Path file = Files.writeString(directory.resolve("a.yaml"), "a");
        try (FileWatch watch = watch(directory, BY_EVENTS)) {
            assertThat(watch).isNotNull();
            // The watch may not listen yet when it is first written to; it is written to until it does.
            String heard = null;
            for (int i = 0; i < 1_000 && heard == null; i++) {
                Files.writeString(file, "change " + i);
                heard = told.poll(25, TimeUnit.MILLISECONDS);
            }
            assertThat(heard).isEqualTo("changed");
        }
    }

    @Test
    void toldWhoThrows_isToldAgain() throws Exception {
        try (FileWatch watch = FileWatch.start(
                () -> List.of(directory),
                unchanged -> {
                    told.add("changed");
                    throw new IllegalStateException("on purpose");
                },
                BY_LOOKING)) {
            assertThat(watch).isNotNull();
            Files.writeString(directory.resolve("a.yaml"), "a");
            assertTold();
            Files.writeString(directory.resolve("b.yaml"), "b");
            assertTold();
        }
    }

    @Test
    void directoryThatGoesAndComes_isWatchedOn() throws Exception {
        Path inner = Files.createDirectory(directory.resolve("inner"));
        try (FileWatch watch = watch(inner, BY_LOOKING)) {
            assertThat(watch).isNotNull();
            Files.delete(inner);
            assertTold();
            remake(inner);
            assertTold();
        }
    }

    @Test
    void fileThatChangesWhileItIsRead_isNotBelieved_andToldAgain() throws Exception {
        Path file = Files.writeString(directory.resolve("a.yaml"), "a");
        try (FileWatch watch = FileWatch.start(
                () -> List.of(directory),
                unchanged -> {
                    try {
                        if (Files.readString(file).equals("first")) {
                            Files.writeString(file, "second and longer");
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    told.add(unchanged.getAsBoolean() ? "unchanged" : "changed meanwhile");
                },
                BY_LOOKING)) {
            assertThat(watch).isNotNull();
            Files.writeString(file, "first");
            String heard = told.poll(30, TimeUnit.SECONDS);
            // It may have been seen before "first" was whole.
            heard = "unchanged".equals(heard) ? told.poll(30, TimeUnit.SECONDS) : heard;
            assertThat(heard).isEqualTo("changed meanwhile");
            assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("unchanged");
        }
    }

    private static void remake(Path inner) throws IOException {
        Files.createDirectory(inner);
        Files.writeString(inner.resolve("a.yaml"), "a");
    }
}
