package dev.portafilter.runtime.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.abi.AbiVersion;
import dev.portafilter.abi.Callback;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors 1 to 22. */
class ModuleLoadingTest {
    private final Trial trial = new Trial();

    @AfterEach
    void close() {
        trial.close();
    }

    private String problem(byte[] code) {
        try {
            trial.engine.load(code);
        } catch (ModuleException e) {
            return e.getMessage();
        }
        throw new AssertionError("the module was loaded");
    }

    @ParameterizedTest
    @EnumSource(AbiVersion.class)
    void marker_exported_isTheVersionAndIsNotCalled(AbiVersion version) throws Exception {
        byte[] code = Wat.module(Wat.export(version.marker(), 0, "unreachable"), Wat.ALLOCATOR, Wat.MEMORY);

        VmModule module = trial.engine.load(code);

        assertThat(module.abiVersion()).isEqualTo(version);
        assertThat(module.byteSize()).isEqualTo(code.length);
        assertThat(module.digest()).hasSize(64);
        trial.start(code);
    }

    @Test
    void markers_two_firstInExportOrderWins() throws Exception {
        byte[] code = Wat.module(
                "(func $a) (func $b)",
                "(export \"proxy_abi_version_0_2_0\" (func $b)) (export \"proxy_abi_version_0_1_0\" (func $a))",
                Wat.ALLOCATOR);

        assertThat(trial.engine.load(code).abiVersion()).isEqualTo(AbiVersion.V0_2_0);
    }

    @Test
    void marker_missing_isNamed() {
        assertThat(problem(Wat.module(Wat.ALLOCATOR)))
                .contains("missing or unknown Proxy-Wasm ABI version")
                .contains("(none; expected");
    }

    @Test
    void marker_thatIsAGlobal_doesNotCount() {
        assertThat(problem(
                        Wat.module("(global (export \"proxy_abi_version_0_2_0\") i32 (i32.const 0))", Wat.ALLOCATOR)))
                .contains("missing or unknown Proxy-Wasm ABI version");
    }

    @Test
    void marker_ofUnknownVersion_isNamed() {
        assertThat(problem(Wat.module(Wat.export("proxy_abi_version_0_3_0", 0, ""), Wat.ALLOCATOR)))
                .contains("(proxy_abi_version_0_3_0; expected");
    }

    @Test
    void module_cutAnywhere_isRefusedCleanly() throws Exception {
        byte[] code = Wat.plugin(Wat.proxy("log", 3), "(table 2 funcref) (elem (i32.const 0) 0 1)");
        trial.engine.load(code);

        for (int length = 0; length < code.length; length++) {
            assertThat(problem(Arrays.copyOf(code, length))).startsWith("module: ");
        }
    }

