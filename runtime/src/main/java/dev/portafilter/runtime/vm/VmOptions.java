package dev.portafilter.runtime.vm;

import java.util.Set;

/**
 * What one VM may use. Immutable.
 *
 * @param name names the VM in errors
 * @param memoryPages the most pages of 64 KiB that the guest's memory can have, 1..32767
 * @param deadlineMillis how long one callback may run; 0 for no limit
 * @param startDeadlineMillis how long the start may run; 0 for no limit
 * @param allowedCapabilities names of host functions, WASI functions and callbacks that the guest may use; empty for all
 */
public record VmOptions(
        String name, int memoryPages, long deadlineMillis, long startDeadlineMillis, Set<String> allowedCapabilities) {
    /** The largest memory that one array can hold, just under 2 GiB. */
    public static final int MAX_MEMORY_PAGES = 32767;

    /** Checks the numbers and copies the set. */
    public VmOptions {
        if (memoryPages < 1 || memoryPages > MAX_MEMORY_PAGES) {
            throw new IllegalArgumentException(
                    "memoryPages: " + memoryPages + " (expected: 1.." + MAX_MEMORY_PAGES + ")");
        }
        if (deadlineMillis < 0 || startDeadlineMillis < 0) {
            throw new IllegalArgumentException("deadlineMillis, startDeadlineMillis: " + deadlineMillis + ", "
                    + startDeadlineMillis + " (expected: 0 or more)");
        }
        allowedCapabilities = Set.copyOf(allowedCapabilities);
    }

    boolean allows(String capability) {
        return allowedCapabilities.isEmpty() || allowedCapabilities.contains(capability);
    }
}
