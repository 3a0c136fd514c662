package dev.portafilter.runtime.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.abi.AbiVersion;
import dev.portafilter.abi.Callback;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of a module. */
class ModuleReportTest {
    @Test
    void plugin_inspected_isDescribed() throws Exception {
        byte[] code = Wat.plugin(
                Wat.proxy("log", 3),
                "(table 2 5 funcref)",
                Wat.export("_initialize", 0, ""),
                Wat.onRequestHeaders("(i32.const 0)"),
                Wat.export("proxy_on_log", 1, ""));

        ModuleReport report = Engine.inspect(code);

        assertThat(report.abiVersion()).isEqualTo(AbiVersion.V0_2_1);
        assertThat(report.digest()).isEqualTo(Digests.hex(code));
        assertThat(report.byteSize()).isEqualTo(code.length);
        assertThat(report.imports())
                .containsExactly(
                        new ModuleReport.Import("env", "proxy_log", "function", "(i32, i32, i32) -> i32", null));
        assertThat(report.exports())
                .contains(
                        new ModuleReport.Item("memory", "memory", ""),
                        new ModuleReport.Item("proxy_on_log", "function", "(i32) -> ()"));
        assertThat(report.callbacks()).containsExactlyInAnyOrder(Callback.ON_REQUEST_HEADERS, Callback.ON_LOG);
        assertThat(report.memory()).isEqualTo("1..");
        assertThat(report.table()).isEqualTo("2..5");
        assertThat(report.startFunctions()).containsExactly("_initialize");
        assertThat(report.allocator()).isEqualTo("proxy_on_memory_allocate");
        assertThat(report.functionCount()).isEqualTo(5);
        assertThat(report.sectionSizes())
                .containsKeys("type", "import", "function", "table", "memory", "export", "code");
        assertThat(report.functionNames()).isFalse();
        assertThat(report.debugInfo()).isFalse();
        assertThat(report.problems()).isEmpty();
        assertThat(report.summary()).contains("ABI 0.2.1", code.length + " bytes", "sha256 ");
    }

    @Test
    void module_thatIsNoPlugin_isDescribedWithItsProblems() throws Exception {
        ModuleReport report =
                Engine.inspect(Wat.module("(import \"env\" \"foo\" (func)) (import \"env\" \"proxy_log\" (func))"));

        assertThat(report.abiVersion()).isNull();
        assertThat(report.allocator()).isNull();
        assertThat(report.memory()).isNull();
        assertThat(report.problems()).hasSize(4);
        assertThat(report.imports().get(0).problem()).contains("import env.foo: unknown");
        assertThat(report.imports().get(1).problem()).contains("import env.proxy_log: wrong type");
        assertThat(report.summary()).contains("no ABI version");
    }

    @Test
    void module_whoseCodeIsBad_isDescribedWithThat() throws Exception {
        byte[] code = Wat.module(Wat.VERSION);
        code[code.length - 1] = 1;

        assertThat(Engine.inspect(code).problems()).anyMatch(problem -> problem.startsWith("module: not valid"));
    }

    @Test
    void bytes_thatAreNoWasm_areNotDescribed() {
        assertThatThrownBy(() -> Engine.inspect(new byte[] {1, 2, 3})).isInstanceOf(ModuleException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "language, Rust, 1.80, Rust, proxy-wasm Rust SDK",
        "processed-by, TinyGo, 0.33, TinyGo, proxy-wasm Go SDK for TinyGo",
        "processed-by, Go cmd/compile, go1.24, Go, proxy-wasm Go SDK",
        "processed-by, clang, 18, C++, proxy-wasm C++ SDK",
    })
    void producers_tellTheLanguage(String field, String name, String version, String language, String sdk)
            throws Exception {
        ModuleReport report = Engine.inspect(TestSections.withProducer(Wat.plugin(), field, name, version));

        assertThat(report.language()).isEqualTo(language);
        assertThat(report.sdk()).isEqualTo(sdk);
        assertThat(report.producers()).containsExactly(name + " " + version);
    }

    @Test
    void habits_tellTheLanguage() throws Exception {
        assertThat(Engine.inspect(Wat.plugin()).language()).isEqualTo("Rust");
        assertThat(Engine.inspect(Wat.plugin("(import \"env\" \"abort\" (func (param i32 i32 i32 i32)))"))
                        .language())
                .isEqualTo("AssemblyScript");
        assertThat(Engine.inspect(Wat.plugin("(import \"env\" \"emscripten_notify_memory_growth\" (func (param i32)))"))
                        .language())
                .isEqualTo("C++");
        assertThat(Engine.inspect(Wat.plugin(Wat.export("malloc", 1, "(result i32) (local.get 0)")))
                        .language())
                .isEqualTo("TinyGo");
        assertThat(Engine.inspect(Wat.module(Wat.VERSION)).language()).isEqualTo("unknown");
    }

    @Test
    void sections_forDebuggers_areNoticed() throws Exception {
        byte[] code = TestSections.withSection(Wat.plugin(), ".debug_info", new byte[100]);

        ModuleReport report = Engine.inspect(TestSections.withNames(code, "f"));

        assertThat(report.debugInfo()).isTrue();
        assertThat(report.functionNames()).isTrue();
        assertThat(report.sectionSizes()).containsEntry(".debug_info", 100);
    }

    @Test
    void customSections_thatAreMalformed_doNoHarm() throws Exception {
        byte[] code =
                TestSections.withSection(Wat.plugin(), "name", HexFormat.of().parseHex("01ffffffff0f"));
        code = TestSections.withSection(code, "producers", HexFormat.of().parseHex("ff"));

        assertThat(Engine.inspect(code).functionNames()).isFalse();
    }

    @Test
    void functions_thatAreLarge_areNamed() throws Exception {
        byte[] code = TestSections.withNames(LargeFunctions.plugin(), "time", "huge", "gigantic");

        ModuleReport report = Engine.inspect(code);

        assertThat(report.hugeFunctions()).containsExactly("huge");
        assertThat(report.interpretedFunctions()).containsExactly("gigantic");
    }

    @Test
    void functions_thatAreInterpreted_workBesideCompiledOnesAndEndAtTheDeadline() throws Exception {
        try (Trial trial = new Trial()) {
            Vm vm = trial.start(LargeFunctions.plugin(), new VmOptions("trial", 16, 200, 0, Set.of()));

            assertThat(vm.call(Callback.ON_REQUEST_HEADERS, trial.stream, 1, 0, 0))
                    .isEqualTo(LargeFunctions.HUGE_RESULT);
            assertThat(vm.call(Callback.ON_REQUEST_HEADERS, trial.stream, 2, 0, 0))
                    .isEqualTo(LargeFunctions.GIGANTIC_RESULT);
            assertThat(vm.call(Callback.ON_REQUEST_HEADERS, trial.stream, 2, 0, 0))
                    .isEqualTo(LargeFunctions.GIGANTIC_RESULT);
        }
    }
}
