package dev.portafilter.runtime.vm;

import dev.portafilter.abi.AbiVersion;
import dev.portafilter.abi.Callback;
import dev.portafilter.abi.HostFunctions;
import dev.portafilter.abi.WasiFunctions;
import dev.portafilter.runtime.vm.ModuleLayout.Export;
import dev.portafilter.runtime.vm.ModuleLayout.Import;
import dev.portafilter.runtime.vm.ModuleLayout.Kind;
import dev.portafilter.runtime.vm.ModuleLayout.Limits;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Asks whether a module is a plugin that this host can run, and lists everything that is wrong with it at once. Looks at
 * imports, exports and limits; the code is the engine's part. Source: ABI reference, sections 1.1 to 1.3.
 */
final class ModuleCheck {
    private static final Signature ALLOCATOR_TYPE = Signature.ofI32(1, true);
    private static final Signature NOTHING = Signature.ofI32(0, false);

    private final ModuleLayout layout;
    private final List<String> problems = new ArrayList<>();
    private final Map<Callback, Export> callbacks = new EnumMap<>(Callback.class);
    private final List<Export> startFunctions = new ArrayList<>();
    private @Nullable AbiVersion abiVersion;
    private @Nullable Export allocator;

    private ModuleCheck(ModuleLayout layout) {
        this.layout = layout;
    }

    /** Checks a module; what it finds is there whether or not there are problems. */
    static ModuleCheck of(ModuleLayout layout) {
        ModuleCheck check = new ModuleCheck(layout);
        check.checkVersion();
        check.checkImports();
        check.checkLimits();
        check.checkCallbacks();
        check.checkAllocator();
        check.checkStartFunctions();
        return check;
    }

    /** What is wrong, {@code where: what (value; expected)}; empty for a good module. */
    List<String> problems() {
        return problems;
    }

    @Nullable AbiVersion abiVersion() {
        return abiVersion;
    }

    Map<Callback, Export> callbacks() {
        return callbacks;
    }

    List<Export> startFunctions() {
        return startFunctions;
    }

    @Nullable Export allocator() {
        return allocator;
    }

    /** The facts of a module without problems. */
    ModuleFacts facts() {
        Map<Export, Integer> parameterCounts = new HashMap<>();
        for (Export export : layout.exports) {
            if (export.kind() == Kind.FUNCTION) {
                parameterCounts.put(export, layout.type(export).parameters().size());
            }
        }
        return new ModuleFacts(
                Objects.requireNonNull(abiVersion),
                Objects.requireNonNull(allocator),
                List.copyOf(startFunctions),
                Map.copyOf(callbacks),
                Map.copyOf(parameterCounts),
                layout.managedTypes);
    }

    private void checkVersion() {
        String unknown = null;
        for (Export export : layout.exports) {
            if (export.kind() == Kind.FUNCTION && export.name().startsWith("proxy_abi_version_")) {
                abiVersion = AbiVersion.ofMarker(export.name());
                if (abiVersion != null) {
                    return;
                }
                unknown = export.name();
            }
        }
        problems.add("export proxy_abi_version_…: missing or unknown Proxy-Wasm ABI version ("
                + (unknown == null ? "none" : unknown) + "; expected: a function proxy_abi_version_0_1_0, _0_2_0 or"
                + " _0_2_1)");
    }

    private void checkImports() {
        for (Import declared : layout.imports) {
            String problem = problem(declared);
            if (problem != null && !problems.contains(problem)) {
                problems.add(problem);
            }
        }
    }

    /** What is wrong with an import, or null. */
    static @Nullable String problem(Import declared) {
        String where = "import " + declared.qualifiedName() + ": ";
        switch (declared.kind()) {
            case GLOBAL, TAG -> {
                return where + "a " + declared.description() + " (expected: functions, a memory, tables)";
            }
            case MEMORY, TABLE -> {
                return null;
            }
            case FUNCTION -> {
                KnownImport known = KnownImport.of(declared.module(), declared.name());
                if (known == null) {
                    return where + "unknown (type " + declared.description() + "; known: "
                            + HostFunctions.all().size() + " proxy functions in env, "
                            + WasiFunctions.all().size() + " WASI functions)";
                }
                if (!known.types().contains(declared.type())) {
                    return where + "wrong type (" + declared.description() + "; expected: "
                            + known.types().get(0) + ")";
                }
                return null;
            }
        }
        throw new IllegalStateException();
    }

    private void checkLimits() {
        if (layout.memories.size() > 1) {
            problems.add("memory: " + layout.memories.size() + " memories (expected: at most 1)");
        }
        for (Limits memory : layout.memories) {
            if (memory.minimum() > VmOptions.MAX_MEMORY_PAGES) {
                problems.add("memory: " + memory.minimum() + " pages at start (expected: at most "
                        + VmOptions.MAX_MEMORY_PAGES + ")");
            }
        }
        long elements = 0;
        for (Limits table : layout.tables) {
            elements += table.minimum();
        }
        if (elements > GuestTable.MAX_ELEMENTS) {
            problems.add(
                    "table: " + elements + " elements at start (expected: at most " + GuestTable.MAX_ELEMENTS + ")");
        }
    }

    private void checkCallbacks() {
        for (Export export : layout.exports) {
            Callback callback = Callback.of(export.name());
            if (callback == null || export.kind() != Kind.FUNCTION) {
                continue;
            }
            Signature type = layout.type(export);
            Signature expected = Signature.ofI32(callback.parameterCount(), callback.hasResult());
            Signature accepted = Signature.ofI32(type.parameters().size(), callback.hasResult());
            if (type.equals(accepted) && callback.accepts(type.parameters().size())) {
                callbacks.put(callback, export);
            } else {
                badSignature(export, type, expected);
            }
        }
    }

    private void badSignature(Export export, Signature type, Signature expected) {
        problems.add("export " + export.name() + ": bad function signature (" + type + "; expected: " + expected + ")");
    }

    private void checkAllocator() {
        Export own = layout.exportedFunction("proxy_on_memory_allocate");
        Export found = own != null ? own : layout.exportedFunction("malloc");
        if (found == null) {
            problems.add("export proxy_on_memory_allocate: missing, and malloc too (expected: one of them, "
                    + ALLOCATOR_TYPE + ")");
        } else if (layout.type(found).equals(ALLOCATOR_TYPE)) {
            allocator = found;
        } else {
            badSignature(found, layout.type(found), ALLOCATOR_TYPE);
        }
    }

    private void checkStartFunctions() {
        Export initialize = startFunction("_initialize");
        if (initialize == null) {
            Export start = startFunction("_start");
            if (start != null) {
                startFunctions.add(start);
            }
            return;
        }
        startFunctions.add(initialize);
        Export main = typed("main", Signature.ofI32(2, true));
        Export next = main != null ? main : typed("__main_void", Signature.ofI32(0, true));
        if (next != null) {
            startFunctions.add(next);
        }
    }

    private @Nullable Export startFunction(String name) {
        Export export = layout.exportedFunction(name);
        if (export != null && !layout.type(export).equals(NOTHING)) {
            badSignature(export, layout.type(export), NOTHING);
        }
        return export;
    }

    private @Nullable Export typed(String name, Signature type) {
        Export export = layout.exportedFunction(name);
        return export != null && layout.type(export).equals(type) ? export : null;
    }
}
