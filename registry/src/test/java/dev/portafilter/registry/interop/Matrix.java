package dev.portafilter.registry.interop;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/** What was tried and went well; a test that fails or is skipped leaves no line. */
final class Matrix {
    private final Set<String> lines = Collections.synchronizedSet(new TreeSet<>());

    /** Notes a combination. */
    void passed(String tool, String what, String direction, Object where) {
        lines.add("%-10s %-28s %-24s %s".formatted(tool, what, direction, where));
    }

    /** Prints all that were noted. */
    void print(String title) {
        String why = System.getenv(RegistryTool.VARIABLE) == null ? " (" + RegistryTool.VARIABLE + " is not set)" : "";
        System.out.println("\n" + title + ": " + lines.size() + " combinations" + why);
        lines.forEach(System.out::println);
    }
}
