package dev.portafilter.runtime.vm;

import dev.portafilter.runtime.vm.ModuleLayout.Export;
import dev.portafilter.runtime.vm.ModuleLayout.Import;
import dev.portafilter.runtime.vm.ModuleLayout.Kind;
import dev.portafilter.runtime.vm.ModuleLayout.Limits;
import dev.portafilter.runtime.vm.ModuleLayout.Section;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a {@link ModuleLayout}. Source: WebAssembly core specification, binary format. */
final class LayoutReader {
    static final int CUSTOM = 0;
    static final int TYPE = 1;
    static final int IMPORT = 2;
    static final int FUNCTION = 3;
    static final int TABLE = 4;
    static final int MEMORY = 5;
    static final int GLOBAL = 6;
    static final int EXPORT = 7;
    static final int START = 8;
    static final int ELEMENT = 9;
    static final int CODE = 10;
    static final int DATA = 11;
    static final int DATA_COUNT = 12;
    static final int TAG = 13;

    private static final List<String> SECTION_NAMES = List.of(
            "custom",
            "type",
            "import",
            "function",
            "table",
            "memory",
            "global",
            "export",
            "start",
            "element",
            "code",
            "data",
            "data count",
            "tag");
    // Far more than plugins have. The engine takes quadratic time in imports, and looks at every function for each
    // type.
    private static final int MAX_IMPORTS = 1000;
    private static final int MAX_TYPES = 10_000;
    private static final int MAX_FUNCTIONS = 200_000;
    private static final int MAX_EXPORTS = 100_000;
    private static final int MAX_ELEMENTS = 1_000_000;
    private static final int MAX_PARAMETERS = 1000;
    private static final int MAX_LOCALS = 50_000;

    private final byte[] code;
    private final ModuleLayout layout;
    private final List<Integer> declaredTypes = new ArrayList<>();

    LayoutReader(byte[] code) {
        this.code = code;
        this.layout = new ModuleLayout(code);
    }

    static String sectionName(int id) {
        return id < SECTION_NAMES.size() ? SECTION_NAMES.get(id) : "section " + id;
    }

    ModuleLayout read() throws ModuleException {
        if (code.length < 8 || code[0] != 0 || code[1] != 'a' || code[2] != 's' || code[3] != 'm') {
            throw new ModuleException(
                    "module: no wasm module (" + code.length + " bytes; expected: to begin with 00 61 73 6d)");
        }
        int version = (code[4] & 0xFF) | (code[5] & 0xFF) << 8 | (code[6] & 0xFF) << 16 | code[7] << 24;
        if (version != 1) {
            throw new ModuleException("module: binary version " + Integer.toHexString(version)
                    + (version == 0x1000d ? ", a component (expected: 1, a core module)" : " (expected: 1)"));
        }
        WasmBytes in = new WasmBytes(code, 8, code.length);
        while (in.hasRemaining()) {
            int start = in.position();
            int id = in.u8();
            long size = in.u32();
            if (size > in.remaining()) {
                throw new ModuleException("module: " + sectionName(id) + " section at byte " + start + " announces "
                        + size + " bytes but " + in.remaining() + " follow");
            }
            readSection(id, start, in.slice(size));
        }
        if (layout.bodies.length / 2 != declaredTypes.size()) {
            throw new ModuleException("module: " + declaredTypes.size() + " functions are declared but "
                    + layout.bodies.length / 2 + " have a body");
        }
        checkExports();
        return layout;
    }

    private static int atMost(int limit, String what, long count) throws ModuleException {
        if (count > limit) {
            throw new ModuleException("module: " + count + " " + what + " (expected: at most " + limit + ")");
        }
        return (int) count;
    }

    private void readSection(int id, int start, WasmBytes in) throws ModuleException {
        int content = in.position();
        int end = content + in.remaining();
        String name = id == CUSTOM ? in.name() : null;
        layout.sections.add(new Section(id, start, name == null ? content : in.position(), end, name));
        switch (id) {
            case CUSTOM -> in.skip(in.remaining());
            case TYPE -> readTypes(in);
            case IMPORT -> readImports(in);
            case FUNCTION -> readFunctions(in);
            case TABLE -> readTables(in);
            case MEMORY -> readMemories(in);
            case GLOBAL -> readGlobals(in);
            case EXPORT -> readExports(in);
            case START -> layout.startFunction = in.index();
            case ELEMENT -> readElements(in);
            case CODE -> readBodies(in);
            case DATA -> readData(in);
            case DATA_COUNT -> in.u32();
            case TAG -> readTags(in);
            default -> throw new ModuleException("module: unknown section " + id + " at byte " + start);
        }
        if (in.hasRemaining()) {
            throw new ModuleException("module: " + in.remaining() + " bytes too many in the " + sectionName(id)
                    + " section at byte " + start);
        }
    }

