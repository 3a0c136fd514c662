package dev.portafilter.runtime.vm;

import dev.portafilter.runtime.vm.ModuleLayout.Import;
import dev.portafilter.runtime.vm.ModuleLayout.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where a module comes from, as far as its bytes tell: the producers section if there is one, else the habits of the
 * toolchains. Source: ABI reference, section 5.5; WebAssembly tool conventions, producers section.
 *
 * @param language such as {@code Rust}, or {@code unknown}
 * @param sdk such as {@code proxy-wasm Rust SDK}, or {@code unknown}
 * @param producers what the producers section says, {@code name version}
 */
record ModuleOrigin(String language, String sdk, List<String> producers) {
    private static final String UNKNOWN = "unknown";

    static ModuleOrigin of(ModuleLayout layout) {
        List<String> producers = producers(layout);
        String language = language(layout, String.join(" ", producers).toLowerCase(Locale.ROOT));
        String sdk = switch (language) {
            case "Rust" -> "proxy-wasm Rust SDK";
            case "Go" -> "proxy-wasm Go SDK";
            case "TinyGo" -> "proxy-wasm Go SDK for TinyGo";
            case "AssemblyScript" -> "AssemblyScript proxy-runtime";
            case "C++" -> "proxy-wasm C++ SDK";
            default -> UNKNOWN;
        };
        return new ModuleOrigin(language, sdk, producers);
    }

    private static String language(ModuleLayout layout, String producers) {
        // TinyGo and Rust both go through clang's linker, so the compilers come first.
        if (producers.contains("tinygo")) {
            return "TinyGo";
        }
        if (producers.contains("rust")) {
            return "Rust";
        }
        if (layout.customSection("go:buildid") != null || producers.contains("go cmd/compile")) {
            return "Go";
        }
        if (imports(layout, "wasi_snapshot_preview1", "sched_yield")
                && imports(layout, "wasi_snapshot_preview1", "poll_oneoff")) {
            return "Go";
        }
        if (producers.contains("assemblyscript")
                || imports(layout, "env", "abort")
                || exports(layout, "__new")
                || exports(layout, "__pin")
                || exports(layout, "__retain")) {
            return "AssemblyScript";
        }
        if (imports(layout, "env", "emscripten_notify_memory_growth") || producers.contains("clang")) {
            return "C++";
        }
        if (exports(layout, "proxy_on_memory_allocate")) {
            return exports(layout, "malloc") ? "TinyGo" : "Rust";
        }
        return exports(layout, "malloc") && exports(layout, "free") ? "C++" : UNKNOWN;
    }

    private static boolean imports(ModuleLayout layout, String module, String name) {
        for (Import declared : layout.imports) {
            if (declared.module().equals(module) && declared.name().equals(name)) {
                return true;
            }
        }
        return false;
    }

    private static boolean exports(ModuleLayout layout, String name) {
        return layout.exportedFunction(name) != null;
    }

    private static List<String> producers(ModuleLayout layout) {
        List<String> producers = new ArrayList<>();
        Section section = layout.customSection("producers");
        if (section == null) {
            return producers;
        }
        try {
            WasmBytes in = layout.open(section);
            int fields = in.count("fields");
            for (int i = 0; i < fields; i++) {
                in.name();
                int values = in.count("values");
                for (int j = 0; j < values; j++) {
                    producers.add((in.name() + " " + in.name()).strip());
                }
            }
        } catch (ModuleException e) {
            // Made for people; a module is not worse for a malformed one.
            return producers;
        }
        return producers;
    }
}
