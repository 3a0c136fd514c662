package dev.portafilter.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.dylibso.chicory.wabt.Wat2Wasm;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModulesTest {
    @ParameterizedTest
    @ValueSource(strings = {"tiny", "host-calls"})
    void committedModule_isItsTextAssembled(String name) {
        String path = "/dev/portafilter/benchmarks/" + name;
        String text = new String(Scenario.resource(path + ".wat"), StandardCharsets.UTF_8);

        assertThat(Scenario.resource(path + ".wasm")).isEqualTo(Wat2Wasm.parse(text));
    }
}
