package dev.portafilter.runtime.vm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where things are in the bytes of a module: everything but the code inside the functions. Reading it takes
 * milliseconds, and it checks every count and size, so that the engine's own parser, which allocates what a module
 * announces, only sees modules that keep their word.
 */
final class ModuleLayout {
    /** What can be imported and exported; the ordinal is the number in the binary format. */
    enum Kind {
        FUNCTION,
        TABLE,
        MEMORY,
        GLOBAL,
        TAG;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A section; {@code start} is its id byte, and for a custom section {@code name} is set and ends at content. */
    record Section(
            int id,
            int start,
            int content,
            int end,
            @Nullable String name) {
        int size() {
            return end - content;
        }
    }

    /** An import; {@code type} is there for functions, {@code description} for everything. */
    record Import(
            String module, String name, Kind kind, @Nullable Signature type, String description) {
        String qualifiedName() {
            return module + "." + name;
        }
    }

    /** An export. */
    record Export(String name, Kind kind, int index) {}

    /** Bounds of a memory in pages or of a table in elements; {@code maximum} is -1 for none. */
    record Limits(long minimum, long maximum, boolean shared) {
        @Override
        public String toString() {
            return minimum + ".." + (maximum < 0 ? "" : maximum);
        }
    }

    final byte[] code;
    final List<Section> sections = new ArrayList<>();
    /** By type index; null stands for a type that is no function. */
    final List<@Nullable Signature> types = new ArrayList<>();

    final List<Import> imports = new ArrayList<>();
    /** In the order of the bytes. */
    final List<Export> exports = new ArrayList<>();
    /** Type of each function, imported ones first. */
    final List<Signature> functions = new ArrayList<>();

    final List<Limits> memories = new ArrayList<>();
    final List<Limits> tables = new ArrayList<>();
    /** Pairs: where the body of a function that is not imported begins and ends, without its size. */
    int[] bodies = new int[0];

    int importedFunctionCount;
    /** The function of the start section, or -1. */
    int startFunction = -1;
    /** Whether the module has types that need the engine's garbage collection. */
    boolean managedTypes;

    ModuleLayout(byte[] code) {
        this.code = code;
    }

    /** Reads and checks the layout. */
    static ModuleLayout read(byte[] code) throws ModuleException {
        return new LayoutReader(code).read();
    }

    int functionCount() {
        return functions.size();
    }

    /** The exported function of a name, or null. */
    @Nullable Export exportedFunction(String name) {
        for (Export export : exports) {
            if (export.kind() == Kind.FUNCTION && export.name().equals(name)) {
                return export;
            }
        }
        return null;
    }

    /** The type of an exported function. */
    Signature type(Export export) {
        return functions.get(export.index());
    }

    /** The custom section of a name (the last, if there are several), or null. */
    @Nullable Section customSection(String name) {
        Section found = null;
        for (Section section : sections) {
            if (name.equals(section.name())) {
                found = section;
            }
        }
        return found;
    }

    /** The bytes of a section. */
    WasmBytes open(Section section) {
        return new WasmBytes(code, section.content(), section.end());
    }

    /** Sizes of the sections in bytes by name, in the order of the module. */
    Map<String, Integer> sectionSizes() {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        for (Section section : sections) {
            String name = section.name() == null ? LayoutReader.sectionName(section.id()) : section.name();
            sizes.merge(name, section.size(), Integer::sum);
        }
        return sizes;
    }
}
