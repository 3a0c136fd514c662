package dev.portafilter.runtime.vm;

import dev.portafilter.abi.AbiVersion;
import dev.portafilter.abi.Callback;
import dev.portafilter.abi.EffectiveContext;
import dev.portafilter.abi.Host;
import dev.portafilter.runtime.vm.ModuleLayout.Export;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A module that is loaded and compiled and can be instantiated any number of times. Immutable and thread-safe; its code
 * stays in memory as long as this object or a {@link Vm} of it is in use.
 */
public final class VmModule {
    private final String digest;
    private final MachineCode code;
    private final ModuleReport report;
    private final ModuleFacts facts;
    private final FunctionNames names;
    private final Watchdog watchdog;

    VmModule(
            String digest,
            MachineCode code,
            ModuleReport report,
            ModuleFacts facts,
            FunctionNames names,
            Watchdog watchdog) {
        this.digest = digest;
        this.code = code;
        this.report = report;
        this.facts = facts;
        this.names = names;
        this.watchdog = watchdog;
    }

    /** SHA-256 of the module's bytes, 64 hex digits. */
    public String digest() {
        return digest;
    }

    /** The size of the module's bytes. */
    public int byteSize() {
        return report.byteSize();
    }

    /** The version that the module declares. */
    public AbiVersion abiVersion() {
        return facts.abiVersion();
    }

    /** Whether the module has the callback. */
    public boolean exports(Callback callback) {
        return callback(callback) != null;
    }

    /** What the module is made of. */
    public ModuleReport report() {
        return report;
    }

    /**
     * Makes an instance and runs its start: start section, {@code _initialize} and {@code main}, or {@code _start}.
     *
     * @param host what belongs to the VM; called on the current thread already
     * @param vmContext the context of the VM itself, id 0
     * @throws GuestFailure when the start fails
     */
    public Vm instantiate(VmOptions options, Host host, EffectiveContext vmContext) {
        return Vm.start(this, options, host, vmContext, watchdog);
    }

    MachineCode code() {
        return code;
    }

    FunctionNames names() {
        return names;
    }

    Export allocator() {
        return facts.allocator();
    }

    List<Export> startFunctions() {
        return facts.startFunctions();
    }

    boolean managedTypes() {
        return facts.managedTypes();
    }

    @Nullable Export callback(Callback callback) {
        return facts.callbacks().get(callback);
    }

    int parameterCount(Export export) {
        return facts.parameterCounts().getOrDefault(export, 0);
    }

    @Override
    public String toString() {
        return "module " + digest.substring(0, 12) + " (" + report.summary() + ")";
    }
}
