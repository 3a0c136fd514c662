package dev.portafilter.abi;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A host whose stores are plain maps, whose clocks stand still and which keeps its log lines. */
final class FakeHost implements Host, SharedData, SharedQueues, Metrics {
    /** Log lines, such as {@code INFO 2 hello}: level, id of the running context, text. */
    final List<String> lines = new ArrayList<>();

    final Map<Integer, EffectiveContext> contexts = new HashMap<>();
    final Map<String, ForeignFunction> foreignFunctions = new HashMap<>();
    final List<String> environment = new ArrayList<>();
    final Map<Integer, Long> metricValues = new LinkedHashMap<>();
    final List<String> metricNames = new ArrayList<>();

    /** Queue names with their receivers, such as {@code a 1}; the token is the index plus 1. */
    final List<String> queueNames = new ArrayList<>();

    AbiVersion abiVersion = AbiVersion.V0_2_1;
    LogLevel level = LogLevel.TRACE;
    long currentTimeNanos = 1_700_000_000_123_456_789L;
    long monotonicTimeNanos = 42;
    boolean full;

    private final Map<String, Entry> data = new HashMap<>();
    private final List<Deque<byte[]>> queues = new ArrayList<>();
    private int cas;

    @Override
    public AbiVersion abiVersion() {
        return abiVersion;
    }

    @Override
    public EffectiveContext context(int id) {
        return contexts.get(id);
    }

    @Override
    public boolean logs(LogLevel level) {
        return level.compareTo(this.level) >= 0;
    }

    @Override
    public void log(LogLevel level, EffectiveContext context, String message) {
        lines.add(level + " " + context.id() + " " + message);
    }

    @Override
    public int logLevel() {
        return level.ordinal();
    }

    @Override
    public long currentTimeNanos() {
        return currentTimeNanos;
    }

    @Override
    public long monotonicTimeNanos() {
        return monotonicTimeNanos++;
    }

    @Override
    public void random(byte[] bytes, int offset, int length) {
        Arrays.fill(bytes, offset, offset + length, (byte) 0x5A);
    }

    @Override
    public List<String> environment() {
        return environment;
    }

    @Override
    public SharedData sharedData() {
        return this;
    }

    @Override
    public SharedQueues sharedQueues() {
        return this;
    }

    @Override
    public Metrics metrics() {
        return this;
    }

    @Override
    public ForeignFunction foreignFunction(String name) {
        return foreignFunctions.get(name);
    }

    @Override
    public Entry get(byte[] key) {
        return data.get(text(key));
    }

    @Override
    public Status set(byte[] key, byte[] value, int expectedCas) {
        if (full) {
            return Status.INTERNAL_FAILURE;
        }
        Entry entry = data.get(text(key));
        if (expectedCas != 0 && entry != null && entry.cas() != expectedCas) {
            return Status.CAS_MISMATCH;
        }
        data.put(text(key), new Entry(value, ++cas));
        return Status.OK;
    }

    @Override
    public int register(byte[] name, int rootContextId) {
        if (full) {
            return 0;
        }
        queueNames.add(text(name) + " " + rootContextId);
        queues.add(new ArrayDeque<>());
        return queues.size();
    }

    @Override
    public int resolve(byte[] vmId, byte[] name) {
        if (vmId.length != 0) {
            return 0;
        }
        for (int i = 0; i < queueNames.size(); i++) {
            if (queueNames.get(i).startsWith(text(name) + " ")) {
                return i + 1;
            }
        }
        return 0;
    }

    @Override
    public Status enqueue(int token, byte[] item) {
        if (!exists(token)) {
            return Status.NOT_FOUND;
        }
        queues.get(token - 1).add(item);
        return Status.OK;
    }

    @Override
    public boolean exists(int token) {
        return token > 0 && token <= queues.size();
    }

    @Override
    public byte[] dequeue(int token) {
        return queues.get(token - 1).poll();
    }

    @Override
    public int define(MetricType type, byte[] name) {
        if (full) {
            return 0;
        }
        int id = 4 * (metricNames.size() + 1) + type.ordinal();
        metricNames.add(text(name));
        metricValues.put(id, 0L);
        return id;
    }

    @Override
    public Status increment(int id, long offset) {
        return change(id, offset);
    }

    @Override
    public Status record(int id, long value) {
        return change(id, value);
    }

    @Override
    public Status readable(int id) {
        return (id & 3) == 2 ? Status.BAD_ARGUMENT : metricValues.containsKey(id) ? Status.OK : Status.NOT_FOUND;
    }

    @Override
    public long value(int id) {
        return metricValues.get(id);
    }

    private Status change(int id, long offset) {
        return metricValues.computeIfPresent(id, (key, value) -> value + offset) == null ? Status.NOT_FOUND : Status.OK;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
