package dev.portafilter.runtime.vm;

import dev.portafilter.abi.EnvironmentFunction;
import dev.portafilter.abi.EnvironmentFunctions;
import dev.portafilter.abi.HostFunction;
import dev.portafilter.abi.HostFunctions;
import dev.portafilter.abi.WasiFunction;
import dev.portafilter.abi.WasiFunctions;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A function that any module may import: one row of one of the tables, and the types it can be declared with.
 * Source: ABI reference, sections 1.3 and 5.
 */
abstract class KnownImport {
    // SPEC lets these return nothing, the reference host lets them return a status: both link.
    private static final Set<String> WITH_OR_WITHOUT_RESULT =
            Set.of("proxy_continue_request", "proxy_continue_response", "proxy_clear_route_cache");

    private final String name;
    private final List<Signature> types;

    private KnownImport(String name, List<Signature> types) {
        this.name = name;
        this.types = types;
    }

    /** The function of an import, or null when there is none. */
    static @Nullable KnownImport of(String module, String name) {
        if (module.equals("env")) {
            HostFunction function = HostFunctions.of(name);
            if (function != null) {
                return new Proxy(function);
            }
            EnvironmentFunction environment = EnvironmentFunctions.of(name);
            return environment == null ? null : new Environment(environment);
        }
        WasiFunction function = WasiFunctions.MODULES.contains(module) ? WasiFunctions.of(name) : null;
        return function == null ? null : new Wasi(function);
    }

    /** The name that a capability restriction uses. */
    String name() {
        return name;
    }

    /** The types that a module may declare, the usual one first. */
    List<Signature> types() {
        return types;
    }

    /** Whether a plugin's capabilities can leave it out. */
    boolean refusable() {
        return true;
    }

    /** The function in one VM. */
    abstract ImportedFunction bind(HostCalls calls, boolean allowed, boolean hasResult);

    private static final class Proxy extends KnownImport {
        private final HostFunction function;

        Proxy(HostFunction function) {
            super(function.name(), types(function));
            this.function = function;
        }

        private static List<Signature> types(HostFunction function) {
            Signature usual = new Signature(function.parameterTypes(), List.of("i32"));
            return WITH_OR_WITHOUT_RESULT.contains(function.name())
                    ? List.of(usual, new Signature(function.parameterTypes(), List.of()))
                    : List.of(usual);
        }

        @Override
        ImportedFunction bind(HostCalls calls, boolean allowed, boolean hasResult) {
            return new ImportedFunction.Proxy(calls, function, allowed, hasResult);
        }
    }

    private static final class Wasi extends KnownImport {
        private final WasiFunction function;

        Wasi(WasiFunction function) {
            super(
                    function.name(),
                    List.of(new Signature(
                            function.parameterTypes(), function.hasResult() ? List.of("i32") : List.of())));
            this.function = function;
        }

        @Override
        ImportedFunction bind(HostCalls calls, boolean allowed, boolean hasResult) {
            return new ImportedFunction.Wasi(calls, function, allowed, hasResult);
        }
    }

    private static final class Environment extends KnownImport {
        private final EnvironmentFunction function;

        Environment(EnvironmentFunction function) {
            super(function.name(), List.of(new Signature(function.parameterTypes(), results(function))));
            this.function = function;
        }

        private static List<String> results(EnvironmentFunction function) {
            String type = function.resultType();
            return type == null ? List.of() : List.of(type);
        }

        @Override
        boolean refusable() {
            return false;
        }

        @Override
        ImportedFunction bind(HostCalls calls, boolean allowed, boolean hasResult) {
            return new ImportedFunction.Environment(calls, function, hasResult);
        }
    }
}
