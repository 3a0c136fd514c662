package dev.portafilter.resources.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSnapshotTest {
    @TempDir
    private Path directory;

    private FileSnapshot before;

    @BeforeEach
    void writeOneFile() throws IOException {
        Files.writeString(directory.resolve("a.yaml"), "one");
        before = now();
    }

    private FileSnapshot now() {
        return FileSnapshot.of(List.of(directory));
    }

    @Test
    void nothingHappened_looksTheSame() {
        assertThat(now()).isEqualTo(before);
    }

    @Test
    void fileOfAnotherSize_shows() throws IOException {
        Files.writeString(directory.resolve("a.yaml"), "longer");
        assertThat(now()).isNotEqualTo(before);
    }

    @Test
    void fileWrittenLater_shows() throws IOException {
        Files.setLastModifiedTime(directory.resolve("a.yaml"), FileTime.fromMillis(1));
        assertThat(now()).isNotEqualTo(before);
    }

    @Test
    void fileReplacedByARename_shows_thoughSizeAndTimeAreTheSame() throws IOException {
        Path file = directory.resolve("a.yaml");
        Path other = directory.resolveSibling(directory.getFileName() + "-other");
        Files.writeString(other, "two");
        Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
        Files.move(other, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        assertThat(now()).isNotEqualTo(before);
    }

    @Test
    void newFile_andDeletedFile_show() throws IOException {
        Files.writeString(directory.resolve("b.yaml"), "two");
        FileSnapshot two = now();
        assertThat(two).isNotEqualTo(before);
        Files.delete(directory.resolve("a.yaml"));
        assertThat(now()).isNotEqualTo(two);
    }

    @Test
    void swapOfTheDataLink_shows() throws IOException {
        Path mount = Files.createDirectory(directory.resolve("mount"));
        for (String version : List.of("..1", "..2")) {
            Files.createDirectory(mount.resolve(version));
            Files.writeString(mount.resolve(version).resolve("p.yaml"), "same");
            Files.setLastModifiedTime(mount.resolve(version).resolve("p.yaml"), FileTime.fromMillis(1_000));
        }
        Files.createSymbolicLink(mount.resolve("..data"), Path.of("..1"));
        Files.createSymbolicLink(mount.resolve("p.yaml"), Path.of("..data/p.yaml"));
        FileSnapshot first = FileSnapshot.of(List.of(mount));

        Files.createSymbolicLink(mount.resolve("..data_tmp"), Path.of("..2"));
        Files.move(mount.resolve("..data_tmp"), mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);

        assertThat(FileSnapshot.of(List.of(mount))).isNotEqualTo(first);
    }

    @Test
    void fileThatIsNotThere_showsWhenItComes() throws IOException {
        Path module = directory.resolve("later.wasm");
        FileSnapshot absent = FileSnapshot.of(List.of(module));
        Files.writeString(module, "x");
        assertThat(FileSnapshot.of(List.of(module))).isNotEqualTo(absent);
    }

    @Test
    void directoriesInside_doNotCount() throws IOException {
        Path inside = Files.createDirectory(directory.resolve("inside"));
        Files.writeString(inside.resolve("x.yaml"), "x");
        assertThat(now()).isEqualTo(before);
    }
}
