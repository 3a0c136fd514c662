package dev.portafilter.runtime.vm;

import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads modules: reads them, checks that they are plugins, compiles them to classes of the JVM. Equal bytes are compiled
 * once as long as a module made of them is in use. Thread-safe; one per process is enough.
 *
 * <p>It owns the thread that keeps deadlines, so it is closed last, after the VMs.
 */
public final class Engine implements AutoCloseable {
    /** The largest module that is looked at, in bytes; real plugins have up to 20 MB. */
    public static final int MAX_MODULE_SIZE = 256 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
    private static final long WARN_AFTER_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final EngineOptions options;
    private final @Nullable CodeCache cache;
    private final Watchdog watchdog = new Watchdog();
    // By digest. A slot is locked while its module is made, so that others who want it wait for it.
    private final Map<String, Slot> slots = new HashMap<>();
    private boolean closed;

    private static final class Slot {
        private WeakReference<@Nullable VmModule> module = new WeakReference<>(null);
        // Loads under way. Guarded by the map.
        private int users;

        boolean isUnused() {
            return users == 0 && module.get() == null;
        }
    }

    private Engine(EngineOptions options) {
        this.options = options;
        Path directory = options.cacheDirectory();
        this.cache = directory == null ? null : new CodeCache(directory);
    }

    /** Starts an engine. */
    public static Engine create(EngineOptions options) {
        return new Engine(options);
    }

    /**
     * Loads a module, or gives the one that was made of the same bytes and is still in use.
     *
     * @param code the module's bytes; not kept
     * @throws ModuleException when the module is malformed, is no plugin, or needs what no host gives
     */
    public VmModule load(byte[] code) throws ModuleException {
        checkSize(code);
        String digest = Digests.hex(code);
        Slot slot = borrow(digest);
        try {
            synchronized (slot) {
                VmModule module = slot.module.get();
                if (module == null) {
                    module = make(code, digest);
                    slot.module = new WeakReference<>(module);
                }
                return module;
            }
        } finally {
            giveBack(slot);
        }
    }

    private Slot borrow(String digest) {
        synchronized (slots) {
            if (closed) {
                throw new IllegalStateException("engine: closed");
            }
            Slot slot = slots.computeIfAbsent(digest, key -> new Slot());
            slot.users++;
            return slot;
        }
    }

    private void giveBack(Slot slot) {
        synchronized (slots) {
            slot.users--;
            slots.values().removeIf(Slot::isUnused);
        }
    }

    private VmModule make(byte[] code, String digest) throws ModuleException {
        ModuleLayout layout = ModuleLayout.read(code);
        ModuleCheck check = ModuleCheck.of(layout);
        if (!check.problems().isEmpty()) {
            throw new ModuleException(describe(layout, digest, check));
        }
        long start = System.nanoTime();
        MachineCode machineCode =
                options.interpreter() ? MachineCode.interpreted(layout) : MachineCode.compiled(layout, digest, cache);
        ModuleReport report = ModuleReport.of(layout, digest, check, machineCode.classes());
        warn(report);
        LOG.debug("module {} loaded in {} ms", report.summary(), (System.nanoTime() - start) / 1_000_000);
        return new VmModule(digest, machineCode, report, check.facts(), FunctionNames.of(layout), watchdog);
    }

    private static String describe(ModuleLayout layout, String digest, ModuleCheck check) {
        StringBuilder text = new StringBuilder("module: ")
                .append(check.problems().size())
                .append(check.problems().size() == 1 ? " problem (" : " problems (")
                .append(ModuleReport.summary(
                        ModuleOrigin.of(layout).language(), check.abiVersion(), layout.code.length, digest))
                .append(')');
        for (String problem : check.problems()) {
            text.append("\n  ").append(problem);
        }
        return text.toString();
    }

    private static void warn(ModuleReport report) {
        if (!report.interpretedFunctions().isEmpty()) {
            LOG.warn(
                    "module {}: {} functions are too large to be compiled and will be slow: {}",
                    report.summary(),
                    report.interpretedFunctions().size(),
                    report.interpretedFunctions());
        }
        if (!report.hugeFunctions().isEmpty()) {
            // Asking the JVM takes longer than loading a small module from the cache, and the answer changes nothing:
            // it waits until whoever starts has started.
            Thread asking = new Thread(() -> warnOfHugeFunctions(report), "portafilter-jvm-flags");
            asking.setDaemon(true);
            asking.start();
        }
    }

    private static void warnOfHugeFunctions(ModuleReport report) {
        LockSupport.parkNanos(WARN_AFTER_NANOS);
        if (!JvmFlags.compilesHugeMethods()) {
            LOG.warn(
                    "module {}: {} functions are only interpreted by this JVM; start it with -XX:-DontCompileHugeMethods",
                    report.summary(),
                    report.hugeFunctions().size());
        }
    }

    /**
     * Describes a module, whether it can be loaded or not. Compiles it to find its large functions, which takes as long
     * as loading it.
     *
     * @throws ModuleException when it is no wasm at all
     */
    public static ModuleReport inspect(byte[] code) throws ModuleException {
        checkSize(code);
        String digest = Digests.hex(code);
        ModuleLayout layout = ModuleLayout.read(code);
        ModuleCheck check = ModuleCheck.of(layout);
        CompiledClasses classes = CompiledClasses.NONE;
        try {
            classes = MachineCode.compiled(layout, digest, null).classes();
        } catch (ModuleException e) {
            check.problems().add(String.valueOf(e.getMessage()));
        }
        return ModuleReport.of(layout, digest, check, classes);
    }

    private static void checkSize(byte[] code) throws ModuleException {
        if (code.length > MAX_MODULE_SIZE) {
            throw new ModuleException("module: " + code.length + " bytes (expected: at most " + MAX_MODULE_SIZE + ")");
        }
    }

    /** Stops the thread that keeps deadlines. VMs that are still there run without them. */
    @Override
    public void close() {
        synchronized (slots) {
            closed = true;
            slots.clear();
        }
        watchdog.close();
    }
}
