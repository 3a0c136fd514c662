package dev.portafilter.abi;

import static dev.portafilter.abi.FakeVm.OUT;
import static dev.portafilter.abi.FakeVm.OUT2;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** The calls that every request makes several times leave no garbage behind. */
class AllocationTest {
    private static final int CALLS = 20_000;

    private final FakeVm vm = new FakeVm();
    private final com.sun.management.ThreadMXBean threads =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void readingCalls_allocateNothing() {
        vm.stream.open(MapType.HTTP_REQUEST_HEADERS, ":authority", "h", ":path", "/", "x-a", "1", "x-b", "2");
        vm.stream.buffers.put(BufferType.HTTP_REQUEST_BODY, new FakeBuffer("", true));
        // A guest whose list of sizes does not grow, and an allocator that always answers the same.
        Guest guest = new Guest() {
            @Override
            public byte[] memory() {
                return vm.guest.memory();
            }

            @Override
            public int allocate(int size) {
                return 32_000;
            }
        };
        HostCall call = new HostCall(guest, vm.host, vm.vmContext);
        call.enter(FakeVm.STREAM);

        assertThat(bytesPerCall(call, "proxy_get_header_map_value", vm.slots(0, "X-B", OUT, OUT2)))
                .isZero();
        assertThat(bytesPerCall(call, "proxy_get_header_map_value", vm.slots(0, "host", OUT, OUT2)))
                .isZero();
        assertThat(bytesPerCall(call, "proxy_get_header_map_pairs", vm.slots(0, OUT, OUT2)))
                .isZero();
        assertThat(bytesPerCall(call, "proxy_get_header_map_size", vm.slots(0, OUT)))
                .isZero();
        assertThat(bytesPerCall(call, "proxy_get_buffer_bytes", vm.slots(0, 0, 100, OUT, OUT2)))
                .isZero();
        assertThat(bytesPerCall(call, "proxy_get_current_time_nanoseconds", vm.slots(OUT)))
                .isZero();
    }

    private long bytesPerCall(HostCall call, String name, long[] arguments) {
        HostFunction function = HostFunctions.of(name);
        for (int i = 0; i < CALLS; i++) {
            function.call(call, arguments);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < CALLS; i++) {
            function.call(call, arguments);
        }
        return (threads.getCurrentThreadAllocatedBytes() - before) / CALLS;
    }
}
