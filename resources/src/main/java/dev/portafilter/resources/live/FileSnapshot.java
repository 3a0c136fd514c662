package dev.portafilter.resources.live;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What files look like at one moment: two snapshots differ when a file has been written, replaced, renamed, made or
 * deleted. Symbolic links are followed and their targets count, so that a swap of Kubernetes' {@code ..data} link shows.
 * Contents are not read.
 */
record FileSnapshot(Map<Path, Look> files) {
    /** One file: where it really is, which file that is, its size and the time of its last change. */
    private record Look(String realPath, String fileKey, long size, long modifiedNanos) {}

    /**
     * Looks at files, and at the files directly inside directories.
     *
     * @param paths those that do not exist are looked at, too
     */
    static FileSnapshot of(Collection<Path> paths) {
        Map<Path, Look> files = new TreeMap<>();
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                lookInto(path, files);
            } else {
                files.put(path, look(path));
            }
        }
        return new FileSnapshot(Map.copyOf(files));
    }

    private static void lookInto(Path directory, Map<Path, Look> files) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (!Files.isDirectory(entry)) {
                    files.put(entry, look(entry));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            files.put(directory, new Look("unreadable: " + e, "", -1, -1));
        }
    }

    private static Look look(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Look(
                    file.toRealPath().toString(),
                    String.valueOf(attributes.fileKey()),
                    attributes.size(),
                    attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS));
        } catch (IOException e) {
            return new Look("absent", "", -1, -1);
        }
    }
}
