package dev.portafilter.runtime.vm;

import com.dylibso.chicory.runtime.ExportFunction;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.WasmException;
import com.dylibso.chicory.wasm.ChicoryException;
import dev.portafilter.abi.Callback;
import dev.portafilter.abi.EffectiveContext;
import dev.portafilter.abi.Guest;
import dev.portafilter.abi.GuestExit;
import dev.portafilter.abi.Host;
import dev.portafilter.abi.HostCall;
import dev.portafilter.runtime.vm.ModuleLayout.Export;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance of a module: a guest with its memory, and the only way into it. Confined: one thread at a time, handed over
 * with a happens-before edge; never entered again while a callback runs, except by the guest's allocator from within a
 * host call.
 *
 * <p>Once a callback has failed, for whatever reason, the VM has {@linkplain #failed() failed} for good.
 *
 * <p>A deadline is kept by interrupting the thread that runs the guest, so host functions must not do I/O on channels
 * that an interrupt closes. The interrupt flag of the thread is set aside while the guest runs and put back afterwards;
 * only an interrupt by others that comes <em>during</em> a run ends the guest as well.
 */
public final class Vm implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Vm.class);
    private static final byte[] NO_MEMORY = new byte[0];
    private static final int START = -1;
    private static final Callback[] CALLBACKS = Callback.values();

    private final VmModule module;
    private final VmOptions options;
    private final Watchdog watchdog;
    private final GuestRun run = new GuestRun();
    private final HostCall hostCall;
    private final HostCalls hostCalls;
    private final Instance instance;
    private final @Nullable GuestMemory memory;
    private final GuestFunction allocator;
    // By ordinal; null when the guest lacks the callback or may not have it.
    private final @Nullable GuestFunction[] callbacks = new @Nullable GuestFunction[CALLBACKS.length];

    private @Nullable GuestFailure failure;
    // What runs, for errors: the callback, or a step of the start.
    private int running = START;
    private String startStep = "start";

    private Vm(VmModule module, VmOptions options, Host host, EffectiveContext vmContext, Watchdog watchdog) {
        this.module = module;
        this.options = options;
        this.watchdog = watchdog;
        this.hostCall = new HostCall(new View(), host, vmContext);
        this.hostCalls = new HostCalls(hostCall);
        try {
            this.instance = new Linker(module.code(), options, hostCalls).link();
            this.memory = (GuestMemory) instance.memory();
        } catch (RuntimeException | OutOfMemoryError e) {
            throw failed(null, e, false, options.startDeadlineMillis());
        }
        this.allocator = function(module.allocator(), false);
        for (Callback callback : CALLBACKS) {
            Export export = module.callback(callback);
            if (export != null && options.allows(callback.exportName())) {
                callbacks[callback.ordinal()] = function(export, true);
            }
        }
    }

    /** Links a module and runs its start. */
    static Vm start(VmModule module, VmOptions options, Host host, EffectiveContext vmContext, Watchdog watchdog) {
        Vm vm = new Vm(module, options, host, vmContext, watchdog);
        watchdog.add(vm.run);
        watchdog.limit(vm.run, options.startDeadlineMillis());
        try {
            vm.runStart();
        } catch (GuestFailure e) {
            watchdog.remove(vm.run);
            throw e;
        }
        watchdog.limit(vm.run, options.deadlineMillis());
        return vm;
    }

    private GuestFunction function(Export export, boolean outermost) {
        ExportFunction collecting = outermost && module.managedTypes() ? instance.export(export.name()) : null;
        return new GuestFunction(instance.getMachine(), export.index(), module.parameterCount(export), collecting);
    }

    /** Whether the guest has the callback and the plugin's capabilities allow it. */
    public boolean exports(Callback callback) {
        return callbacks[callback.ordinal()] != null;
    }

    /** Calls a callback of one parameter. See {@link #call(Callback, EffectiveContext, int, int, int, int, int)}. */
    public int call(Callback callback, EffectiveContext context, int a0) {
        return call(callback, context, a0, 0, 0, 0, 0);
    }

    /** Calls a callback of two parameters. See {@link #call(Callback, EffectiveContext, int, int, int, int, int)}. */
    public int call(Callback callback, EffectiveContext context, int a0, int a1) {
        return call(callback, context, a0, a1, 0, 0, 0);
    }

    /**
     * Calls a callback of three parameters, or its older form of two without the last. See
     * {@link #call(Callback, EffectiveContext, int, int, int, int, int)}.
     */
    public int call(Callback callback, EffectiveContext context, int a0, int a1, int a2) {
        return call(callback, context, a0, a1, a2, 0, 0);
    }

    /**
     * Calls a callback. Arguments beyond the guest's parameters are left out.
     *
     * @param context whose callback it is; host calls work on it
     * @return the callback's result, or its {@linkplain Callback#defaultResult() default} when the guest lacks it
     * @throws GuestFailure when the guest fails in it, or the VM had failed before
     */
    public int call(Callback callback, EffectiveContext context, int a0, int a1, int a2, int a3, int a4) {
        if (failure != null) {
            throw failure;
        }
        GuestFunction function = callbacks[callback.ordinal()];
        if (function == null) {
            return callback.defaultResult();
        }
        long[] arguments = function.arguments;
        int count = arguments.length;
        arguments[0] = a0;
        if (count > 1) {
            arguments[1] = a1;
        }
        if (count > 2) {
            arguments[2] = a2;
        }
        if (count > 3) {
            arguments[3] = a3;
            arguments[4] = a4;
        }
        running = callback.ordinal();
        hostCall.enter(context.id());
        int result = run(function);
        hostCall.leave();
        return result;
    }

    @SuppressWarnings("CatchAndPrintStackTrace")
    private int run(GuestFunction function) {
        boolean interruptedBefore = Thread.interrupted();
        int result = 0;
        Throwable thrown = null;
        run.begin();
        try {
            result = function.call();
        } catch (Throwable e) {
            thrown = e;
        }
        boolean expired = run.end();
        if (interruptedBefore) {
            Thread.currentThread().interrupt();
        }
        if (thrown != null || expired) {
            throw failed(thrown, expired, options.deadlineMillis());
        }
        return result;
    }

    /** The start section, then the start functions. Source: ABI reference, section 2.2. */
    private void runStart() {
        boolean interruptedBefore = Thread.interrupted();
        Throwable thrown = null;
        run.begin();
        try {
            startStep = "start section";
            hostCalls.phase = HostCalls.START_SECTION;
            instance.initialize(false);
            hostCalls.phase = HostCalls.STARTING;
            for (Export function : module.startFunctions()) {
                startStep = function.name();
                function(function, false).call();
            }
        } catch (Throwable e) {
            boolean completed = e instanceof GuestExit exit && exit.code() == 0;
            thrown = completed ? null : e;
        }
        hostCalls.phase = HostCalls.RUNNING;
        boolean expired = run.end();
        if (interruptedBefore) {
            Thread.currentThread().interrupt();
        }
        if (thrown != null || expired) {
            throw failed(thrown, expired, options.startDeadlineMillis());
        }
    }

    private GuestFailure failed(@Nullable Throwable thrown, boolean expired, long limitMillis) {
        return failed(instance, thrown, expired, limitMillis);
    }

    private GuestFailure failed(
            @Nullable Instance linked, @Nullable Throwable thrown, boolean expired, long limitMillis) {
        FailureCause cause = FailureCause.of(thrown, expired, limitMillis);
        String callback = running == START ? startStep : CALLBACKS[running].exportName();
        int contextId = hostCall.currentId();
        var functions =
                linked == null ? List.<String>of() : Backtrace.of(cause.trace(), linked.getMachine(), module.names());
        String where = "vm \"" + options.name() + "\" " + callback + "(" + contextId + "): ";
        String in = functions.isEmpty() ? "" : " (in " + functions.get(0) + ")";
        GuestFailure failed = new GuestFailure(
                cause.kind(),
                where + cause.text() + in,
                callback,
                contextId,
                functions,
                hostCalls.recent(),
                cause.cause());
        failure = failed;
        hostCall.leave();
        watchdog.remove(run);
        return failed;
    }

    /** Whether the VM has failed and runs nothing any more. */
    public boolean failed() {
        return failure != null;
    }

    /** Why the VM has failed, or null. */
    public @Nullable GuestFailure failure() {
        return failure;
    }

    /** The size of the guest's memory in bytes. */
    public int memorySize() {
        return memory == null ? 0 : memory.bytes().length;
    }

    /** Ends the VM without telling the guest. Nothing may be called afterwards. May be called again. */
    @Override
    public void close() {
        watchdog.remove(run);
        LOG.debug("vm \"{}\" closed", options.name());
    }

    /** What host functions see of this guest. */
    private final class View implements Guest {
        @Override
        public byte[] memory() {
            GuestMemory present = memory;
            return present == null ? NO_MEMORY : present.bytes();
        }

        @Override
        public int allocate(int size) {
            int outerPhase = hostCalls.phase;
            hostCalls.phase = HostCalls.ALLOCATING;
            allocator.arguments[0] = size;
            try {
                return allocator.call();
            } catch (GuestStop | ChicoryException | GuestExit e) {
                throw e;
            } catch (WasmException e) {
                // As it is, the guest could catch it in the frame that made the host call.
                throw new GuestStop(GuestFailure.Kind.TRAP, "uncaught exception in the allocator");
            } catch (RuntimeException e) {
                throw new GuestStop(
                        GuestFailure.Kind.TRAP, Objects.toString(e.getMessage(), "trap") + " in the allocator", e);
            } finally {
                hostCalls.phase = outerPhase;
            }
        }
    }
}
