package dev.portafilter.resources;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;

/** Numbered vectors of the WasmPlugin reference, one test for each case. */
final class VectorTable {
    private final List<DynamicTest> tests = new ArrayList<>();

    /** The resource is refused for these rules. */
    VectorTable refused(String id, String text, String... rules) {
        return test(id, () -> assertThat(Resources.errorRules(text)).containsExactly(rules));
    }

    /** The resource is used, with these warnings and no others. */
    VectorTable warned(String id, String text, String... rules) {
        return test(id, () -> assertThat(Resources.warningRules(text)).containsExactly(rules));
    }

    /** The resource has no problem. */
    VectorTable valid(String id, String text) {
        return valid(id, text, resource -> {});
    }

    /** The resource has no problem, and something holds for it. */
    VectorTable valid(String id, String text, Consumer<PluginResource> claim) {
        return test(id, () -> claim.accept(Resources.only(text)));
    }

    VectorTable test(String id, Executable test) {
        tests.add(DynamicTest.dynamicTest(id, test));
        return this;
    }

    Stream<DynamicTest> tests() {
        return tests.stream();
    }
}
