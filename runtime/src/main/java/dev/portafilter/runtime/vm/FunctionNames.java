package dev.portafilter.runtime.vm;

import dev.portafilter.runtime.vm.ModuleLayout.Section;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The names of a module's functions. Keeps the bytes of the name section as they are, and looks a name up in them when a
 * guest has failed. Immutable. Source: WebAssembly core specification, name section.
 */
final class FunctionNames {
    private static final int FUNCTION_NAMES = 1;

    private final int importedCount;
    // The vector of pairs (index, name) of the subsection for functions; empty when there is none.
    private final byte[] pairs;

    private FunctionNames(int importedCount, byte[] pairs) {
        this.importedCount = importedCount;
        this.pairs = pairs;
    }

    /** The names in a module; none if its name section is missing or malformed. */
    static FunctionNames of(ModuleLayout layout) {
        Section section = layout.customSection("name");
        byte[] pairs = section == null ? new byte[0] : pairs(layout, section);
        return new FunctionNames(layout.importedFunctionCount, pairs);
    }

    private static byte[] pairs(ModuleLayout layout, Section section) {
        try {
            WasmBytes in = layout.open(section);
            while (in.hasRemaining()) {
                int id = in.u8();
                WasmBytes content = in.slice(in.u32());
                if (id == FUNCTION_NAMES) {
                    int start = content.position();
                    return Arrays.copyOfRange(layout.code, start, start + content.remaining());
                }
            }
        } catch (ModuleException e) {
            // Names are for people; a module is not worse for lacking them.
            return new byte[0];
        }
        return new byte[0];
    }

    boolean isEmpty() {
        return pairs.length == 0;
    }

    boolean isImported(int function) {
        return function < importedCount;
    }

    /** The name for people: demangled if possible, {@code function 12} when there is none. */
    String of(int function) {
        String raw = raw(function);
        return raw == null ? "function " + function : Demangler.demangle(raw);
    }

    /** The names of several functions. */
    List<String> ofAll(int[] functions) {
        List<String> all = new ArrayList<>();
        for (int function : functions) {
            all.add(of(function));
        }
        return all;
    }

    /** The name as it stands in the module, or null. */
    @Nullable String raw(int function) {
        if (isEmpty()) {
            return null;
        }
        try {
            WasmBytes in = new WasmBytes(pairs, 0, pairs.length);
            int count = in.count("names");
            for (int i = 0; i < count; i++) {
                if (in.u32() == function) {
                    return in.name();
                }
                in.skip(in.u32());
            }
        } catch (ModuleException e) {
            return null;
        }
        return null;
    }
}
