package dev.portafilter.runtime.vm;

import dev.portafilter.abi.AbiVersion;
import dev.portafilter.abi.EffectiveContext;
import dev.portafilter.abi.ForeignFunction;
import dev.portafilter.abi.Host;
import dev.portafilter.abi.LogLevel;
import dev.portafilter.abi.Metrics;
import dev.portafilter.abi.SharedData;
import dev.portafilter.abi.SharedQueues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A host that writes its log into a list and stands still in time. */
final class FakeHost implements Host {
    final List<String> log = new ArrayList<>();
    final Map<Integer, EffectiveContext> contexts = new HashMap<>();
    Runnable onLog = () -> {};

    @Override
    public AbiVersion abiVersion() {
        return AbiVersion.V0_2_1;
    }

    @Override
    public @Nullable EffectiveContext context(int id) {
        return contexts.get(id);
    }

    @Override
    public boolean logs(LogLevel level) {
        return true;
    }

    @Override
    public void log(LogLevel level, EffectiveContext context, String message) {
        log.add(level + " " + message);
        onLog.run();
    }

    @Override
    public int logLevel() {
        return LogLevel.WARN.ordinal();
    }

    @Override
    public long currentTimeNanos() {
        return 1_700_000_000_000_000_000L;
    }

    @Override
    public long monotonicTimeNanos() {
        return 1_000_000_000L;
    }

    @Override
    public void random(byte[] bytes, int offset, int length) {
        Arrays.fill(bytes, offset, offset + length, (byte) 7);
    }

    @Override
    public List<String> environment() {
        return List.of();
    }

    @Override
    public SharedData sharedData() {
        throw new UnsupportedOperationException("shared data");
    }

    @Override
    public SharedQueues sharedQueues() {
        throw new UnsupportedOperationException("shared queues");
    }

    @Override
    public Metrics metrics() {
        throw new UnsupportedOperationException("metrics");
    }

    @Override
    public @Nullable ForeignFunction foreignFunction(String name) {
        return null;
    }
}
