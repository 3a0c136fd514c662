package dev.portafilter.abi;

import static dev.portafilter.abi.FakeVm.FAR;
import static dev.portafilter.abi.FakeVm.OUT;
import static dev.portafilter.abi.FakeVm.OUT2;
import static dev.portafilter.abi.FakeVm.OUT3;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The rules of ABI reference, section 3.0, shown on functions that use them. */
class MemoryProtocolTest {
    private final FakeVm vm = new FakeVm();

    @Test
    void valueOfTenBytes_returned_asksTheAllocatorOnceForTen() {
        vm.host.set(new byte[] {'k'}, FakeVm.latin1("0123456789"), 0);

        assertThat(vm.call("proxy_get_shared_data", "k", OUT, OUT2, OUT3)).isEqualTo(Status.OK);

        assertThat(vm.guest.allocations).containsExactly(10);
        assertThat(vm.result()).isEqualTo("0123456789");
    }

    @Test
    void emptyValue_returned_doesNotRunTheAllocator() {
        vm.host.set(new byte[] {'k'}, new byte[0], 0);

        assertThat(vm.call("proxy_get_shared_data", "k", OUT, OUT2, OUT3)).isEqualTo(Status.OK);

        assertThat(vm.guest.allocations).isEmpty();
        assertThat(vm.words()).isEqualTo("0/0");
    }

    @Test
    void allocator_answering0_isInvalidMemoryAccess() {
        vm.guest.allocatorAnswer = 0;
        assertFailsToReturn();
    }

    @Test
    void allocator_answeringABlockAcrossTheEnd_isInvalidMemoryAccess() {
        vm.guest.allocatorAnswer = vm.guest.size() - 2;
        assertFailsToReturn();
    }

    @Test
    void allocator_answeringABlockFarOutside_isInvalidMemoryAccess() {
        vm.guest.allocatorAnswer = -8;
        assertFailsToReturn();
    }

    @Test
    void allocator_answeringABlockThatEndsAtTheEnd_isFine() {
        vm.guest.allocatorAnswer = vm.guest.size() - 3;
        vm.stream.configuration = FakeVm.latin1("abc");

        assertThat(vm.call("proxy_get_configuration", OUT, OUT2)).isEqualTo(Status.OK);
        assertThat(vm.result()).isEqualTo("abc");
    }

    @Test
    void allocator_thatGrowsMemory_getsTheBytesIntact() {
        vm.guest.onAllocate = () -> {
            vm.guest.growBy(1 << 20);
            vm.guest.allocatorAnswer = vm.guest.size() - 700_000;
        };
        vm.stream.configuration = new byte[500_000];
        vm.stream.configuration[0] = 1;
        vm.stream.configuration[499_999] = 2;

        assertThat(vm.call("proxy_get_configuration", OUT, OUT2)).isEqualTo(Status.OK);
        assertThat(vm.guest.bytes(vm.guest.u32(OUT), vm.guest.u32(OUT2))).isEqualTo(vm.stream.configuration);
    }

    @Test
    void allocator_thatGrowsMemory_isFineForPairsAndBuffersToo() {
        vm.guest.onAllocate = () -> {
            int size = vm.guest.size();
            vm.guest.growBy(64 * 1024);
            vm.guest.allocatorAnswer = size;
        };
        HeaderMap map = vm.stream.open(MapType.HTTP_REQUEST_HEADERS, ":path", "/", "x-a", "1");
        vm.stream.buffers.put(BufferType.HTTP_REQUEST_BODY, new FakeBuffer("hello", true));

        assertThat(vm.call("proxy_get_header_map_pairs", 0, OUT, OUT2)).isEqualTo(Status.OK);
        assertThat(HeaderCodec.decode(vm.guest.memory(), vm.guest.u32(OUT), vm.guest.u32(OUT2)))
                .isEqualTo(map);
        assertThat(vm.call("proxy_get_buffer_bytes", 0, 0, 5, OUT, OUT2)).isEqualTo(Status.OK);
        assertThat(vm.result()).isEqualTo("hello");
    }

