package dev.portafilter.abi;

import static dev.portafilter.abi.FakeVm.FAR;
import static dev.portafilter.abi.FakeVm.OUT;
import static dev.portafilter.abi.FakeVm.OUT2;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ForeignCallFunctionsTest {
    private final FakeVm vm = new FakeVm();

    @BeforeEach
    void offerFunctions() {
        vm.host.foreignFunctions.put("echo", (context, arguments, result) -> {
            result.set(arguments);
            return Status.OK;
        });
        vm.host.foreignFunctions.put("none", (context, arguments, result) -> Status.OK);
        vm.host.foreignFunctions.put("fail", (context, arguments, result) -> Status.SERIALIZATION_FAILURE);
        vm.host.foreignFunctions.put("id", (context, arguments, result) -> {
            result.set(new byte[] {(byte) context.id()});
            return Status.BAD_ARGUMENT;
        });
    }

    @Test
    void result_isGivenToTheGuest() {
        assertThat(call("echo", "abc", OUT, OUT2)).isEqualTo(Status.OK);
        assertThat(vm.result()).isEqualTo("abc");
    }

    @Test
    void unknownName_isNotFound_andWritesNothing() {
        assertThat(call("nosuch", "abc", OUT, OUT2)).isEqualTo(Status.NOT_FOUND);
        assertThat(call("", "", FAR, FAR)).isEqualTo(Status.NOT_FOUND);
        assertThat(vm.unwritten()).isTrue();
        assertThat(vm.host.lines).first().isEqualTo("WARN 2 proxy_call_foreign_function \"nosuch\": no such function");
    }

    @Test
    void badRanges_areInvalidMemoryAccess_evenForUnknownNames() {
        assertThat(vm.call("proxy_call_foreign_function", FAR, 1, "", OUT, OUT2))
                .isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_call_foreign_function", "nosuch", FAR, 1, OUT, OUT2))
                .isEqualTo(Status.INVALID_MEMORY_ACCESS);
    }

    @Test
    void noResult_is0And0_withTheFunctionsStatus() {
        assertThat(call("echo", "earlier", OUT, OUT2)).isEqualTo(Status.OK);
        assertThat(call("none", "x", OUT, OUT2)).isEqualTo(Status.OK);
        assertThat(vm.words()).isEqualTo("0/0");
        assertThat(call("fail", "x", OUT, OUT2)).isEqualTo(Status.SERIALIZATION_FAILURE);
        assertThat(vm.words()).isEqualTo("0/0");
    }

    @Test
    void failure_withAResult_givesBoth() {
        vm.call("proxy_set_effective_context", FakeVm.ROOT);

        assertThat(call("id", "", OUT, OUT2)).isEqualTo(Status.BAD_ARGUMENT);

        assertThat(vm.result()).isEqualTo("\u0001");
    }

    @Test
    void outAddress0_meansNotWanted() {
        assertThat(call("echo", "abc", 0, OUT2)).isEqualTo(Status.OK);
        assertThat(vm.guest.allocations).isEmpty();
        assertThat(vm.guest.u32(OUT2)).isEqualTo(3);
        assertThat(vm.guest.unwritten(0, 8)).isTrue();
        assertThat(call("echo", "abc", OUT, 0)).isEqualTo(Status.OK);
        assertThat(vm.guest.text(vm.guest.u32(OUT), 3)).isEqualTo("abc");
        assertThat(vm.guest.unwritten(0, 8)).isTrue();
        assertThat(call("fail", "abc", 0, 0)).isEqualTo(Status.SERIALIZATION_FAILURE);
    }

    @Test
    void unwritableOutWords_areInvalidMemoryAccess_whateverTheFunctionSaid() {
        assertThat(call("echo", "abc", FAR, OUT2)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(call("fail", "abc", OUT, FAR)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(call("fail", "abc", FAR, FAR)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
    }

    private Status call(String name, String arguments, int resultsOut, int resultsSizeOut) {
        return vm.call("proxy_call_foreign_function", name, arguments, resultsOut, resultsSizeOut);
    }
}
