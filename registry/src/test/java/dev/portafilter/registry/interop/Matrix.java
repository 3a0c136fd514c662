package dev.portafilter.registry.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What was tried and went well, a row for each tool, what it does and in which direction. A test that fails or is skipped
 * leaves its place empty.
 */
final class Matrix {
    private static final String ROW = "%-8s %-26s %-22s ";
    private static final String PASSED = "ok";

    private final String title;
    private final List<String> columns;
    private final Map<String, Map<String, String>> rows = new TreeMap<>();
    private final Collection<String> notes = new TreeSet<>();

    /** A matrix with these columns. */
    Matrix(String title, Object... columns) {
        this.title = title;
        this.columns = List.of(columns).stream().map(String::valueOf).toList();
    }

    /** Notes a combination. */
    synchronized void passed(RegistryTool tool, String what, String direction, Object column) {
        put(tool, what, direction, column, PASSED);
    }

    /** Notes a combination that the tool has not, and why. */
    synchronized void notTaken(RegistryTool tool, String what, String direction, Object column, String reason) {
        put(tool, what, direction, column, "none");
        notes.add("none: %s, %s, %s, %s: %s".formatted(tool, what, direction, column, reason));
    }

    private void put(RegistryTool tool, String what, String direction, Object column, String cell) {
        rows.computeIfAbsent(ROW.formatted(tool, what, direction), row -> new TreeMap<>())
                .put(String.valueOf(column), cell);
    }

    /** Prints all, and leaves it in {@code target/interop} for who shows it again. */
    synchronized void print() throws IOException {
        long passed = rows.values().stream()
                .flatMap(cells -> cells.values().stream())
                .filter(PASSED::equals)
                .count();
        String why = System.getenv(RegistryTool.VARIABLE) == null ? " (" + RegistryTool.VARIABLE + " is not set)" : "";
        List<String> lines = new ArrayList<>();
        lines.add("Interop, " + title + ": " + passed + " combinations pass" + why);
        if (!rows.isEmpty()) {
            lines.add(line(ROW.formatted("tool", "what", "direction"), columns));
        }
        rows.forEach((row, cells) -> lines.add(line(
                row,
                columns.stream().map(column -> cells.getOrDefault(column, "-")).toList())));
        lines.addAll(notes);
        System.out.println();
        lines.forEach(System.out::println);
        Path directory = Files.createDirectories(Path.of("target", "interop"));
        Files.write(directory.resolve(title.replaceAll("[^a-z]+", "-") + ".txt"), lines);
    }

    private static String line(String row, List<String> cells) {
        StringBuilder line = new StringBuilder(row);
        cells.forEach(cell -> line.append(" %-7s".formatted(cell)));
        return line.toString().stripTrailing();
    }
}