    @Test
    void allocator_thatLogs_doesNotDisturbTheOuterCall() {
        vm.guest.onAllocate = () -> {
            assertThat(vm.call.current()).isSameAs(vm.vmContext);
            vm.call("proxy_log", 2, "allocating");
        };
        vm.call("proxy_set_effective_context", FakeVm.ROOT);
        vm.root.configuration = FakeVm.latin1("abc");

        assertThat(vm.call("proxy_get_configuration", OUT, OUT2)).isEqualTo(Status.OK);

        assertThat(vm.result()).isEqualTo("abc");
        assertThat(vm.host.lines).containsExactly("INFO 0 allocating");
        assertThat(vm.call.current()).isSameAs(vm.stream);
        assertThat(vm.call.context()).isSameAs(vm.root);
    }

    @Test
    void inputRange_thatWrapsAround_isInvalidMemoryAccess() {
        assertThat(vm.call("proxy_log", 2, 0xFFFF_FFF0, 0x15)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_log", 2, 16, 0xFFFF_FFF0)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
    }

    @Test
    void emptyInput_atTheEndOfMemory_isFine_andBehindIt_isNot() {
        assertThat(vm.call("proxy_log", 2, vm.guest.size(), 0)).isEqualTo(Status.OK);
        assertThat(vm.call("proxy_log", 2, vm.guest.size() + 1, 0)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_log", 2, -1, 0)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
    }

    @Test
    void inputOf4GiB_isInvalidMemoryAccess_inEveryFunctionThatReads() {
        for (HostFunction function : HostFunctions.all()) {
            long[] arguments = new long[function.parameterTypes().size()];
            boolean reads = false;
            int slot = 0;
            for (Param param : function.params()) {
                if (param.kind() == Param.Kind.BYTES) {
                    arguments[slot + 1] = 0xFFFF_FFFFL;
                    reads = true;
                }
                slot += param.kind().types().length;
            }
            if (reads) {
                assertThat(function.call(vm.call, arguments))
                        .as(function.name())
                        .isEqualTo(Status.INVALID_MEMORY_ACCESS);
            }
        }
    }

    @Test
    void outAddresses_atOddPlaces_areWrittenLittleEndian() {
        vm.stream.callStatus = 0x0102_0304;
        vm.stream.callStatusMessage = "m";

        assertThat(vm.call("proxy_get_status", 513, 521, 531)).isEqualTo(Status.OK);

        assertThat(vm.guest.bytes(513, 4)).containsExactly(4, 3, 2, 1);
        assertThat(vm.guest.text(vm.guest.u32(521), vm.guest.u32(531))).isEqualTo("m");
    }

    @Test
    void outAddress0_isOrdinaryMemory() {
        vm.host.level = LogLevel.WARN;

        assertThat(vm.call("proxy_get_log_level", 0)).isEqualTo(Status.OK);

        assertThat(vm.guest.u32(0)).isEqualTo(3);
    }

    @Test
    void outAddress_outside_isInvalidMemoryAccess_andTheFirstWordRemains() {
        vm.stream.configuration = FakeVm.latin1("abc");

        assertThat(vm.call("proxy_get_configuration", OUT, FAR)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.guest.text(vm.guest.u32(OUT), 3)).isEqualTo("abc");
        assertThat(vm.call("proxy_get_configuration", FAR, OUT2)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.guest.unwritten(OUT2, 4)).isTrue();
        assertThat(vm.call("proxy_get_log_level", -4)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_get_log_level", vm.guest.size() - 3)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_get_log_level", vm.guest.size() - 4)).isEqualTo(Status.OK);
    }

    @Test
    void slots_withDirtyUpperHalves_countAs32Bits() {
        vm.host.level = LogLevel.INFO;

        assertThat(vm.call("proxy_get_log_level", 0xFFFF_FFFF_0000_0000L + OUT)).isEqualTo(Status.OK);

        assertThat(vm.guest.u32(OUT)).isEqualTo(2);
    }

    private void assertFailsToReturn() {
        vm.stream.configuration = FakeVm.latin1("abc");
        vm.stream.open(MapType.HTTP_REQUEST_HEADERS, "x-a", "123");
        vm.stream.buffers.put(BufferType.HTTP_REQUEST_BODY, new FakeBuffer("hello", true));
        vm.host.foreignFunctions.put("f", (context, arguments, result) -> {
            result.set(new byte[3]);
            return Status.OK;
        });

        assertThat(vm.call("proxy_get_configuration", OUT, OUT2)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_get_header_map_value", 0, "x-a", OUT, OUT2)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_get_header_map_pairs", 0, OUT, OUT2)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_get_buffer_bytes", 0, 0, 5, OUT, OUT2)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_call_foreign_function", "f", "", OUT, OUT2)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.unwritten()).isTrue();
    }
}
