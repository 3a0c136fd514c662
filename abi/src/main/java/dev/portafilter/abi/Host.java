package dev.portafilter.abi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a VM's host functions need that belongs to the VM and not to one context. One per VM; the worker's thread only.
 */
public interface Host {
    /** The version that the VM's module declares; one function answers differently in {@link AbiVersion#V0_1_0}. */
    AbiVersion abiVersion();

    /** The live context of this id, or null. Id 0 is the context of the VM itself. */
    @Nullable EffectiveContext context(int id);

    /** Whether lines of this level are kept; asked before a message is decoded. */
    boolean logs(LogLevel level);

    /**
     * Takes a log line of the guest: any text, several lines included, control characters not yet escaped.
     *
     * @param context the context whose callback runs (not the effective one)
     */
    void log(LogLevel level, EffectiveContext context, String message);

    /**
     * Takes a line of the host about what the guest did wrong, at level WARN.
     *
     * @param context the context whose callback runs
     */
    default void warn(EffectiveContext context, String message) {
        log(LogLevel.WARN, context, message);
    }

    /** The number that {@code proxy_get_log_level} gives: 0..5, or 6 for off. */
    int logLevel();

    /** Nanoseconds since the Unix epoch. */
    long currentTimeNanos();

    /** Nanoseconds of a clock that never goes back. */
    long monotonicTimeNanos();

    /** Fills a part of an array with secure random bytes. */
    void random(byte[] bytes, int offset, int length);

    /** The environment of the VM, {@code NAME=VALUE}, in configuration order. */
    List<String> environment();

    /** Shared data of this VM's id. */
    SharedData sharedData();

    /** Shared queues seen from this VM's id. */
    SharedQueues sharedQueues();

    /** Metrics of this VM. */
    Metrics metrics();

    /** The foreign function of this name, or null. */
    @Nullable ForeignFunction foreignFunction(String name);
}
