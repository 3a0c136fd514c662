package dev.portafilter.benchmarks;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Changes ten resources at random, for {@code benchmarks/changes}: applies, edits, moves, deletes and spoils them, while a
 * gateway follows their files. Every filter adds {@code name=version;} to the header {@code x-chain}, of the request and of
 * the response. Before each change the chain that it leads to is written down, so that {@link #main} can tell afterwards
 * whether a response came through a chain that there never was.
 */
public final class ResourceChanges {
    private static final int RESOURCES = 10;
    private static final String[] PHASES = {"AUTHN", "AUTHZ", "STATS", "UNSPECIFIED_PHASE"};
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long FOLLOWED_NANOS = 5_000 * NANOS_PER_MILLI;

    /** One filter as it is to run. */
    private record Filter(String name, int version, int phase, int priority, String module) {
        boolean before(Filter other) {
            return phase != other.phase
                    ? phase < other.phase
                    : priority != other.priority ? priority > other.priority : name.compareTo(other.name) < 0;
        }

        String yaml() {
            String add = name + "=" + version + ";";
            return """
                    apiVersion: extensions.istio.io/v1alpha1
                    kind: WasmPlugin
                    metadata: {name: %s}
                    spec:
                      url: file://%s
                      phase: %s
                      priority: %d
                      pluginConfig:
                        request: {set: {x-chain: "%%REQ(x-chain)%%%s"}}
                        response: {set: {x-chain: "%%RESP(x-chain)%%%s"}}
                    """.formatted(name, module, PHASES[phase], priority, add, add);
        }
    }

    private final Path directory;
    private final Path history;
    private final Random random;
    private final List<Filter> filters = new ArrayList<>();
    private final Map<String, Long> changedNanos = new HashMap<>();
    private int versions;

    private ResourceChanges(Path directory, Path history, long seed) {
        this.directory = directory;
        this.history = history;
        this.random = new Random(seed);
    }

    /**
     * {@code begin DIRECTORY HISTORY MODULE}: writes ten resources and two modules that differ. {@code change DIRECTORY
     * HISTORY COUNT SECONDS SEED}: changes them, and prints how many there are in the end. {@code check HISTORY SEEN}: says
     * which of the chains seen there never were, or were not the same in both directions.
     */
    public static void main(String[] args) throws IOException {
        switch (args[0]) {
            case "begin" -> begin(Path.of(args[1]), Path.of(args[2]), Path.of(args[3]));
            case "change" -> {
                ResourceChanges changes =
                        new ResourceChanges(Path.of(args[1]), Path.of(args[2]), Long.parseLong(args[5]));
                changes.fill();
                changes.versions = 1_000 + changes.random.nextInt(1_000_000);
                changes.run(Integer.parseInt(args[3]), Long.parseLong(args[4]));
            }
            case "check" -> check(Path.of(args[1]), Path.of(args[2]));
            default -> throw new IllegalArgumentException(args[0] + " (expected: begin, change or check)");
        }
    }

    private static void begin(Path directory, Path history, Path module) throws IOException {
        byte[] code = Files.readAllBytes(module);
        Files.write(directory.resolve("one.wasm"), code);
        Files.write(directory.resolve("two.wasm"), code);
        // A custom section without contents, so that the module is another one that does the same.
        Files.write(directory.resolve("two.wasm"), new byte[] {0, 2, 1, 'v'}, StandardOpenOption.APPEND);
        ResourceChanges changes = new ResourceChanges(directory, history, 0);
        changes.fill();
        changes.writeAll();
    }

    private void writeAll() throws IOException {
        note();
        for (Filter filter : filters) {
            write(filter.name, filter.yaml());
        }
    }

    private void fill() {
        for (int i = 0; i < RESOURCES; i++) {
            filters.add(new Filter("p" + i, 0, i % PHASES.length, i / PHASES.length, "one.wasm"));
        }
    }

    private Path file(String name) {
        return directory.resolve(name + ".yaml");
    }

    /** Writes down the chain of the filters as they are now. */
    private void note() throws IOException {
        List<Filter> chain = new ArrayList<>(filters);
        chain.sort((a, b) -> a.before(b) ? -1 : 1);
        StringBuilder line = new StringBuilder();
        chain.forEach(filter ->
                line.append(filter.name).append('=').append(filter.version).append(';'));
        Files.writeString(
                history,
                line.append('\n'),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND,
                StandardOpenOption.SYNC);
    }

    private void run(int count, long seconds) throws IOException {
        long start = System.nanoTime();
        long step = seconds * 1_000 * NANOS_PER_MILLI / count;
        int spoilt = 0;
        for (int i = 0; i < count; i++) {
            // Some changes come in pairs, faster than they can be followed one by one.
            long due = start + step * (i - i % 3 % 2);
            LockSupport.parkNanos(due - System.nanoTime());
            spoilt += change("p" + random.nextInt(RESOURCES)) ? 0 : 1;
        }
        for (Filter filter : filters) {
            write(filter.name, filter.yaml());
        }
        System.out.println(filters.size() + " " + spoilt);
    }

    /** Changes one resource; false when the change is one that must not be followed. */
    private boolean change(String name) throws IOException {
        Filter now = filters.stream()
                .filter(filter -> filter.name.equals(name))
                .findFirst()
                .orElse(null);
        int kind = random.nextInt(10);
        // What is spoilt before it was followed has no last good version to stay in.
        boolean followed = System.nanoTime() - changedNanos.getOrDefault(name, Long.MIN_VALUE / 2) > FOLLOWED_NANOS;
        if (now != null && kind > 6 && !followed) {
            kind = 0;
        }
        if (now == null) {
            if (kind < 3) {
                write(name, spoilt(name, random.nextInt(3)));
                return false;
            }
            Filter added = new Filter(name, ++versions, random.nextInt(PHASES.length), random.nextInt(5), "one.wasm");
            put(null, added);
            return true;
        }
        switch (kind) {
            case 0, 1, 2 -> put(now, new Filter(name, ++versions, now.phase, now.priority, now.module));
            case 3 ->
                put(now, new Filter(name, now.version, random.nextInt(PHASES.length), random.nextInt(5), now.module));
            case 4 -> put(now, new Filter(name, ++versions, now.phase, now.priority, other(now.module)));
            case 5, 6 -> {
                filters.remove(now);
                note();
                Files.deleteIfExists(file(name));
            }
            default -> {
                write(name, spoilt(name, random.nextInt(6)));
                return false;
            }
        }
        return true;
    }

    private static String other(String module) {
        return module.equals("one.wasm") ? "two.wasm" : "one.wasm";
    }

    private void put(@Nullable Filter before, Filter after) throws IOException {
        if (before != null) {
            filters.remove(before);
        }
        filters.add(after);
        changedNanos.put(after.name, System.nanoTime());
        note();
        write(after.name, after.yaml());
    }

    /** What is no good: the first three as it stands there, the others only once it is to run. */
    private static String spoilt(String name, int kind) {
        String good = new Filter(name, -1, 0, 0, "one.wasm").yaml();
        return switch (kind) {
            case 0 -> good.replace("priority: 0", "priority: high");
            case 1 -> good.replace("spec:", "spec: [");
            case 2 -> good.replace("phase: AUTHN", "phase: EARLY");
            case 3 -> good.replace("one.wasm", "none.wasm");
            case 4 -> good.replace("one.wasm", name + ".yaml");
            default -> good.replace("{set:", "{unknown:");
        };
    }

    /** In one step, or in two of which the first cannot be read. */
    private void write(String name, String yaml) throws IOException {
        if (random.nextBoolean()) {
            Path next = Files.writeString(directory.resolve("." + name), yaml);
            Files.move(next, file(name), StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        byte[] bytes = yaml.getBytes(StandardCharsets.UTF_8);
        int cut = yaml.indexOf("{name");
        try (OutputStream out = Files.newOutputStream(file(name))) {
            out.write(bytes, 0, cut + 3);
            out.flush();
            LockSupport.parkNanos(5 * NANOS_PER_MILLI);
            out.write(bytes, cut + 3, bytes.length - cut - 3);
        }
    }

    /** Each line seen is {@code count request|response}. */
    private static void check(Path history, Path seen) throws IOException {
        Set<String> chains = new TreeSet<>(Files.readAllLines(history));
        List<String> wrong = new ArrayList<>();
        Set<String> different = new TreeSet<>();
        for (String line : Files.readAllLines(seen)) {
            String both = line.substring(line.indexOf(' ') + 1);
            int bar = both.indexOf('|');
            String request = both.substring(0, bar);
            String response = both.substring(bar + 1);
            different.add(request);
            if (!reversed(request).equals(response)) {
                wrong.add("request and response went through different chains: " + line);
            } else if (!chains.contains(request)) {
                wrong.add("a chain that there never was: " + line);
            }
        }
        System.out.println(different.size() + " " + chains.size());
        wrong.forEach(System.out::println);
    }

    private static String reversed(String chain) {
        StringBuilder text = new StringBuilder();
        String[] parts = chain.isEmpty() ? new String[0] : chain.split(";", -1);
        for (int i = parts.length - 2; i >= 0; i--) {
            text.append(parts[i]).append(';');
        }
        return text.toString();
    }
}
