package dev.portafilter.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.dylibso.chicory.wabt.Wat2Wasm;
import org.junit.jupiter.api.Test;

/** The text-to-binary compiler was made for an older engine than the one it runs on here. */
class TextFormatTest {
    @Test
    void emptyModule_compiled_isMagicAndVersion() {
        assertThat(Wat2Wasm.parse("(module)")).containsExactly(0, 'a', 's', 'm', 1, 0, 0, 0);
    }
}
