package dev.portafilter.resources;

import dev.portafilter.resources.Migration.Item;
import dev.portafilter.resources.Problem.Severity;
import dev.portafilter.runtime.plugin.ChainOrder;
import dev.portafilter.runtime.plugin.Phase;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.TieBreak;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Finds priorities under which migrated resources keep their order: six phases become fewer, priorities of different phases
 * are compared then, and ties are broken by another rule. Resources that can be in one chain form a group; a group keeps its
 * priorities when they give the order that it had, and gets new ones otherwise. Which namespace is the root is not known
 * here, so resources of different namespaces can be in one chain. Source: WasmPlugin reference, section 3.7.
 */
final class MigrationOrder {
    /** Between two priorities, so that something can be put there later. */
    private static final long STEP = 10;

    private static final Comparator<Item> BEFORE =
            Comparator.comparing(item -> item.resource().spec(), ChainOrder.INSTANCE);

    private final Migration.Options options;
    private final List<Problem> problems;
    private final MigrationNotes notes;

    MigrationOrder(Migration.Options options, List<Problem> problems, MigrationNotes notes) {
        this.options = options;
        this.problems = problems;
        this.notes = notes;
    }

    /** The phase that takes the place of another one. */
    static Phase target(Phase phase) {
        return switch (phase) {
            case AUTHN, PRE_AUTHN -> Phase.AUTHN;
            case POST_AUTHN, AUTHZ, PRE_AUTHZ -> Phase.AUTHZ;
            case POST_AUTHZ, STATS, PRE_STATS -> Phase.STATS;
            case POST_STATS, UNSPECIFIED -> Phase.UNSPECIFIED;
        };
    }

    /** The priority of each resource after migration; null for one that is not written. */
    Map<Item, @Nullable Long> priorities(List<Item> items) {
        Map<Item, @Nullable Long> priorities = new IdentityHashMap<>();
        Map<Phase, List<Item>> byPhase = new EnumMap<>(Phase.class);
        for (Item item : items) {
            priorities.put(item, kept(item));
            byPhase.computeIfAbsent(target(item.resource().spec().phase()), phase -> new ArrayList<>())
                    .add(item);
        }
        byPhase.forEach((phase, inPhase) -> {
            inPhase.sort(BEFORE);
            groups(inPhase).forEach(group -> settle(phase, group, priorities));
        });
        return priorities;
    }

    /** The priority that was written, within the range of the new kinds. */
    private @Nullable Long kept(Item item) {
        if (!(item.resource().model() instanceof ServiceMeshExtension extension)) {
            return item.resource().wasmPlugin().priority();
        }
        Long priority = extension.priority();
        if (priority == null || priority == priority.intValue()) {
            return priority;
        }
        long clamped = priority < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
        problems.add(new Problem(
                Severity.WARNING,
                "migrate.priority",
                item.resource().position(),
                "spec.priority",
                "becomes " + clamped,
                priority.toString(),
                Integer.MIN_VALUE + ".." + Integer.MAX_VALUE));
        return clamped;
    }

    /** Resources that can be in one chain, directly or through others; each group in order. */
    private static List<List<Item>> groups(List<Item> items) {
        List<List<Item>> groups = new ArrayList<>();
        Set<Integer> left = new HashSet<>();
        for (int i = 0; i < items.size(); i++) {
            left.add(i);
        }
        for (int first = 0; first < items.size(); first++) {
            if (!left.remove(first)) {
                continue;
            }
            List<Integer> group = new ArrayList<>(List.of(first));
            Deque<Integer> reached = new ArrayDeque<>(group);
            while (!reached.isEmpty()) {
                Item item = items.get(reached.pop());
                List<Integer> found =
                        left.stream().filter(i -> meet(item, items.get(i))).toList();
                found.forEach(left::remove);
                group.addAll(found);
                reached.addAll(found);
            }
            groups.add(group.stream().sorted().map(items::get).toList());
        }
        return groups;
    }

    private static boolean meet(Item a, Item b) {
        PluginSpec one = a.resource().spec();
        PluginSpec other = b.resource().spec();
        if (one.type() != other.type() || one.service() != other.service()) {
            return false;
        }
        Map<String, String> labels = a.resource().model().attachment().selector();
        Map<String, String> others = b.resource().model().attachment().selector();
        if (labels == null || others == null) {
            return true;
        }
        return labels.entrySet().stream()
                .allMatch(label -> label.getValue().equals(others.getOrDefault(label.getKey(), label.getValue())));
    }

    private void settle(Phase phase, List<Item> group, Map<Item, @Nullable Long> priorities) {
        if (options.omitPriority()) {
            Map<Item, @Nullable Long> omitted = new IdentityHashMap<>(priorities);
            group.stream().filter(Item::extension).forEach(item -> omitted.put(item, null));
            if (keepsOrder(phase, group, omitted)) {
                group.forEach(item -> priorities.put(item, omitted.get(item)));
                return;
            }
            notes.priorityNeeded(phase, names(group));
        }
        if (keepsOrder(phase, group, priorities)) {
            return;
        }
        StringJoiner changes = new StringJoiner(", ");
        for (int i = 0; i < group.size(); i++) {
            Item item = group.get(i);
            long priority = STEP * (group.size() - i);
            Long before = priorities.put(item, priority);
            changes.add(item.resource().identity() + " " + (before == null ? "unset" : before) + " -> " + priority);
        }
        notes.renumbered(phase, changes.toString());
    }

    private static String names(List<Item> group) {
        StringJoiner names = new StringJoiner(", ");
        group.forEach(item -> names.add(item.resource().identity()));
        return names.toString();
    }

    /** Whether those that meet stay in order, where an unset priority means 0, and in Istio, where it is below all. */
    private static boolean keepsOrder(Phase phase, List<Item> group, Map<Item, @Nullable Long> priorities) {
        for (long unset : new long[] {0, Integer.MIN_VALUE}) {
            List<PluginSpec> after = group.stream()
                    .map(item -> after(item, phase, priorities.get(item), unset))
                    .toList();
            if (!isOrdered(after) && turnsAround(group, after)) {
                return false;
            }
        }
        return true;
    }

    /** Whether all are in order: the order is transitive, so neighbours are enough. */
    private static boolean isOrdered(List<PluginSpec> after) {
        for (int i = 1; i < after.size(); i++) {
            if (ChainOrder.INSTANCE.compare(after.get(i - 1), after.get(i)) > 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether two that meet are in the other order. */
    private static boolean turnsAround(List<Item> group, List<PluginSpec> after) {
        for (int i = 0; i < after.size(); i++) {
            for (int j = i + 1; j < after.size(); j++) {
                if (meet(group.get(i), group.get(j)) && ChainOrder.INSTANCE.compare(after.get(i), after.get(j)) > 0) {
                    return true;
                }
            }
        }
        return false;
    }

    private static PluginSpec after(Item item, Phase phase, @Nullable Long priority, long unset) {
        PluginSpec spec = item.resource().spec();
        return spec.toBuilder()
                .phase(phase)
                .priority(priority == null ? unset : priority)
                .tieBreaks(List.of(new TieBreak("name", spec.name()), new TieBreak("namespace", spec.namespace())))
                .build();
    }
}
