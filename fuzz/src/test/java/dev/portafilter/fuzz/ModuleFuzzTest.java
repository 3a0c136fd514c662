package dev.portafilter.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.portafilter.abi.LogLevel;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.vm.Engine;
import dev.portafilter.runtime.vm.ModuleException;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.TestHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Modules that are damaged or never were one: they are refused with words, or they run within their limits, and in the end
 * nothing is left.
 */
class ModuleFuzzTest {
    private static final int MOST_DAMAGES = 8;
    private static final PluginLimits LIMITS = PluginLimits.DEFAULT
            .withMemoryPages(32)
            .withDeadlineMillis(50)
            .withStartDeadlineMillis(200)
            .withBufferBytes(10_000)
            .withHttpCalls(10);

    /** Real modules, small enough to be compiled many times. */
    private static final List<byte[]> BASES = List.of(
            new byte[0],
            read("old-imports"),
            read("old-imports"),
            read("old-emscripten"),
            read("old-emscripten"),
            read("cxx-log"));

    @FuzzTest(maxDuration = "15s")
    void module_ofAnyBytes_isRefusedOrRunsWithinItsLimits(FuzzedDataProvider data) {
        byte[] code = damaged(data);
        // That compiles it once more, so it is not always asked.
        boolean asked = data.consumeInt(0, 7) == 0;
        boolean described = !asked || described(code);
        PluginSpec spec = PluginSpec.builder("fuzzed", ModuleSource.of(code))
                .limits(LIMITS)
                .build();
        try (TestHost host =
                TestHost.builder().logLevel(LogLevel.CRITICAL).plugin(spec).build()) {
            if (!described && host.status("fuzzed").state() == PluginStatus.State.LOADED) {
                throw new AssertionError("a module that cannot be described runs");
            }
            InMemoryExchange exchange = host.open().post("/").requestBody("body", true);
            host.advanceMillis(100);
            exchange.respond(200, "body");
            host.advanceMillis(100);
            if (!exchange.finished()) {
                exchange.clientReset();
            }
            host.endWorker(host.worker());
        }
    }

    private static byte[] damaged(FuzzedDataProvider data) {
        byte[] base = BASES.get(data.consumeInt(0, BASES.size() - 1));
        int damages = data.consumeInt(0, MOST_DAMAGES);
        if (base.length == 0) {
            return data.consumeRemainingAsBytes();
        }
        byte[] code = base.clone();
        for (int i = 0; i < damages; i++) {
            int at = data.consumeInt(0, code.length - 1);
            code = switch (data.consumeInt(0, 3)) {
                case 0 -> replaced(code, at, at + 1, new byte[] {data.consumeByte()});
                case 1 -> replaced(code, at, at, data.consumeBytes(data.consumeInt(1, 8)));
                case 2 -> replaced(code, at, Math.min(code.length, at + data.consumeInt(1, 8)), new byte[0]);
                default -> replaced(code, at, Math.min(code.length, at + 5), data.consumeBytes(5));
            };
            if (code.length == 0) {
                break;
            }
        }
        return code;
    }

    private static byte[] replaced(byte[] code, int from, int to, byte[] by) {
        byte[] changed = new byte[code.length - (to - from) + by.length];
        System.arraycopy(code, 0, changed, 0, from);
        System.arraycopy(by, 0, changed, from, by.length);
        System.arraycopy(code, to, changed, from + by.length, code.length - to);
        return changed;
    }

    /** Whether {@code inspect} can say what it is. */
    private static boolean described(byte[] code) {
        try {
            if (Engine.inspect(code).summary().isEmpty()) {
                throw new AssertionError("no summary");
            }
            return true;
        } catch (ModuleException e) {
            if (e.getMessage() == null || e.getMessage().isEmpty()) {
                throw new AssertionError("refused without words", e);
            }
            return false;
        }
    }

    private static byte[] read(String filter) {
        Path file = Path.of("../filters-test/src/test/filters", filter, filter + ".wasm");
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
