package dev.portafilter.runtime.vm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.runtime.vm.GuestFailure.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Vectors 84 to 97: how values come into the guest's memory. */
class AllocatorTest {
    private static final String GET = Wat.proxy("get_property", 4);
    private static final String COUNT =
            "(global $calls (mut i32) (i32.const 0)) (global $size (mut i32) (i32.const 0))";
    // The property is ten digits; the path is one byte; pointer and size go to 64 and 68.
    private static final String CALL = "(call $get_property (i32.const 0) (i32.const 1) (i32.const 64) (i32.const 68))";

    private final Trial trial = new Trial();

    @AfterEach
    void close() {
        trial.close();
    }

    private static byte[] module(String allocator, String... fields) {
        return Wat.module(
                GET,
                Wat.proxy("done", 0),
                Wat.proxy("log", 3),
                COUNT,
                Wat.VERSION,
                Wat.MEMORY,
                Wat.export("proxy_on_memory_allocate", 1, "(result i32) " + allocator),
                String.join("\n", fields));
    }

    @Test
    void value_returned_isAllocatedOnceWithItsSize() throws Exception {
        Vm vm = trial.start(
                module(
                        "(global.set $calls (i32.add (global.get $calls) (i32.const 1))) (global.set $size (local.get 0))"
                                + " (i32.const 512)",
                        Wat.onRequestHeaders(
                                "(drop " + CALL + ") (i32.add (i32.mul (global.get $calls) (i32.const 1000))"
                                        + " (i32.add (i32.mul (global.get $size) (i32.const 10)) (i32.load8_u (i32.load (i32.const 64)))))")));

        assertThat(trial.requestHeaders(vm)).isEqualTo(1000 + 10 * 10 + '0');
    }

