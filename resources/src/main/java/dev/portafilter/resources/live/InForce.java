package dev.portafilter.resources.live;

import dev.portafilter.resources.SourcePosition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What holds, by kind and identity: what stands in files, in its last good version where the newest is wrong, and over it
 * what was applied. Not thread-safe.
 */
final class InForce<T> {
    private final Function<T, String> key;
    private final Function<T, SourcePosition> position;
    private final Map<String, T> fromFiles = new TreeMap<>();
    private final Map<String, T> applied = new TreeMap<>();

    /**
     * Nothing holds yet.
     *
     * @param key kind and identity
     * @param position where it stands
     */
    InForce(Function<T, String> key, Function<T, SourcePosition> position) {
        this.key = key;
        this.position = position;
    }

    /**
     * Takes what stands in the files now.
     *
     * @param wrong the keys of what stands there and has errors
     * @param unclear files of which it cannot be said what stands in them
     * @return the keys of what goes on in its last good version
     */
    List<String> read(Collection<T> now, Collection<String> wrong, Set<String> unclear) {
        Map<String, T> before = new TreeMap<>(fromFiles);
        List<String> keptLastGood = new ArrayList<>();
        fromFiles.clear();
        now.forEach(one -> fromFiles.put(key.apply(one), one));
        before.forEach((name, one) -> {
            boolean unknown = unclear.contains(position.apply(one).file());
            if (!fromFiles.containsKey(name) && (unknown || wrong.contains(name))) {
                fromFiles.put(name, one);
                keptLastGood.add(name);
            }
        });
        return keptLastGood;
    }

    void apply(T one) {
        applied.put(key.apply(one), one);
    }

    /** Takes away what was applied; what stands in a file holds again. */
    void delete(String name) {
        applied.remove(name);
    }

    boolean isInFile(String name) {
        return fromFiles.containsKey(name);
    }

    boolean isApplied(String name) {
        return applied.containsKey(name);
    }

    boolean contains(String name) {
        return isInFile(name) || isApplied(name);
    }

    /** All that holds; a copy. */
    List<T> all() {
        Map<String, T> all = new TreeMap<>(fromFiles);
        all.putAll(applied);
        return List.copyOf(all.values());
    }
}
