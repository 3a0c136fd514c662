package dev.portafilter.runtime.plugin;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;

/**
 * The order of plugins in a chain: phase, then priority (higher first), then name, then namespace, both compared byte by
 * byte. Total over distinct names. Source: WasmPlugin reference, sections 2.7 and 2.8.
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
        if (byPriority != 0) {
            return byPriority;
        }
        int byName = compareBytes(a.name(), b.name());
        return byName != 0 ? byName : compareBytes(a.namespace(), b.namespace());
    }

    private static int compareBytes(String a, String b) {
        return Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
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
        String samePhase = "same phase " + earlier.phase();
        if (earlier.priority() != later.priority()) {
            return samePhase + ", priority " + earlier.priority() + " > " + later.priority();
        }
        String samePriority = samePhase + " and priority " + earlier.priority();
        if (!earlier.name().equals(later.name())) {
            return samePriority + ", name " + earlier.name() + " < " + later.name();
        }
        return samePriority + " and name, namespace " + earlier.namespace() + " < " + later.namespace();
    }
}