    @Test
    void value_empty_isNotAllocated() throws Exception {
        trial.stream.property = new byte[0];
        Vm vm = trial.start(module(
                "unreachable",
                "(data (i32.const 64) \"\\ff\\ff\\ff\\ff\\ff\\ff\\ff\\ff\")",
                Wat.onRequestHeaders(
                        "(drop " + CALL + ") (i32.or (i32.load (i32.const 64)) (i32.load (i32.const 68)))")));

        assertThat(trial.requestHeaders(vm)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0", "65527", "65536", "-1", "-10"})
    void block_notInMemory_isInvalidMemoryAccess(int address) throws Exception {
        Vm vm = trial.start(module("(i32.const " + address + ")", Wat.onRequestHeaders(CALL)));

        assertThat(trial.requestHeaders(vm)).isEqualTo(6);
        assertThat(vm.failed()).isFalse();
    }

    @Test
    void block_thatEndsWithMemory_isUsed() throws Exception {
        Vm vm = trial.start(module("(i32.const 65526)", Wat.onRequestHeaders(CALL)));

        assertThat(trial.requestHeaders(vm)).isZero();
    }

    @Test
    void allocators_both_ownIsUsed() throws Exception {
        Vm vm = trial.start(module(
                "(i32.const 256)",
                Wat.export("malloc", 1, "(result i32) unreachable"),
                Wat.onRequestHeaders("(drop " + CALL + ") (i32.load (i32.const 64))")));

        assertThat(trial.requestHeaders(vm)).isEqualTo(256);
    }

    @Test
    void malloc_alone_isUsed() throws Exception {
        Vm vm = trial.start(Wat.module(
                GET,
                Wat.VERSION,
                Wat.MEMORY,
                Wat.export("malloc", 1, "(result i32) (i32.const 128)"),
                Wat.onRequestHeaders("(drop " + CALL + ") (i32.load (i32.const 64))")));

        assertThat(trial.requestHeaders(vm)).isEqualTo(128);
    }

    @Test
    void memory_grownByTheAllocator_hasTheBytes() throws Exception {
        trial.stream.property = "x".repeat(70_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        Vm vm = trial.start(module(
                "(i32.mul (memory.grow (i32.const 2)) (i32.const 65536))",
                Wat.onRequestHeaders("(drop " + CALL + ") (i32.add (i32.load8_u (i32.const 65536))"
                        + " (i32.load8_u (i32.const 135535)))")));

        assertThat(trial.requestHeaders(vm)).isEqualTo('x' + 'x');
        assertThat(vm.memorySize()).isEqualTo(3 * 65536);
    }

    @Test
    void log_inTheAllocator_isAllowed() throws Exception {
        Vm vm = trial.start(module(
                "(drop (call $log (i32.const 2) (i32.const 0) (i32.const 0))) (i32.const 256)",
                Wat.onRequestHeaders(CALL)));

        assertThat(trial.requestHeaders(vm)).isZero();
        assertThat(trial.host.log).containsExactly("INFO ");
    }

    @Test
    void done_inTheAllocator_failsTheVmAndEndsTheOuterFrame() throws Exception {
        GuestFailure failure = trial.failure(trial.start(module(
                "(drop (call $done)) (i32.const 256)", Wat.onRequestHeaders("(drop " + CALL + ") (call $done)"))));

        assertThat(failure.kind()).isEqualTo(Kind.RESTRICTED_CALL);
        assertThat(failure).hasMessageContaining("proxy_done may not be called while the allocator runs");
        assertThat(failure.hostCalls()).containsExactly("proxy_get_property", "proxy_done");
        assertThat(trial.stream.asked).isEmpty();
    }

    @Test
    void trap_inTheAllocator_failsTheVmAndEndsTheOuterFrame() throws Exception {
        GuestFailure failure = trial.failure(
                trial.start(module("unreachable", Wat.onRequestHeaders("(drop " + CALL + ") (call $done)"))));

        assertThat(failure.kind()).isEqualTo(Kind.TRAP);
        assertThat(failure).hasMessageContaining("unreachable");
        assertThat(failure.functions()).containsExactly("function 4", "function 5");
        assertThat(trial.stream.asked).isEmpty();
    }

    @Test
    void loop_inTheAllocator_isEndedByTheDeadlineOfTheCallback() throws Exception {
        VmOptions options = new VmOptions("trial", 16, 20, 0, java.util.Set.of());
        GuestFailure failure =
                trial.failure(trial.start(module("(loop (br 0)) unreachable", Wat.onRequestHeaders(CALL)), options));

        assertThat(failure.kind()).isEqualTo(Kind.DEADLINE);
    }

    /** The path's address and size, the two addresses for results; what comes of it. */
    @ParameterizedTest
    @CsvSource({
        // Ends at 2^32 + 5: nothing wraps around.
        "-5, 10, 64, 68, 6",
        // In memory; but an empty path is a bad argument.
        "65536, 0, 64, 68, 1",
        "65537, 0, 64, 68, 6",
        "0, 1, 63, 69, 0",
        "0, 1, 65533, 68, 6",
        "0, 1, 64, -1, 6",
        "0, 1, 0, 4, 0",
        "0, -1, 64, 68, 6",
        "-1, -1, 64, 68, 6",
    })
    void ranges_areCheckedWithoutWrapping(int address, int size, int pointerOut, int sizeOut, int status)
            throws Exception {
        Vm vm = trial.start(module(
                "(i32.const 1024)",
                Wat.onRequestHeaders(String.format(
                        "(call $get_property (i32.const %d) (i32.const %d) (i32.const %d) (i32.const %d))",
                        address, size, pointerOut, sizeOut))));

        assertThat(trial.requestHeaders(vm)).isEqualTo(status);
        assertThat(vm.failed()).isFalse();
    }

    @Test
    void addresses_thatAreOdd_areWrittenWell() throws Exception {
        Vm vm = trial.start(module(
                "(i32.const 1024)",
                Wat.onRequestHeaders(
                        "(drop (call $get_property (i32.const 0) (i32.const 1) (i32.const 63) (i32.const 69)))"
                                + " (i32.add (i32.load align=1 (i32.const 63)) (i32.load align=1 (i32.const 69)))")));

        assertThat(trial.requestHeaders(vm)).isEqualTo(1024 + 10);
    }
}
