package dev.portafilter.test.recordings;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * What this host does otherwise in the recordings, line by line, each under the name that it has in
 * {@code docs/differences.md}. The table is {@code differences.txt}: a heading {@code == recording difference}, then lines
 * {@code step - what only Envoy does} and {@code step + what only this host does}.
 */
final class KnownDifferences {
    private static final String HEADING = "== ";

    private final Map<String, List<String>> lines = new LinkedHashMap<>();
    private final Set<String> names = new TreeSet<>();

    private KnownDifferences() {}

    static KnownDifferences read() {
        KnownDifferences all = new KnownDifferences();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(KnownDifferences.class.getResourceAsStream("/envoy-1.40.0/differences.txt")),
                StandardCharsets.UTF_8))) {
            List<String> block = List.of();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith(HEADING)) {
                    String[] words = line.substring(HEADING.length()).split(" ");
                    all.names.add(words[1]);
                    block = all.lines.computeIfAbsent(words[0], id -> new ArrayList<>());
                } else if (!line.isEmpty()) {
                    block.add(line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    /** The lines in which a recording is not followed; none when it is followed wholly. */
    List<String> lines(String recordingId) {
        return lines.getOrDefault(recordingId, List.of());
    }

    /** The recordings that the table speaks of. */
    Set<String> recordings() {
        return lines.keySet();
    }

    /** The differences by name. */
    Set<String> names() {
        return names;
    }
}
