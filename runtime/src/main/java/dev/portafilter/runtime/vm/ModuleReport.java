package dev.portafilter.runtime.vm;

import dev.portafilter.abi.AbiVersion;
import dev.portafilter.abi.Callback;
import dev.portafilter.runtime.vm.ModuleLayout.Export;
import dev.portafilter.runtime.vm.ModuleLayout.Limits;
import dev.portafilter.runtime.vm.ModuleLayout.Section;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a module is made of, for people. Immutable.
 *
 * @param digest SHA-256 of the module's bytes, 64 hex digits
 * @param byteSize size of the module's bytes
 * @param abiVersion the version that it declares, or null
 * @param language a guess, such as {@code Rust}; {@code unknown} if there is none
 * @param sdk a guess, such as {@code proxy-wasm Rust SDK}; {@code unknown} if there is none
 * @param producers what its producers section says, {@code name version}
 * @param imports in the order of the module
 * @param exports in the order of the module
 * @param callbacks the callbacks that it has with a type that can be called
 * @param memory pages at start and at most, {@code 17..100}; null when it has no memory
 * @param table elements at start and at most of its first table; null when it has none
 * @param sectionSizes bytes of each section by name, in the order of the module
 * @param functionCount number of functions that are not imported
 * @param startFunctions what runs at the start, in order
 * @param allocator the function that gives the host memory, or null
 * @param functionNames whether failures can name functions
 * @param debugInfo whether it carries DWARF or a source map
 * @param hugeFunctions functions whose compiled method HotSpot only interprets without
 *     {@code -XX:-DontCompileHugeMethods}
 * @param interpretedFunctions functions too large to be compiled at all
 * @param problems why it cannot be loaded; empty for a good module
 */
public record ModuleReport(
        String digest,
        int byteSize,
        @Nullable AbiVersion abiVersion,
        String language,
        String sdk,
        List<String> producers,
        List<Import> imports,
        List<Item> exports,
        List<Callback> callbacks,
        @Nullable String memory,
        @Nullable String table,
        Map<String, Integer> sectionSizes,
        int functionCount,
        List<String> startFunctions,
        @Nullable String allocator,
        boolean functionNames,
        boolean debugInfo,
        List<String> hugeFunctions,
        List<String> interpretedFunctions,
        List<String> problems) {
    /**
     * Something that is imported.
     *
     * @param kind such as {@code function}
     * @param type such as {@code (i32, i32) -> i32}
     * @param problem why it cannot be given, or null
     */
    public record Import(
            String module,
            String name,
            String kind,
            String type,
            @Nullable String problem) {}

    /**
     * Something that is exported.
     *
     * @param kind such as {@code function}
     * @param type such as {@code (i32, i32) -> i32}; empty when it is no function
     */
    public record Item(String name, String kind, String type) {}

    /** Copies the collections. */
    public ModuleReport {
        producers = List.copyOf(producers);
        imports = List.copyOf(imports);
        exports = List.copyOf(exports);
        callbacks = List.copyOf(callbacks);
        sectionSizes = Collections.unmodifiableMap(new LinkedHashMap<>(sectionSizes));
        startFunctions = List.copyOf(startFunctions);
        hugeFunctions = List.copyOf(hugeFunctions);
        interpretedFunctions = List.copyOf(interpretedFunctions);
        problems = List.copyOf(problems);
    }

    /** The module in one line: {@code Rust, ABI 0.2.1, 1234567 bytes, sha256 0123456789ab…}. */
    public String summary() {
        return summary(language, abiVersion, byteSize, digest);
    }

    static String summary(String language, @Nullable AbiVersion abiVersion, int byteSize, String digest) {
        return language + ", " + (abiVersion == null ? "no ABI version" : "ABI " + abiVersion) + ", " + byteSize
                + " bytes, sha256 " + digest.substring(0, 12) + "…";
    }

    static ModuleReport of(ModuleLayout layout, String digest, ModuleCheck check, CompiledClasses classes) {
        ModuleOrigin origin = ModuleOrigin.of(layout);
        FunctionNames names = FunctionNames.of(layout);
        List<Import> imports = new ArrayList<>();
        for (ModuleLayout.Import declared : layout.imports) {
            imports.add(new Import(
                    declared.module(),
                    declared.name(),
                    declared.kind().text(),
                    declared.description(),
                    ModuleCheck.problem(declared)));
        }
        List<Item> exports = new ArrayList<>();
        for (Export export : layout.exports) {
            boolean function = export.kind() == ModuleLayout.Kind.FUNCTION;
            exports.add(new Item(
                    export.name(),
                    export.kind().text(),
                    function ? layout.type(export).toString() : ""));
        }
        Export allocator = check.allocator();
        return new ModuleReport(
                digest,
                layout.code.length,
                check.abiVersion(),
                origin.language(),
                origin.sdk(),
                origin.producers(),
                imports,
                exports,
                List.copyOf(check.callbacks().keySet()),
                first(layout.memories),
                first(layout.tables),
                layout.sectionSizes(),
                layout.bodies.length / 2,
                check.startFunctions().stream().map(Export::name).toList(),
                allocator == null ? null : allocator.name(),
                !names.isEmpty(),
                hasDebugInfo(layout),
                names.ofAll(classes.huge()),
                names.ofAll(classes.interpreted()),
                check.problems());
    }

    private static @Nullable String first(List<Limits> limits) {
        return limits.isEmpty() ? null : limits.get(0).toString();
    }

    private static boolean hasDebugInfo(ModuleLayout layout) {
        for (Section section : layout.sections) {
            String name = section.name();
            if (name != null
                    && (name.startsWith(".debug_")
                            || Arrays.asList("external_debug_info", "sourceMappingURL")
                                    .contains(name))) {
                return true;
            }
        }
        return false;
    }
}
