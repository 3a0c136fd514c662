package dev.portafilter.runtime.vm;

import static org.assertj.core.api.Assertions.assertThat;

import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.OpCode;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is left of a module in its outline. */
class OutlineTest {
    private static final byte[] CODE = TestSections.withNames(
            Wat.plugin(
                    Wat.proxy("done", 0),
                    "(global $g (mut i32) (i32.const 41)) (table 2 funcref) (elem (i32.const 1) $f)",
                    "(data (i32.const 8) \"text\") (data $passive \"more\")",
                    "(func $f (param i64) (local f64) (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 4)))",
                    Wat.onRequestHeaders("(call $done)")),
            "done");

    @Test
    void outline_hasEverythingButCode() throws Exception {
        ModuleLayout layout = ModuleLayout.read(CODE);

        WasmModule outline = Parser.parse(Outline.of(layout, Set.of()));
        WasmModule whole = Parser.parse(CODE);

        assertThat(outline.typeSection()).isEqualTo(whole.typeSection());
        assertThat(outline.importSection()).isEqualTo(whole.importSection());
        assertThat(outline.functionSection()).isEqualTo(whole.functionSection());
        assertThat(outline.exportSection()).isEqualTo(whole.exportSection());
        assertThat(outline.globalSection().globalCount()).isEqualTo(1);
        assertThat(outline.elementSection().elementCount()).isEqualTo(1);
        assertThat(outline.dataSection().dataSegmentCount()).isEqualTo(2);
        assertThat(outline.customSections()).isEmpty();
        assertThat(outline.codeSection().functionBodyCount()).isEqualTo(4);
        assertThat(outline.codeSection().getFunctionBody(0).instructions())
                .extracting(instruction -> instruction.opcode())
                .containsExactly(OpCode.UNREACHABLE, OpCode.END);
    }

    @Test
    void outline_withKeptFunction_hasItsBody() throws Exception {
        ModuleLayout layout = ModuleLayout.read(CODE);

        WasmModule outline = Parser.parse(Outline.of(layout, Set.of(1)));
        WasmModule whole = Parser.parse(CODE);

        // Indexes of functions count the imported one.
        assertThat(outline.codeSection().getFunctionBody(0).instructions())
                .hasSameSizeAs(whole.codeSection().getFunctionBody(0).instructions())
                .hasSizeGreaterThan(2);
        assertThat(outline.codeSection().getFunctionBody(1).instructions()).hasSize(2);
    }

    @Test
    void loadedModule_keepsNoCode() throws Exception {
        try (Trial trial = new Trial()) {
            WasmModule kept = trial.engine.load(CODE).code().module();

            for (int i = 0; i < kept.codeSection().functionBodyCount(); i++) {
                assertThat(kept.codeSection().getFunctionBody(i).instructions()).hasSize(2);
            }
        }
    }
}
