package dev.portafilter.test.guest;

import com.dylibso.chicory.wabt.Wat2Wasm;
import dev.portafilter.abi.Callback;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A small filter described in Java: for each callback a list of {@link Op}s, most of them host calls. Every callback that
 * is entered, and every host call with its status and what it gave out, becomes a line of the plugin log; {@link
 * GuestLog} reads them.
 */
public final class GuestModule {
    private static final int FIRST_CONSTANT = 2048;
    private static final Map<String, byte[]> COMPILED = new ConcurrentHashMap<>();
    private static final String RUNTIME = resource("/guest/runtime.wat");

    static final String ALLOCATOR = """
            (func $allocate (param $n i32) (result i32) (local $p i32)
              (local.set $p (global.get $heap))
              (global.set $heap (i32.and (i32.add (i32.add (local.get $p) (local.get $n)) (i32.const 15)) (i32.const -16)))
              (if (i32.gt_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536)))
                (then (drop (memory.grow (i32.add (i32.const 16) (i32.shr_u (local.get $n) (i32.const 16)))))))
              (local.get $p))
            """;

    private final List<String> markers = new ArrayList<>(List.of("0_2_1"));
    private final Map<String, byte[]> constants = new LinkedHashMap<>();
    private final Map<String, Integer> addresses = new LinkedHashMap<>();
    private final Set<String> imports = new LinkedHashSet<>();
    private final Set<String> variables = new LinkedHashSet<>();
    private final Set<Callback> withoutEndOfStream = new LinkedHashSet<>();
    private final Map<Callback, Op[]> callbacks = new LinkedHashMap<>();
    private final List<String> functions = new ArrayList<>();
    private final List<String> fields = new ArrayList<>();
    private final List<String> rawImports = new ArrayList<>();
    private String wasi = "wasi_snapshot_preview1";
    private String memory = "(memory (export \"memory\") 8)";
    private String allocator = ALLOCATOR + "(export \"proxy_on_memory_allocate\" (func $allocate))";
    private int logLevel = 2;
    private int nextConstant = FIRST_CONSTANT;

    private GuestModule() {}

    /** A filter of ABI 0.2.1 without callbacks. */
    public static GuestModule guest() {
        return new GuestModule();
    }

    /** A filter that only tells which stream callbacks it gets. */
    public static GuestModule listener() {
        GuestModule module = guest();
        for (Callback callback : Callbacks.HTTP) {
            module.on(callback);
        }
        return module;
    }

    /** A filter that only tells which callbacks its connections get. */
    public static GuestModule connectionListener() {
        GuestModule module = guest();
        for (Callback callback : Callbacks.TCP) {
            module.on(callback);
        }
        return module;
    }

    /** Sets the version markers, such as {@code 0_1_0}. */
    public GuestModule abi(String... versions) {
        markers.clear();
        markers.addAll(List.of(versions));
        return this;
    }

    /** Exports a callback, in the place of an earlier one of that name. */
    public GuestModule on(Callback callback, Op... ops) {
        callbacks.put(callback, ops);
        return this;
    }

    /** Removes a callback. */
    public GuestModule without(Callback callback) {
        callbacks.remove(callback);
        return this;
    }

    /** Exports a headers callback in its older form of two parameters. */
    public GuestModule onWithoutEndOfStream(Callback callback, Op... ops) {
        withoutEndOfStream.add(callback);
        return on(callback, ops);
    }

    /** Exports a function that is no callback, such as {@code _initialize}. */
    public GuestModule function(String name, String signature, Op... ops) {
        Code code = new Code(this, name, false);
        code.enter(0);
        code.add(ops);
        functions.add("(func (export \"" + name + "\") " + signature + " (local $status i32)\n" + code.text()
                + (signature.contains("result") ? "(i32.const 0)" : "") + ")");
        return this;
    }

    /** Adds fields of the text format: functions, globals, exports. */
    public GuestModule fields(String wat) {
        fields.add(wat);
        return this;
    }

    /** Adds imports of the text format, before everything else. */
    public GuestModule imports(String wat) {
        rawImports.add(wat);
        return this;
    }

    /** Sets the memory field. */
    public GuestModule memory(String wat) {
        memory = wat;
        return this;
    }

    /** Sets the fields with the allocator and its export. */
    public GuestModule allocator(String wat) {
        allocator = wat;
        return this;
    }

    /** An allocator with this body: one parameter, {@code $n}. */
    public GuestModule allocatorBody(String body) {
        return allocator("(func (export \"proxy_on_memory_allocate\") (param $n i32) (result i32) " + body + ")");
    }

    /** Imports WASI functions from another module. */
    public GuestModule wasi(String module) {
        wasi = module;
        return this;
    }

    /** Sets the level of the lines about callbacks and host calls; info unless set. */
    public GuestModule logsAt(int level) {
        logLevel = level;
        return this;
    }

    /** The module. */
    public byte[] wasm() {
        return COMPILED.computeIfAbsent(wat(), Wat2Wasm::parse).clone();
    }

    /** The module as text. */
    public String wat() {
        use("proxy_log");
        List<String> bodies = new ArrayList<>();
        callbacks.forEach((callback, ops) -> bodies.add(body(callback, ops)));
        StringBuilder wat = new StringBuilder("(module\n");
        rawImports.forEach(wat::append);
        imports.forEach(name -> wat.append(Imports.declaration(name, wasi)).append('\n'));
        wat.append(memory)
                .append('\n')
                .append("(global $level i32 (i32.const ")
                .append(logLevel)
                .append("))\n");
        wat.append(RUNTIME).append(allocator).append('\n');
        markers.forEach(version -> wat.append("(func (export \"proxy_abi_version_" + version + "\"))\n"));
        variables.forEach(name -> wat.append("(global $" + name + " (mut i32) (i32.const 0))\n"));
        fields.forEach(wat::append);
        functions.forEach(wat::append);
        bodies.forEach(wat::append);
        constants.forEach((key, bytes) -> wat.append("(data (i32.const " + addresses.get(key) + ") \"")
                .append(escaped(bytes))
                .append("\")\n"));
        return wat.append(')').toString();
    }

    private String body(Callback callback, Op[] ops) {
        int count = withoutEndOfStream.contains(callback) ? 2 : callback.parameterCount();
        Code code = new Code(this, callback.exportName().substring("proxy_".length()), callback.hasResult());
        code.enter(count);
        code.add(ops);
        if (callback.hasResult()) {
            code.append("(i32.const " + callback.defaultResult() + ")");
        }
        return "(func (export \"" + callback.exportName() + "\") " + "(param i32)".repeat(count)
                + (callback.hasResult() ? " (result i32)" : "") + " (local $status i32)\n" + code.text() + ")\n";
    }

    /** The address of a constant. */
    int address(byte[] bytes) {
        String key = new String(bytes, StandardCharsets.ISO_8859_1);
        Integer known = addresses.get(key);
        if (known != null) {
            return known;
        }
        int address = nextConstant;
        constants.put(key, bytes);
        addresses.put(key, address);
        nextConstant += (bytes.length + 7) & ~7;
        if (nextConstant > 65_536) {
            throw new IllegalArgumentException("constants of " + nextConstant + " bytes (expected: up to 63 KiB)");
        }
        return address;
    }

    void use(String function) {
        imports.add(function);
    }

    void variable(String name) {
        variables.add(name);
    }

    private static String escaped(byte[] bytes) {
        StringBuilder text = new StringBuilder(3 * bytes.length);
        for (byte b : bytes) {
            text.append(String.format("\\%02x", b));
        }
        return text.toString();
    }

    private static String resource(String name) {
        try (InputStream in = GuestModule.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
