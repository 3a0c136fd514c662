package dev.portafilter.abi;

import static dev.portafilter.abi.FakeVm.FAR;
import static dev.portafilter.abi.FakeVm.OUT;
import static dev.portafilter.abi.FakeVm.OUT2;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PropertyFunctionsTest {
    private final FakeVm vm = new FakeVm();

    @Test
    void path_withAndWithoutATrailingNul_isTheSame() {
        vm.stream.properties.put("request.path", "/p");

        for (String path : new String[] {"request\0path", "request\0path\0"}) {
            assertThat(get(path)).isEqualTo(Status.OK);
            assertThat(vm.result()).isEqualTo("/p");
        }
    }

    @Test
    void emptyValue_isOkAndEmpty() {
        vm.stream.properties.put("plugin_root_id", "");

        assertThat(get("plugin_root_id")).isEqualTo(Status.OK);

        assertThat(vm.words()).isEqualTo("0/0");
    }

    @Test
    void emptyPath_isNotFound_withoutAsking() {
        assertThat(get("")).isEqualTo(Status.NOT_FOUND);
        assertThat(vm.stream.asked).isEmpty();
    }

    @Test
    void statusOfTheContext_isTheGuests_andNothingIsWritten() {
        for (Status status : new Status[] {Status.NOT_FOUND, Status.SERIALIZATION_FAILURE, Status.INTERNAL_FAILURE}) {
            vm.stream.answer = status;
            assertThat(get("request")).isEqualTo(status);
        }
        assertThat(vm.unwritten()).isTrue();
    }

    @Test
    void badRanges_areInvalidMemoryAccess() {
        assertThat(vm.call("proxy_get_property", FAR, 1, OUT, OUT2)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_set_property", FAR, 1, "x")).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_set_property", "x", FAR, 1)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.stream.asked).isEmpty();
    }

    @Test
    void set_handsOnPathAndValue_andTheContextAnswers() {
        assertThat(vm.call("proxy_set_property", "a\0b", "v")).isEqualTo(Status.OK);
        assertThat(vm.call("proxy_set_property", "", "v")).isEqualTo(Status.OK);
        vm.stream.answer = Status.NOT_FOUND;
        assertThat(vm.call("proxy_set_property", "k", "v")).isEqualTo(Status.NOT_FOUND);

        assertThat(vm.stream.asked).containsExactly("setProperty a.b v", "setProperty  v", "setProperty k v");
    }

    @Test
    void effectiveContext_isAsked() {
        vm.root.properties.put("k", "root");
        vm.call("proxy_set_effective_context", FakeVm.ROOT);

        assertThat(get("k")).isEqualTo(Status.OK);

        assertThat(vm.result()).isEqualTo("root");
    }

    private Status get(String path) {
        return vm.call("proxy_get_property", path, OUT, OUT2);
    }
}
