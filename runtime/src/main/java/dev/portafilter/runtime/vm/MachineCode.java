package dev.portafilter.runtime.vm;

import com.dylibso.chicory.compiler.Cache;
import com.dylibso.chicory.compiler.InterpreterFallback;
import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.CompiledModule;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A module ready to be instantiated: what the engine must know of it, and what makes machines for its instances.
 * Immutable, shared by all VMs.
 *
 * @param module the outline of the module, or the whole when it is interpreted
 * @param classes what is known of the generated classes; empty when interpreted
 * @param interprets whether some function is interpreted
 */
record MachineCode(
        WasmModule module, Function<Instance, Machine> machines, CompiledClasses classes, boolean interprets) {
    private static final Logger LOG = LoggerFactory.getLogger(MachineCode.class);

    /** A module whose functions are all interpreted. */
    static MachineCode interpreted(ModuleLayout layout) throws ModuleException {
        WasmModule whole = parse(Outline.withoutCustomSections(layout));
        return new MachineCode(whole, TracedInterpreter::new, CompiledClasses.NONE, true);
    }

    /** The module's code from the cache if it is there, else compiled and put there. */
    static MachineCode compiled(ModuleLayout layout, String digest, @Nullable CodeCache cache) throws ModuleException {
        CodeCache.@Nullable Entry entry = cache == null ? null : cache.read(digest);
        if (entry != null) {
            try {
                WasmModule outline =
                        parseOutline(Outline.of(layout, setOf(entry.classes().interpreted())));
                return of(outline, load(outline, entry.jar()), entry.classes());
            } catch (ModuleException | RuntimeException | LinkageError e) {
                LOG.warn("code cache: stored code of module {} does not load; compiling again", digest, e);
            }
        }
        Capture capture = new Capture();
        Function<Instance, Machine> machines = compile(parse(Outline.withoutCustomSections(layout)), capture);
        CompiledClasses classes = capture.classes();
        if (cache != null) {
            cache.write(digest, new CodeCache.Entry(classes, capture.jar()));
        }
        // The parsed module with all its instructions is garbage from here on.
        return of(parseOutline(Outline.of(layout, setOf(classes.interpreted()))), machines, classes);
    }

    private static MachineCode of(WasmModule outline, Function<Instance, Machine> machines, CompiledClasses classes) {
        return new MachineCode(outline, machines, classes, classes.interpreted().length > 0);
    }

    private static Set<Integer> setOf(int[] functions) {
        return Arrays.stream(functions).boxed().collect(Collectors.toSet());
    }

    private static WasmModule parse(byte[] bytes) throws ModuleException {
        return parse(bytes, true);
    }

    /** The module that these bytes come from was validated before it was compiled; the bodies here say nothing. */
    private static WasmModule parseOutline(byte[] bytes) throws ModuleException {
        return parse(bytes, false);
    }

    private static WasmModule parse(byte[] bytes, boolean validated) throws ModuleException {
        try {
            return Parser.builder().withValidation(validated).build().parse(() -> new ByteArrayInputStream(bytes));
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError | AssertionError e) {
            // The engine's parser asserts what it should check, which shows when assertions are on.
            throw new ModuleException("module: not valid: " + describe(e), e);
        }
    }

    private static Function<Instance, Machine> compile(WasmModule module, Capture capture) throws ModuleException {
        try {
            return machines(MachineFactoryCompiler.builder(module)
                    .withInterpreterFallback(InterpreterFallback.SILENT)
                    .withCache(capture)
                    .compile());
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError | AssertionError | LinkageError e) {
            throw new ModuleException("module: cannot be compiled: " + describe(e), e);
        }
    }

    private static Function<Instance, Machine> load(WasmModule outline, byte[] jar) {
        return machines(MachineFactoryCompiler.builder(outline)
                .withCache(new Stored(jar))
                .compile());
    }

    // The engine's factory insists on the module it compiled; the one inside takes any with the same functions.
    private static Function<Instance, Machine> machines(Function<Instance, Machine> factory) {
        return ((CompiledModule) factory).machineFactory();
    }

    private static String describe(Throwable problem) {
        if (problem instanceof OutOfMemoryError) {
            return "it takes more memory than the JVM has";
        }
        String message = problem.getMessage();
        if (message != null && message.startsWith("Unhandled opcode: V128")) {
            return "it uses vector instructions (SIMD), which the engine does not have";
        }
        return message == null ? problem.toString() : message;
    }

    /** Has no code, and keeps what the compiler made. */
    private static final class Capture implements Cache {
        private byte @Nullable [] jar;

        @Override
        @SuppressWarnings("NullAway") // null stands for nothing stored
        public byte[] get(String key) {
            return null;
        }

        @Override
        public void putIfAbsent(String key, byte[] data) {
            jar = data;
        }

        byte[] jar() throws ModuleException {
            if (jar == null) {
                throw new ModuleException("module: the engine's compiler gave no classes");
            }
            return jar;
        }

        CompiledClasses classes() throws ModuleException {
            try {
                return CompiledClasses.read(jar());
            } catch (IOException e) {
                throw new ModuleException("module: the engine's compiler gave unreadable classes", e);
            }
        }
    }

    /** Has the code that was stored. */
    private record Stored(byte[] jar) implements Cache {
        @Override
        public byte[] get(String key) {
            return jar;
        }

        @Override
        public void putIfAbsent(String key, byte[] data) {}
    }
}
