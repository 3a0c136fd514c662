package dev.portafilter.test.guest;

import dev.portafilter.abi.HostFunction;
import dev.portafilter.abi.HostFunctions;
import java.util.List;
import java.util.Map;

/** The functions that guests import, with their types. */
final class Imports {
    /** WASI functions by their parameters: i = i32, I = i64; all but {@code proc_exit} give an i32. */
    private static final Map<String, String> WASI = Map.ofEntries(
            Map.entry("fd_write", "iiii"),
            Map.entry("fd_read", "iiii"),
            Map.entry("fd_close", "i"),
            Map.entry("fd_fdstat_get", "ii"),
            Map.entry("fd_prestat_get", "ii"),
            Map.entry("path_open", "iiiiiIIii"),
            Map.entry("environ_sizes_get", "ii"),
            Map.entry("environ_get", "ii"),
            Map.entry("args_sizes_get", "ii"),
            Map.entry("clock_time_get", "iIi"),
            Map.entry("random_get", "ii"),
            Map.entry("poll_oneoff", "iiii"),
            Map.entry("proc_exit", "i"));

    private Imports() {}

    static boolean isWasi(String name) {
        return WASI.containsKey(name);
    }

    static boolean hasResult(String name) {
        return !name.equals("proc_exit");
    }

    /** The wasm types of a function's parameters. */
    static List<String> types(String name) {
        String wasi = WASI.get(name);
        if (wasi != null) {
            return wasi.chars().mapToObj(c -> c == 'I' ? "i64" : "i32").toList();
        }
        HostFunction function = HostFunctions.of(name);
        if (function == null) {
            throw new IllegalArgumentException(name + " is no host function");
        }
        return function.parameterTypes();
    }

    static String declaration(String name, String wasiModule) {
        StringBuilder text = new StringBuilder(
                "(import \"" + (isWasi(name) ? wasiModule : "env") + "\" \"" + name + "\" (func $" + name);
        types(name).forEach(type -> text.append(" (param ").append(type).append(')'));
        return text.append(hasResult(name) ? " (result i32)" : "").append("))").toString();
    }
}
