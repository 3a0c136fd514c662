package dev.portafilter.runtime.plugin;

import java.util.Comparator;
import java.util.List;

/**
 * The order of plugins in a chain: phase, then priority (higher first), then {@link PluginSpec#tieBreaks}, which are name
 * and namespace unless set. Total over plugins whose tie-breaks are made by one rule. Source: WasmPlugin reference,
 * sections 2.7 and 2.8.
 */
public final class ChainOrder implements Comparator<PluginSpec> {
    /** The one instance. */
    public static final ChainOrder INSTANCE = new ChainOrder();

    private ChainOrder() {}

    @Override
    public int compare(PluginSpec a, PluginSpec b) {
        int byPhase = a.phase().compareTo(b.phase());
        if (byPhase != 0) {
            return byPhase;
        }
        int byPriority = Long.compare(b.priority(), a.priority());
        return byPriority != 0 ? byPriority : compareTies(a.tieBreaks(), b.tieBreaks());
    }

    private static int compareTies(List<TieBreak> a, List<TieBreak> b) {
        int common = Math.min(a.size(), b.size());
        for (int i = 0; i < common; i++) {
            int byValue = a.get(i).compareValue(b.get(i));
            if (byValue != 0) {
                return byValue;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    /**
     * Why one plugin stands before another, in words.
     *
     * @return such as {@code same phase AUTHZ, priority 1000 > 10}
     */
    public static String reason(PluginSpec earlier, PluginSpec later) {
        if (earlier.phase() != later.phase()) {
            return "phase " + earlier.phase() + " is before " + later.phase();
        }
        String same = "same phase " + earlier.phase();
        if (earlier.priority() != later.priority()) {
            return same + ", priority " + earlier.priority() + " > " + later.priority();
        }
        same += " and priority " + earlier.priority();
        List<TieBreak> ties = earlier.tieBreaks();
        for (int i = 0; i < Math.min(ties.size(), later.tieBreaks().size()); i++) {
            TieBreak tie = ties.get(i);
            TieBreak other = later.tieBreaks().get(i);
            if (tie.compareValue(other) != 0) {
                return same + ", " + tie.what() + " " + tie.value() + " < " + other.value();
            }
            same += " and " + tie.what();
        }
        return same;
    }
}
