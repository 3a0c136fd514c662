package dev.portafilter.test.compare;

import java.util.ArrayList;
import java.util.List;

/** Two lists of lines side by side: {@code "  "} before lines of both, {@code "- "} and {@code "+ "} before those of one. */
final class Diff {
    /** Beyond this many lines on a side only the lines around the first difference are shown. */
    private static final int MOST_LINES = 1_000;

    private Diff() {}

    static List<String> of(List<String> left, List<String> right) {
        int start = 0;
        int shorter = Math.min(left.size(), right.size());
        if (Math.max(left.size(), right.size()) > MOST_LINES) {
            while (start < shorter && left.get(start).equals(right.get(start))) {
                start++;
            }
            start = Math.max(0, start - 3);
        }
        List<String> a = left.subList(start, Math.min(left.size(), start + MOST_LINES));
        List<String> b = right.subList(start, Math.min(right.size(), start + MOST_LINES));
        int[][] common = common(a, b);
        List<String> lines = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < a.size() || j < b.size()) {
            if (i < a.size() && j < b.size() && a.get(i).equals(b.get(j))) {
                lines.add("  " + a.get(i));
                i++;
                j++;
            } else if (j == b.size() || (i < a.size() && common[i + 1][j] >= common[i][j + 1])) {
                lines.add("- " + a.get(i++));
            } else {
                lines.add("+ " + b.get(j++));
            }
        }
        return lines;
    }

    /** How long the longest common rest is from each pair of places. */
    private static int[][] common(List<String> a, List<String> b) {
        int[][] common = new int[a.size() + 1][b.size() + 1];
        for (int i = a.size() - 1; i >= 0; i--) {
            for (int j = b.size() - 1; j >= 0; j--) {
                common[i][j] = a.get(i).equals(b.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        return common;
    }
}
