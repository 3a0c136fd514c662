package dev.portafilter.test.recordings;

import java.util.ArrayList;
import java.util.List;

/** What two lists of lines do not have in common: {@code - line} for what only the first has, {@code + line} for the second. */
final class LineDiff {
    /** Ends a line of which only the beginning is compared. */
    static final String VARIES = " ?";

    private LineDiff() {}

    static List<String> of(List<String> expected, List<String> actual) {
        int[][] common = new int[expected.size() + 1][actual.size() + 1];
        for (int i = expected.size() - 1; i >= 0; i--) {
            for (int j = actual.size() - 1; j >= 0; j--) {
                common[i][j] = same(expected.get(i), actual.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        List<String> differences = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < expected.size() || j < actual.size()) {
            if (i < expected.size() && j < actual.size() && same(expected.get(i), actual.get(j))) {
                i++;
                j++;
            } else if (j == actual.size() || i < expected.size() && common[i + 1][j] >= common[i][j + 1]) {
                differences.add("- " + expected.get(i++));
            } else {
                differences.add("+ " + actual.get(j++));
            }
        }
        return differences;
    }

    private static boolean same(String expected, String actual) {
        return expected.equals(actual)
                || expected.endsWith(VARIES)
                        && actual.startsWith(expected.substring(0, expected.length() - VARIES.length()));
    }
}