    @Test
    void module_withBytesChanged_isLoadedOrRefusedCleanly() {
        byte[] good = Wat.plugin(
                Wat.proxy("log", 3),
                "(global $g (mut i32) (i32.const 5)) (table 2 funcref) (elem (i32.const 0) 0 1)",
                "(data (i32.const 8) \"text\")",
                Wat.onRequestHeaders(
                        "(if (result i32) (local.get 0) (then (i32.load (local.get 1))) (else (global.get $g)))"));
        Random random = new Random(1);
        try (Trial interpreted = Trial.interpreted()) {
            for (int i = 0; i < 3000; i++) {
                byte[] code = good.clone();
                for (int j = random.nextInt(3); j >= 0; j--) {
                    code[8 + random.nextInt(code.length - 8)] = (byte) random.nextInt(256);
                }
                try {
                    interpreted.engine.load(code);
                } catch (ModuleException e) {
                    assertThat(e.getMessage()).startsWith("module: ");
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0061736d000101000700feffdfff64",
                "0061736d03ffffffffffffffff61",
                "",
                "4d5a",
                "7b7d",
                // A custom section of 4 GiB, a name of 2 GiB, two billion types, imports, functions, data bytes.
                "0061736d0100000000ffffffff0f",
                "0061736d010000000006ffffffff0700",
                "0061736d010000000105ffffffff07",
                "0061736d010000000205ffffffff07",
                "0061736d010000000305ffffffff07",
                "0061736d010000000b0701ffffffff0700",
                // A type with two billion parameters, locals by the billion in one function.
                "0061736d01000000010701 60ffffffff07",
                "0061736d010000000104016000000302010 00a0a01080 1ffffffff0f7f0b",
            })
    void bytes_thatAreNoModule_areRefusedCleanly(String hex) {
        assertThat(problem(HexFormat.of().parseHex(hex.replace(" ", "")))).startsWith("module: ");
    }

    @Test
    void component_isNamedAsSuch() {
        assertThat(problem(HexFormat.of().parseHex("0061736d0d000100"))).contains("a component");
    }

    @Test
    void import_ofANewerVersion_loads() throws Exception {
        byte[] code = Wat.module(
                Wat.proxy("get_log_level", 1),
                Wat.export("proxy_abi_version_0_2_0", 0, ""),
                Wat.ALLOCATOR,
                Wat.MEMORY,
                Wat.onRequestHeaders("(drop (call $get_log_level (i32.const 64))) (i32.load (i32.const 64))"));

        assertThat(trial.requestHeaders(trial.start(code))).isEqualTo(3);
    }

    @Test
    void import_ofAnOlderVersion_loadsAndReturnsOk() throws Exception {
        int result = trial.result(
                Wat.proxy("clear_route_cache", 0),
                Wat.proxy("continue_request", 0),
                Wat.onRequestHeaders("(i32.or (call $clear_route_cache) (call $continue_request))"));

        assertThat(result).isZero();
        assertThat(trial.stream.asked).containsExactly("clearRouteCache", "continueStream REQUEST");
    }

    @Test
    void import_ofAnOlderVersionWithoutResult_loads() throws Exception {
        String fields = "(import \"env\" \"proxy_clear_route_cache\" (func $clear))"
                + "(import \"env\" \"proxy_continue_response\" (func $continue))"
                + "(import \"env\" \"proxy_continue_response\" (func $other (result i32)))";

        trial.result(fields, Wat.onRequestHeaders("(call $clear) (call $continue) (call $other)"));

        assertThat(trial.stream.asked)
                .containsExactly("clearRouteCache", "continueStream RESPONSE", "continueStream RESPONSE");
    }

    @Test
    void imports_thatCannotBeGiven_areAllNamedAtOnce() {
        String problem = problem(Wat.plugin(
                "(import \"env\" \"foo\" (func (param i32) (result i32)))",
                "(import \"other\" \"proxy_log\" (func))",
                "(import \"wasi_snapshot_preview1\" \"fd_bar\" (func (param i64)))",
                "(import \"env\" \"proxy_log\" (func (param i32 i32) (result i32)))",
                "(import \"env\" \"answer\" (global i32))"));

        assertThat(problem.split("\n"))
                .hasSize(6)
                .anyMatch(line -> line.contains("5 problems (") && line.contains("ABI 0.2.1"))
                .anyMatch(line -> line.contains("import env.foo: unknown (type (i32) -> i32; known: "))
                .anyMatch(line -> line.contains("import other.proxy_log: unknown"))
                .anyMatch(line -> line.contains("import wasi_snapshot_preview1.fd_bar: unknown (type (i64) -> ()"))
                .anyMatch(line -> line.contains(
                        "import env.proxy_log: wrong type ((i32, i32) -> i32; expected: (i32, i32, i32) -> i32)"))
                .anyMatch(line -> line.contains("import env.answer: a global i32"));
    }

    @Test
    void callback_ofWrongType_isNamedWithBothTypes() {
        assertThat(problem(Wat.plugin(Wat.export("proxy_on_context_create", 1, ""))))
                .contains("export proxy_on_context_create: bad function signature"
                        + " ((i32) -> (); expected: (i32, i32) -> ())");
    }

    @Test
    void allocator_missing_isNamed() {
        assertThat(problem(Wat.module(Wat.VERSION, Wat.MEMORY))).contains("proxy_on_memory_allocate: missing");
    }

    @Test
    void allocator_ofWrongType_isNamed() {
        assertThat(problem(Wat.module(Wat.VERSION, Wat.export("malloc", 2, ""))))
                .contains("export malloc: bad function signature");
    }

    @ParameterizedTest
    @ValueSource(strings = {"wasi_unstable", "wasi_snapshot_preview1"})
    void wasi_ofEitherName_links(String module) throws Exception {
        int result = trial.result(
                "(import \"" + module + "\" \"fd_close\" (func $close (param i32) (result i32)))",
                "(import \"" + module + "\" \"path_open\" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32)"
                        + " (result i32)))",
                Wat.onRequestHeaders("(i32.add (call $close (i32.const 1)) (call $open (i32.const 3) (i32.const 0)"
                        + " (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0) (i64.const 0) (i32.const 0)"
                        + " (i32.const 0)))"));

        assertThat(result).isEqualTo(44);
    }

    @Test
    void headers_withTwoParameters_areCalledWithoutEndOfStream() throws Exception {
        Vm vm = trial.start(Wat.module(
                Wat.export("proxy_abi_version_0_1_0", 0, ""),
                Wat.ALLOCATOR,
                Wat.export(
                        "proxy_on_request_headers",
                        2,
                        "(result i32) (i32.add (i32.mul (local.get 0) (i32.const 10)) (local.get 1))")));

        assertThat(vm.call(Callback.ON_REQUEST_HEADERS, trial.stream, 2, 3, 1)).isEqualTo(23);
    }

    @Test
    void headers_withThreeParametersInTheOldestVersion_areCalledWithEndOfStream() throws Exception {
        Vm vm = trial.start(Wat.module(
                Wat.export("proxy_abi_version_0_1_0", 0, ""), Wat.ALLOCATOR, Wat.onRequestHeaders("(local.get 2)")));

        assertThat(vm.call(Callback.ON_REQUEST_HEADERS, trial.stream, 2, 3, 1)).isEqualTo(1);
    }

    @Test
    void headers_withTwoParametersInTheNewestVersion_areCalled() throws Exception {
        Vm vm = trial.start(Wat.plugin(Wat.export("proxy_on_response_headers", 2, "(result i32) (local.get 1)")));

        assertThat(vm.call(Callback.ON_RESPONSE_HEADERS, trial.stream, 2, 9, 1)).isEqualTo(9);
    }

    @Test
    void import_declaredTwice_works() throws Exception {
        String again = "(import \"wasi_unstable\" \"fd_close\" (func $%s (param i32) (result i32)))";

        int result = trial.result(
                String.format(again, "a"),
                String.format(again, "b"),
                Wat.onRequestHeaders("(i32.or (call $a (i32.const 1)) (call $b (i32.const 2)))"));

        assertThat(result).isZero();
    }

    @Test
    void memoryAndTable_imported_areMadeFromTheirLimits() throws Exception {
        Vm vm = trial.start(Wat.module(
                "(import \"env\" \"memory\" (memory 2 5))",
                "(import \"env\" \"__indirect_function_table\" (table 3 funcref))",
                Wat.VERSION,
                Wat.ALLOCATOR,
                "(data (i32.const 4) \"\\2a\")",
                Wat.onRequestHeaders("(i32.add (i32.load8_u (i32.const 4)) (i32.add (table.size 0)"
                        + " (i32.add (memory.grow (i32.const 3)) (memory.grow (i32.const 1)))))")));

        assertThat(vm.memorySize()).isEqualTo(2 * 65536);
        assertThat(trial.requestHeaders(vm)).isEqualTo(42 + 3 + 2 - 1);
        assertThat(vm.memorySize()).isEqualTo(5 * 65536);
    }

    @Test
    void abort_ofAssemblyScript_isLoggedAndTraps() throws Exception {
        GuestFailure failure = trial.failure(
                "(import \"env\" \"abort\" (func $abort (param i32 i32 i32 i32)))",
                // Length before text, UTF-16.
                "(data (i32.const 16) \"\\04\\00\\00\\00n\\00o\\00\")",
                "(data (i32.const 32) \"\\02\\00\\00\\00f\\00\")",
                Wat.onRequestHeaders(
                        "(call $abort (i32.const 20) (i32.const 36) (i32.const 7) (i32.const 9)) (i32.const 0)"));

        assertThat(trial.host.log).containsExactly("CRITICAL abort: no at f:7:9");
        assertThat(failure.kind()).isEqualTo(GuestFailure.Kind.TRAP);
        assertThat(failure).hasMessageContaining("abort: no at f:7:9");
    }

    @Test
    void body_withBadCode_isRefused() {
        byte[] code = Wat.plugin(Wat.onRequestHeaders("(i32.const 1)"));
        // The callback's body: no locals, i32.const 1, end.
        int body = indexOf(code, new byte[] {4, 0, 0x41, 1, 0x0B});
        code[body + 2] = 0x42;

        assertThat(problem(code)).startsWith("module: not valid: ").contains("type mismatch");
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        for (int i = 0; i + part.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        throw new AssertionError("not found");
    }

    @Test
    void vectorInstructions_areNamedAsTheProblem() {
        assertThat(problem(Wat.plugin(Wat.onRequestHeaders("(i32x4.extract_lane 0 (v128.const i32x4 1 2 3 4))"))))
                .contains("SIMD");
    }

    @Test
    void memories_two_areRefused() {
        byte[] code = Wat.module(
                "(import \"env\" \"memory\" (memory 1))",
                Wat.VERSION,
                Wat.ALLOCATOR,
                Wat.onRequestHeaders("(i32.const 0)"));
        byte[] second = HexFormat.of().parseHex("0503010001");
        int functions = indexOf(code, new byte[] {0x03, 0x04, 0x03});
        byte[] both = new byte[code.length + second.length];
        System.arraycopy(code, 0, both, 0, functions + 6);
        System.arraycopy(second, 0, both, functions + 6, second.length);
        System.arraycopy(code, functions + 6, both, functions + 6 + second.length, code.length - functions - 6);

        assertThat(problem(both)).contains("2 memories (expected: at most 1)");
    }

    @Test
    void engine_closed_loadsNothing() {
        trial.engine.close();

        assertThatThrownBy(() -> trial.engine.load(Wat.plugin())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void bytes_loadedTwice_areOneModule() throws Exception {
        VmModule first = trial.engine.load(Wat.plugin());

        assertThat(trial.engine.load(Wat.plugin())).isSameAs(first);
        assertThat(trial.engine.load(Wat.plugin("(func)"))).isNotSameAs(first);
    }
}
