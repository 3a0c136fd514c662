package dev.portafilter.runtime.vm;

import com.dylibso.chicory.runtime.ImportFunction;
import com.dylibso.chicory.runtime.ImportMemory;
import com.dylibso.chicory.runtime.ImportTable;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.ExternalType;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.Import;
import com.dylibso.chicory.wasm.types.MemoryImport;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableImport;
import com.dylibso.chicory.wasm.types.Value;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/** Makes the instance of one VM: exactly what the module imports, with the types that it declares. */
final class Linker {
    private final MachineCode code;
    private final VmOptions options;
    private final HostCalls calls;

    Linker(MachineCode code, VmOptions options, HostCalls calls) {
        this.code = code;
        this.options = options;
        this.calls = calls;
    }

    /** Links without running anything of the guest: {@link Instance#initialize} is left to the caller. */
    Instance link() {
        Instance.Builder builder = Instance.builder(code.module())
                .withImportValues(imports())
                .withMemoryFactory(this::memory)
                .withTableFactory(GuestTable::new)
                .withMachineFactory(code.machines())
                .withInitialize(false)
                .withStart(false);
        if (code.interprets()) {
            // Some loops of the engine's interpreter never look whether they shall end.
            builder.withUnsafeExecutionListener(new InterruptionCheck());
        }
        return builder.build();
    }

    private GuestMemory memory(MemoryLimits limits) {
        return new GuestMemory(limits, options.memoryPages());
    }

    private ImportValues imports() {
        ImportValues.Builder values = ImportValues.builder();
        WasmModule module = code.module();
        Set<String> bound = new HashSet<>();
        for (int i = 0; i < module.importSection().importCount(); i++) {
            Import declared = module.importSection().getImport(i);
            if (declared.importType() == ExternalType.FUNCTION) {
                FunctionType type = module.typeSection().getType(((FunctionImport) declared).typeIndex());
                // The engine gives the same value to every import of the same name and type.
                if (bound.add(declared.module() + "." + declared.name() + type)) {
                    values.addFunction(function(declared, type));
                }
            } else if (declared instanceof MemoryImport memory) {
                values.addMemory(new ImportMemory(declared.module(), declared.name(), memory(memory.limits())));
            } else if (declared instanceof TableImport table) {
                values.addTable(new ImportTable(
                        declared.module(),
                        declared.name(),
                        new GuestTable(new Table(table.entryType(), table.limits()), Value.REF_NULL_VALUE)));
            }
        }
        return values.build();
    }

    private ImportFunction function(Import declared, FunctionType type) {
        KnownImport known = Objects.requireNonNull(
                KnownImport.of(declared.module(), declared.name()), "the check at load refuses unknown imports");
        boolean allowed = !known.refusable() || options.allows(known.name());
        return new ImportFunction(
                declared.module(),
                declared.name(),
                type,
                known.bind(calls, allowed, !type.returns().isEmpty()));
    }
}