    private void readTypes(WasmBytes in) throws ModuleException {
        int count = atMost(MAX_TYPES, "types", in.count("types"));
        for (int i = 0; i < count; i++) {
            int form = in.u8();
            if (form == 0x4E) {
                layout.managedTypes = true;
                int members = in.count("types of a group");
                for (int j = 0; j < members; j++) {
                    readSubtype(in, in.u8());
                }
            } else {
                readSubtype(in, form);
            }
        }
    }

    private void readSubtype(WasmBytes in, int form) throws ModuleException {
        int composite = form;
        if (form == 0x50 || form == 0x4F) {
            layout.managedTypes = true;
            int parents = in.count("supertypes");
            for (int i = 0; i < parents; i++) {
                in.u32();
            }
            composite = in.u8();
        }
        switch (composite) {
            case 0x60 -> layout.types.add(new Signature(readValueTypes(in), readValueTypes(in)));
            case 0x5F -> {
                layout.managedTypes = true;
                int fields = in.count("fields");
                for (int i = 0; i < fields; i++) {
                    readField(in);
                }
                layout.types.add(null);
            }
            case 0x5E -> {
                layout.managedTypes = true;
                readField(in);
                layout.types.add(null);
            }
            default ->
                throw new ModuleException("module: byte " + in.position() + " follows unknown type form "
                        + Integer.toHexString(composite));
        }
    }

    private void readField(WasmBytes in) throws ModuleException {
        readValueType(in);
        in.u8();
    }

