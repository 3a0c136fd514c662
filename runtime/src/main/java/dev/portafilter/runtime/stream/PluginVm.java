package dev.portafilter.runtime.stream;

import dev.portafilter.abi.AbiVersion;
import dev.portafilter.abi.Callback;
import dev.portafilter.abi.EffectiveContext;
import dev.portafilter.abi.ForeignFunction;
import dev.portafilter.abi.Host;
import dev.portafilter.abi.LogLevel;
import dev.portafilter.abi.Metrics;
import dev.portafilter.abi.SharedData;
import dev.portafilter.abi.SharedQueues;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.Cancellable;
import dev.portafilter.runtime.service.HostServices;
import dev.portafilter.runtime.service.LogLimiter;
import dev.portafilter.runtime.service.QueueReceiver;
import dev.portafilter.runtime.vm.GuestFailure;
import dev.portafilter.runtime.vm.Vm;
import dev.portafilter.runtime.vm.VmModule;
import dev.portafilter.runtime.vm.VmOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A VM on a worker with everything that belongs to it: its contexts, its calls in flight, its share of the stores. All
 * guest calls of the machine go through {@link #call}. When the guest fails, this object is done: a new VM is a new
 * object. Worker thread only, but for {@link #queueReady}.
 */
final class PluginVm implements Host, QueueReceiver {
    private static final Logger LOG = LoggerFactory.getLogger(PluginVm.class);

    /** Most queue notices that wait for the VM's worker: a plugin may put in and take out in one callback without end. */
    static final int MAX_NOTICES = 1_000_000;

    private final Worker worker;
    private final PluginSpec spec;
    private final VmModule module;
    private final String key;
    private final HostServices services;
    private final BytesView vmConfiguration;
    private final VmContext vmContext;
    private final ContextTable contexts = new ContextTable();
    private final List<String> environment = new ArrayList<>();
    private final PluginHttpCalls httpCalls;
    private final PluginGrpcCalls grpcCalls;
    private final LogLimiter startLog;
    private final SharedData sharedData;
    private final SharedQueues sharedQueues;
    private final Metrics metrics;
    private final long startedNanos;
    private final AtomicInteger noticesDue = new AtomicInteger();
    private final AtomicBoolean noticeDropped = new AtomicBoolean();

    private @Nullable Vm vm;
    private @Nullable Cancellable registration;
    private @Nullable GuestFailure failure;
    private boolean failed;
    private boolean released;
    private int lastId;
    private int plugins;

    PluginVm(Worker worker, PluginSpec spec, VmModule module, String key) {
        this.worker = worker;
        this.key = key;
        this.spec = spec;
        this.module = module;
        this.services = worker.services();
        this.vmConfiguration = new BytesView(spec.vmConfiguration());
        this.vmContext = new VmContext(this);
        this.httpCalls = new PluginHttpCalls(worker, spec.limits().httpCalls());
        this.grpcCalls = new PluginGrpcCalls(worker, spec.limits());
        this.startLog = worker.log(spec);
        spec.environment().forEach((name, value) -> environment.add(name + "=" + value));
        this.sharedData = services.sharedData().open(spec.vmId());
        SharedQueues queues = services.sharedQueues().open(spec.vmId(), this);
        this.sharedQueues = worker.onTrial() ? Trial.withoutTakingOver(queues) : queues;
        this.metrics = services.metrics().open();
        this.startedNanos = services.clock().monotonicNanos();
    }

    /** Makes the wasm instance and runs its start-up functions; afterwards it runs or has {@link #failed}. */
    void start() {
        try {
            vm = module.instantiate(
                    new VmOptions(
                            spec.qualifiedName(),
                            spec.limits().memoryPages(),
                            spec.limits().deadlineMillis(),
                            spec.limits().startDeadlineMillis(),
                            spec.allowedCapabilities()),
                    this,
                    vmContext);
        } catch (GuestFailure startFailure) {
            fail(startFailure);
        }
    }

    /** Takes what is to be cancelled when the VM is released. */
    void registered(Cancellable handle) {
        registration = handle;
    }

    Worker worker() {
        return worker;
    }

    String name() {
        return spec.qualifiedName();
    }

    BytesView vmConfiguration() {
        return vmConfiguration;
    }

    /** Where lines go that no plugin's context writes. */
    LogLimiter startLog() {
        return startLog;
    }

    PluginHttpCalls httpCalls() {
        return httpCalls;
    }

    PluginGrpcCalls grpcCalls() {
        return grpcCalls;
    }

    long startedNanos() {
        return startedNanos;
    }

    int memorySize() {
        return vm == null || failed ? 0 : vm.memorySize();
    }

    int contextCount() {
        return contexts.count();
    }

    boolean failed() {
        return failed;
    }

    /** Why it failed, in one line. */
    String failureText() {
        return failure == null ? "the VM has not failed" : String.valueOf(failure.getMessage());
    }

    boolean exports(Callback callback) {
        return vm != null && vm.exports(callback);
    }

    /** The id for a new context: the next number that no live context has. */
    int nextId() {
        do {
            lastId++;
        } while (lastId == 0 || contexts.get(lastId) != null);
        return lastId;
    }

    void remember(GuestContext context) {
        contexts.put(context);
    }

    void forget(GuestContext context) {
        contexts.remove(context.id());
    }

    void remember(PluginContext plugin) {
        plugins++;
        contexts.put(plugin);
    }

    void forget(PluginContext plugin) {
        plugins--;
        contexts.remove(plugin.id());
    }

    /** Whether a plugin still lives in it. */
    boolean hasPlugins() {
        return plugins > 0;
    }

    /** Ends what streams have to do with a plugin. */
    void cutOff(PluginContext plugin) {
        for (GuestContext context : contexts.all()) {
            if (context instanceof ChildContext child && child.plugin == plugin) {
                child.cutOff();
            }
        }
    }

    /** What distinguishes it from other VMs of the worker. */
    String key() {
        return key;
    }

    int call(GuestContext context, Callback callback, int a0) {
        return call(context, callback, a0, 0, 0, 0, 0);
    }

    int call(GuestContext context, Callback callback, int a0, int a1) {
        return call(context, callback, a0, a1, 0, 0, 0);
    }

    int call(GuestContext context, Callback callback, int a0, int a1, int a2) {
        return call(context, callback, a0, a1, a2, 0, 0);
    }

    /**
     * Calls the guest.
     *
     * @return its result, the callback's default when the guest lacks it, or 0 when the VM has failed, now or before
     */
    int call(GuestContext context, Callback callback, int a0, int a1, int a2, int a3, int a4) {
        Vm running = vm;
        if (failed || running == null) {
            return 0;
        }
        try {
            return running.call(callback, context, a0, a1, a2, a3, a4);
        } catch (GuestFailure trap) {
            fail(trap);
            return 0;
        }
    }

    /** Gives everything back; no call into the guest comes afterwards. */
    void release() {
        if (released) {
            return;
        }
        released = true;
        httpCalls.cancelAll();
        grpcCalls.cancelAll();
        for (GuestContext context : contexts.all()) {
            if (context instanceof PluginContext plugin) {
                plugin.vmReleased();
            }
        }
        contexts.clear();
        if (vm != null) {
            vm.close();
        }
        if (registration != null) {
            registration.cancel();
        }
        worker.vmReleased(this);
        services.sharedQueues().release(spec.vmId(), this);
        services.sharedData().release(spec.vmId());
    }

    private void fail(GuestFailure trap) {
        failure = trap;
        failed = true;
        LOG.error("{}", trap.report());
        worker.vmFailed(this);
        httpCalls.cancelAll();
        grpcCalls.cancelAll();
        // Streams that wait at this VM must not wait for ever; they are told once the running guest call is over.
        GuestContext[] waiting = contexts.all();
        worker.afterCall(() -> {
            for (GuestContext context : waiting) {
                context.vmFailed();
            }
            release();
        });
    }

    /** Called on the thread of whoever put an item into a queue; once for each item. */
    @Override
    public void queueReady(int rootContextId, int token) {
        if (noticesDue.incrementAndGet() > MAX_NOTICES) {
            noticesDue.decrementAndGet();
            if (noticeDropped.compareAndSet(false, true)) {
                LOG.warn("plugin {}: {} queue notices wait, more are dropped (told once)", name(), MAX_NOTICES);
            }
            return;
        }
        try {
            worker.execute(() -> {
                noticesDue.decrementAndGet();
                if (contexts.get(rootContextId) instanceof PluginContext root) {
                    root.queueReady(token);
                }
            });
        } catch (RejectedExecutionException e) {
            // The receiver's thread has ended meanwhile, which is no business of whoever put the item in.
            LOG.debug("plugin {}: its thread ended before a queue notice ({})", name(), e.toString());
        }
    }

    @Override
    public @Nullable EffectiveContext context(int id) {
        return id == 0 ? vmContext : contexts.get(id);
    }

    @Override
    public boolean logs(LogLevel level) {
        return services.log().enabled(level, name());
    }

    @Override
    public void log(LogLevel level, EffectiveContext context, String message) {
        logOf(context).log(level, context.id(), message);
    }

    @Override
    public void warn(EffectiveContext context, String message) {
        logOf(context).warn(context.id(), message);
    }

    private LogLimiter logOf(EffectiveContext context) {
        return context instanceof GuestContext known ? known.pluginLog() : startLog;
    }

    @Override
    public int logLevel() {
        for (LogLevel level : LogLevel.values()) {
            if (services.log().enabled(level, name())) {
                return level.ordinal();
            }
        }
        return LogLevel.values().length;
    }

    @Override
    public long currentTimeNanos() {
        return services.clock().wallNanos();
    }

    @Override
    public long monotonicTimeNanos() {
        return services.clock().monotonicNanos();
    }

    @Override
    public void random(byte[] bytes, int offset, int length) {
        byte[] random = new byte[length];
        services.random().nextBytes(random);
        System.arraycopy(random, 0, bytes, offset, length);
    }

    @Override
    public List<String> environment() {
        return environment;
    }

    @Override
    public SharedData sharedData() {
        return sharedData;
    }

    @Override
    public SharedQueues sharedQueues() {
        return sharedQueues;
    }

    @Override
    public Metrics metrics() {
        return metrics;
    }

    @Override
    public @Nullable ForeignFunction foreignFunction(String name) {
        return services.foreignFunctions().get(name);
    }

    @Override
    public AbiVersion abiVersion() {
        return module.abiVersion();
    }
}
