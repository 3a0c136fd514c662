package dev.portafilter.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TarReaderTest {
    private static List<String> paths(byte[] archive) throws IOException {
        TarReader tar = new TarReader(new ByteArrayInputStream(archive), 10);
        List<String> paths = new ArrayList<>();
        for (TarReader.Entry entry = tar.next(); entry != null; entry = tar.next()) {
            paths.add((entry.regular() ? "file " : entry.directory() ? "directory " : "other ") + entry.path() + " "
                    + entry.size());
        }
        return paths;
    }

    @Test
    void archive_withAllKindsOfEntries_isReadToItsEnd() throws IOException {
        byte[] archive = Archives.tar()
                .entry("dir/", '5', new byte[0])
                .file("./a//b/./c", "123")
                .entry("link", '2', new byte[0])
                .entry("hard", '1', new byte[0])
                .entry("device", '3', new byte[0])
                .entry("old/", (char) 0, new byte[0])
                .entry("old", (char) 0, new byte[600])
                .bytes();

        assertThat(paths(archive))
                .containsExactly(
                        "directory dir 0",
                        "file a/b/c 3",
                        "other link 0",
                        "other hard 0",
                        "other device 0",
                        "directory old 0",
                        "file old 600");
    }

    @Test
    void linkWithSize_hasNoBytes() throws IOException {
        byte[] archive = Archives.tar().header("link", '2', 700).file("a", "1").bytes();

        assertThat(paths(archive)).containsExactly("other link 0", "file a 1");
    }

    @Test
    void longNames_areTaken() throws IOException {
        byte[] gnu = (("x".repeat(300)) + "\0").getBytes(StandardCharsets.UTF_8);
        byte[] archive = Archives.tar()
                .entry("././@LongLink", 'L', gnu)
                .file("short", "1")
                .pax("path", "y".repeat(300))
                .file("short", "22")
                .file("short", "333")
                .bytes();

        assertThat(paths(archive))
                .containsExactly("file " + "x".repeat(300) + " 1", "file " + "y".repeat(300) + " 2", "file short 3");
    }

    @Test
    void sparseFiles_areNoFiles() throws IOException {
        byte[] archive = Archives.tar()
                .entry("a", 'S', new byte[3])
                .pax("GNU.sparse.major", "1")
                .file("b", "1")
                .file("c", "1")
                .bytes();

        assertThat(paths(archive)).containsExactly("other a 3", "other b 1", "file c 1");
    }

    @Test
    void cutArchive_isBroken() {
        byte[] archive = Archives.tar().file("a", new byte[1000]).bytes();

        assertThatThrownBy(() -> paths(Arrays.copyOf(archive, 300))).hasMessage("is cut within a header");
        assertThatThrownBy(() -> paths(Arrays.copyOf(archive, 1000))).hasMessage("is cut within an entry");
    }

    @Test
    void archive_thatEndsBetweenEntries_isWhole() throws IOException {
        byte[] archive = Archives.tar().file("a", "1").bytes();

        assertThat(paths(Arrays.copyOf(archive, 1024))).containsExactly("file a 1");
    }

    @Test
    void headerThatDoesNotAddUp_isBroken() {
        byte[] archive = Archives.tar().file("a", "1").bytes();
        archive[0] = 'b';

        assertThatThrownBy(() -> paths(archive)).hasMessage("has a header with a wrong checksum");
    }

    @Test
    void paxRecordsThatDoNotAddUp_areBroken() {
        for (String record : List.of("99 path=a\n", "0 path=a\n", "x", "9 path=a ", "18446744073709551617 a=b\n")) {
            byte[] archive = Archives.tar()
                    .entry("pax", 'x', record.getBytes(StandardCharsets.UTF_8))
                    .file("a", "1")
                    .bytes();
            assertThatThrownBy(() -> paths(archive)).hasMessage("has an ill-formed pax record");
        }
    }

    @Test
    void longNames_haveALimit() {
        byte[] archive = Archives.tar().header("name", 'L', 1L << 32).bytes();

        assertThatThrownBy(() -> paths(archive)).hasMessageContaining("has a name of");
    }

    @Test
    void entries_haveALimit() {
        Archives archive = Archives.tar();
        for (int i = 0; i < 11; i++) {
            archive.file("a", "1");
        }

        assertThatThrownBy(() -> paths(archive.bytes())).hasMessageContaining("limit.tarEntries");
    }
}
