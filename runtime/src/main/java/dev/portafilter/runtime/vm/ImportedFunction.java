package dev.portafilter.runtime.vm;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.WasmFunctionHandle;
import com.dylibso.chicory.wasm.ChicoryException;
import dev.portafilter.abi.EnvironmentFunction;
import dev.portafilter.abi.GuestAbort;
import dev.portafilter.abi.GuestExit;
import dev.portafilter.abi.HostFunction;
import dev.portafilter.abi.Status;
import dev.portafilter.abi.WasiFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An import of one VM as the engine calls it. Results are constants shared by all calls, so that a host call allocates
 * nothing of its own.
 */
abstract class ImportedFunction implements WasmFunctionHandle {
    private static final Logger LOG = LoggerFactory.getLogger(ImportedFunction.class);
    private static final int MAX_RESULT = 127;
    // Never written after this; the engine only reads them.
    private static final long[][] RESULTS = IntStream.rangeClosed(0, MAX_RESULT)
            .mapToObj(number -> new long[] {number})
            .toArray(long[][]::new);

    private final HostCalls calls;
    private final String name;
    private final int index;
    private final int phases;

    private ImportedFunction(HostCalls calls, String name, boolean allowedAtStart, boolean allowedWhileAllocating) {
        this.calls = calls;
        this.name = name;
        this.index = calls.add(this);
        boolean allowedInStartSection = allowedAtStart && !name.equals("proxy_get_log_level");
        this.phases = HostCalls.RUNNING
                | (allowedAtStart ? HostCalls.STARTING : 0)
                | (allowedInStartSection ? HostCalls.START_SECTION : 0)
                | (allowedWhileAllocating ? HostCalls.ALLOCATING : 0);
    }

    String name() {
        return name;
    }

    HostCalls calls() {
        return calls;
    }

    /** A status of {@link #run} in words. */
    String statusText(int status) {
        return Integer.toString(status);
    }

    /** Does what the function does and gives the status, 0..127. */
    abstract int run(long[] arguments);

    /** What the engine gets for a status, null for nothing. */
    abstract long @Nullable [] result(int status);

    @Override
    public final long @Nullable [] apply(Instance instance, long... arguments) {
        if ((phases & calls.phase) == 0) {
            calls.called(index);
            throw calls.restricted(name);
        }
        int slot = calls.called(index);
        int status;
        try {
            status = run(arguments);
        } catch (GuestStop | ChicoryException | GuestExit e) {
            throw e;
        } catch (GuestAbort e) {
            throw new GuestStop(GuestFailure.Kind.TRAP, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            throw new GuestStop(GuestFailure.Kind.HOST_ERROR, name + " failed in the host: " + e, e);
        }
        calls.returned(slot, index, status);
        return result(status);
    }

    private static void logRefused(String name) {
        LOG.warn("{}: refused, the plugin's capabilities do not list it (logged once for each VM)", name);
    }

    /** A row of the ABI's table. */
    static final class Proxy extends ImportedFunction {
        private final HostFunction function;
        private final boolean allowed;
        private final boolean hasResult;
        private boolean logged;

        Proxy(HostCalls calls, HostFunction function, boolean allowed, boolean hasResult) {
            super(calls, function.name(), function.allowedAtStart(), function.allowedWhileAllocating());
            this.function = function;
            this.allowed = allowed;
            this.hasResult = hasResult;
        }

        @Override
        int run(long[] arguments) {
            if (allowed) {
                return function.call(calls().cursor(), arguments).code();
            }
            if (!logged) {
                logged = true;
                logRefused(name());
            }
            return HostFunction.REFUSED.code();
        }

        @Override
        long @Nullable [] result(int status) {
            return hasResult ? RESULTS[status] : null;
        }

        @Override
        String statusText(int status) {
            return Status.values()[status].name();
        }
    }

    /** A row of the table of WASI functions. */
    static final class Wasi extends ImportedFunction {
        private final WasiFunction function;
        private final boolean allowed;
        private final boolean hasResult;
        private boolean logged;

        Wasi(HostCalls calls, WasiFunction function, boolean allowed, boolean hasResult) {
            super(calls, function.name(), function.allowedAtStart(), function.allowedWhileAllocating());
            this.function = function;
            this.allowed = allowed;
            this.hasResult = hasResult;
        }

        @Override
        int run(long[] arguments) {
            if (allowed) {
                return function.call(calls().cursor(), arguments);
            }
            if (!logged) {
                logged = true;
                logRefused(name());
            }
            return hasResult ? WasiFunction.REFUSED : 0;
        }

        @Override
        long @Nullable [] result(int status) {
            return hasResult ? RESULTS[status] : null;
        }
    }

    /** A row of the table of what toolchains import. */
    static final class Environment extends ImportedFunction {
        private final EnvironmentFunction function;
        private final long @Nullable [] result;

        Environment(HostCalls calls, EnvironmentFunction function, boolean hasResult) {
            super(calls, function.name(), true, true);
            this.function = function;
            this.result = hasResult ? new long[1] : null;
        }

        @Override
        int run(long[] arguments) {
            long value = function.call(calls().cursor(), arguments);
            if (result != null) {
                result[0] = value;
            }
            return 0;
        }

        @Override
        long @Nullable [] result(int status) {
            return result;
        }
    }
}