    private List<String> readValueTypes(WasmBytes in) throws ModuleException {
        int count = atMost(MAX_PARAMETERS, "parameters or results of a function", in.count("value types"));
        List<String> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(readValueType(in));
        }
        return values;
    }

    private String readValueType(WasmBytes in) throws ModuleException {
        int code = in.u8();
        return switch (code) {
            case 0x7F -> "i32";
            case 0x7E -> "i64";
            case 0x7D -> "f32";
            case 0x7C -> "f64";
            case 0x7B -> "v128";
            case 0x78 -> "i8";
            case 0x77 -> "i16";
            case 0x70 -> "funcref";
            case 0x6F -> "externref";
            case 0x63, 0x64 -> {
                in.skipNumber();
                yield "ref";
            }
            default -> {
                if (code < 0x60 || code > 0x7F) {
                    throw new ModuleException("module: byte " + in.position() + " follows unknown value type "
                            + Integer.toHexString(code));
                }
                yield "ref";
            }
        };
    }

    private void readImports(WasmBytes in) throws ModuleException {
        int count = atMost(MAX_IMPORTS, "imports", in.count("imports"));
        for (int i = 0; i < count; i++) {
            String module = in.name();
            String name = in.name();
            layout.imports.add(readImport(module, name, kind(in), in));
        }
        layout.importedFunctionCount = layout.functions.size();
    }

    private Import readImport(String module, String name, Kind kind, WasmBytes in) throws ModuleException {
        switch (kind) {
            case FUNCTION -> {
                Signature type = functionType(in.index());
                layout.functions.add(type);
                return new Import(module, name, kind, type, type.toString());
            }
            case TABLE -> {
                String element = readValueType(in);
                Limits limits = readLimits(in);
                layout.tables.add(limits);
                return new Import(module, name, kind, null, "table of " + element + " " + limits);
            }
            case MEMORY -> {
                Limits limits = readLimits(in);
                layout.memories.add(limits);
                return new Import(module, name, kind, null, "memory of pages " + limits);
            }
            case GLOBAL -> {
                String type = readValueType(in);
                return new Import(module, name, kind, null, (in.u8() == 1 ? "mutable " : "") + "global " + type);
            }
            case TAG -> {
                in.u8();
                return new Import(module, name, kind, null, "tag " + functionType(in.index()));
            }
        }
        throw new IllegalStateException();
    }

    private static Kind kind(WasmBytes in) throws ModuleException {
        int number = in.u8();
        if (number >= Kind.values().length) {
            throw new ModuleException(
                    "module: byte " + in.position() + " follows unknown kind of import or export " + number);
        }
        return Kind.values()[number];
    }

    private Signature functionType(int index) throws ModuleException {
        @Nullable Signature type = index < layout.types.size() ? layout.types.get(index) : null;
        if (type == null) {
            throw new ModuleException(
                    "module: type " + index + " is no function type (known: " + layout.types.size() + " types)");
        }
        return type;
    }

    private static Limits readLimits(WasmBytes in) throws ModuleException {
        int flags = in.u8();
        if (flags > 3) {
            throw new ModuleException("module: byte " + in.position() + " follows limits of kind " + flags
                    + " (expected: 0..3; 64-bit memories are not supported)");
        }
        long minimum = in.u32();
        long maximum = (flags & 1) == 0 ? -1 : in.u32();
        return new Limits(minimum, maximum, (flags & 2) != 0);
    }

    private void readFunctions(WasmBytes in) throws ModuleException {
        int count = atMost(MAX_FUNCTIONS, "functions", in.count("functions"));
        for (int i = 0; i < count; i++) {
            int type = in.index();
            declaredTypes.add(type);
            layout.functions.add(functionType(type));
        }
    }

    private void readTables(WasmBytes in) throws ModuleException {
        int count = in.count("tables");
        for (int i = 0; i < count; i++) {
            WasmBytes rest = new WasmBytes(code, in.position(), in.position() + in.remaining());
            boolean initialized = rest.u8() == 0x40;
            if (initialized) {
                in.skip(2);
            }
            readValueType(in);
            layout.tables.add(readLimits(in));
            if (initialized) {
                ConstantSkipper.skip(in);
            }
        }
    }

    private void readMemories(WasmBytes in) throws ModuleException {
        int count = in.count("memories");
        for (int i = 0; i < count; i++) {
            layout.memories.add(readLimits(in));
        }
    }

    private void readTags(WasmBytes in) throws ModuleException {
        int count = in.count("tags");
        for (int i = 0; i < count; i++) {
            in.u8();
            functionType(in.index());
        }
    }

    private void readGlobals(WasmBytes in) throws ModuleException {
        int count = in.count("globals");
        for (int i = 0; i < count; i++) {
            readValueType(in);
            in.u8();
            ConstantSkipper.skip(in);
        }
    }

    private void readExports(WasmBytes in) throws ModuleException {
        int count = atMost(MAX_EXPORTS, "exports", in.count("exports"));
        for (int i = 0; i < count; i++) {
            String name = in.name();
            Kind kind = kind(in);
            layout.exports.add(new Export(name, kind, in.index()));
        }
    }

    private void checkExports() throws ModuleException {
        Set<String> names = new HashSet<>();
        for (Export export : layout.exports) {
            if (!names.add(export.name())) {
                throw new ModuleException("module: export \"" + export.name() + "\" appears twice");
            }
            if (export.kind() == Kind.FUNCTION && export.index() >= layout.functionCount()) {
                throw new ModuleException("module: export \"" + export.name() + "\" is function " + export.index()
                        + " (known: " + layout.functionCount() + " functions)");
            }
        }
        if (layout.startFunction >= layout.functionCount()) {
            throw new ModuleException("module: the start function is " + layout.startFunction + " (known: "
                    + layout.functionCount() + " functions)");
        }
    }

    private void readElements(WasmBytes in) throws ModuleException {
        int count = in.count("element segments");
        for (int i = 0; i < count; i++) {
            int flags = in.index();
            if (flags > 7) {
                throw new ModuleException(
                        "module: byte " + in.position() + " follows element segment of kind " + flags);
            }
            boolean active = (flags & 1) == 0;
            boolean explicit = (flags & 2) != 0;
            boolean expressions = (flags & 4) != 0;
            if (active && explicit) {
                in.u32();
            }
            if (active) {
                ConstantSkipper.skip(in);
            }
            if (!active || explicit) {
                if (expressions) {
                    readValueType(in);
                } else {
                    in.u8();
                }
            }
            int size = atMost(MAX_ELEMENTS, "elements of a segment", in.count("elements"));
            for (int j = 0; j < size; j++) {
                if (expressions) {
                    ConstantSkipper.skip(in);
                } else {
                    in.u32();
                }
            }
        }
    }

    private void readBodies(WasmBytes in) throws ModuleException {
        int count = atMost(MAX_FUNCTIONS, "function bodies", in.count("function bodies"));
        int[] bodies = new int[2 * count];
        for (int i = 0; i < count; i++) {
            WasmBytes body = in.slice(in.u32());
            bodies[2 * i] = body.position();
            bodies[2 * i + 1] = body.position() + body.remaining();
            int runs = body.count("kinds of locals");
            long locals = 0;
            for (int j = 0; j < runs; j++) {
                locals += body.u32();
                readValueType(body);
            }
            atMost(MAX_LOCALS, "locals of function " + (layout.importedFunctionCount + i), locals);
        }
        layout.bodies = bodies;
    }

    private static void readData(WasmBytes in) throws ModuleException {
        int count = in.count("data segments");
        for (int i = 0; i < count; i++) {
            int mode = in.index();
            if (mode > 2) {
                throw new ModuleException("module: byte " + in.position() + " follows data segment of kind " + mode);
            }
            if (mode == 2) {
                in.u32();
            }
            if (mode != 1) {
                ConstantSkipper.skip(in);
            }
            in.skip(in.u32());
        }
    }
}
