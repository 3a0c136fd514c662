package dev.portafilter.abi;

import static dev.portafilter.abi.FakeVm.FAR;
import static dev.portafilter.abi.FakeVm.OUT;
import static dev.portafilter.abi.FakeVm.OUT2;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BufferFunctionsTest {
    private static final int BODY = BufferType.HTTP_REQUEST_BODY.ordinal();
    private static final int CALL_BODY = BufferType.HTTP_CALL_RESPONSE_BODY.ordinal();
    private static final int CALL_DATA = BufferType.CALL_DATA.ordinal();

    private final FakeVm vm = new FakeVm();

    @Test
    void hello_readInParts_isClampedAndNeverAnError() {
        open(BufferType.HTTP_REQUEST_BODY, "hello", true);

        assertThat(read(BODY, 0, 5)).isEqualTo("hello");
        assertThat(read(BODY, 0, 0xFFFF_FFFF)).isEqualTo("hello");
        assertThat(read(BODY, 0, 0x7FFF_FFFF)).isEqualTo("hello");
        assertThat(read(BODY, 2, 2)).isEqualTo("ll");
        assertThat(read(BODY, 4, 0xFFFF_FFFF)).isEqualTo("o");
        assertThat(read(BODY, 5, 1)).isEqualTo("0/0");
        assertThat(read(BODY, 9, 1)).isEqualTo("0/0");
        assertThat(read(BODY, 0xFFFF_FFFF, 0xFFFF_FFFF)).isEqualTo("0/0");
        assertThat(read(BODY, 1, 0)).isEqualTo("0/0");
        assertThat(vm.guest.allocations).containsExactly(5, 5, 5, 2, 1);
    }

    @Test
    void emptyBuffer_read_isOkAndEmpty() {
        open(BufferType.HTTP_REQUEST_BODY, "", false);

        assertThat(read(BODY, 0, 100)).isEqualTo("0/0");
        assertThat(vm.guest.allocations).isEmpty();
    }

    @Test
    void bufferAbove8_isBadArgument_evenWithBadRanges() {
        for (long buffer : new long[] {9, 0xFFFF_FFFFL}) {
            assertThat(vm.call("proxy_get_buffer_bytes", buffer, 0, 1, FAR, FAR))
                    .isEqualTo(Status.BAD_ARGUMENT);
            assertThat(vm.call("proxy_get_buffer_status", buffer, FAR, FAR)).isEqualTo(Status.BAD_ARGUMENT);
            assertThat(vm.call("proxy_set_buffer_bytes", buffer, 0, 0, FAR, 1)).isEqualTo(Status.BAD_ARGUMENT);
        }
    }

    @Test
    void missingBuffer_isNotFound_andWritesNothing() {
        assertThat(vm.call("proxy_get_buffer_bytes", CALL_BODY, 0, 1, OUT, OUT2))
                .isEqualTo(Status.NOT_FOUND);
        assertThat(vm.call("proxy_get_buffer_status", CALL_BODY, OUT, OUT2)).isEqualTo(Status.NOT_FOUND);
        assertThat(vm.call("proxy_set_buffer_bytes", CALL_BODY, 0, 0, "x")).isEqualTo(Status.NOT_FOUND);
        assertThat(vm.call("proxy_set_buffer_bytes", CALL_BODY, 0, 0, FAR, 1)).isEqualTo(Status.NOT_FOUND);
        assertThat(vm.unwritten()).isTrue();
    }

    @Test
    void missingCallData_isNotFoundToRead_andBadArgumentToWrite() {
        assertThat(vm.call("proxy_get_buffer_bytes", CALL_DATA, 0, 1, OUT, OUT2))
                .isEqualTo(Status.NOT_FOUND);
        assertThat(vm.call("proxy_get_buffer_status", CALL_DATA, OUT, OUT2)).isEqualTo(Status.NOT_FOUND);
        assertThat(vm.call("proxy_set_buffer_bytes", CALL_DATA, 0, 0, "x")).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(vm.call("proxy_set_buffer_bytes", CALL_DATA, 0, 0, FAR, 1)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
    }

    @Test
    void status_isSizeAndNoFlags() {
        open(BufferType.HTTP_REQUEST_BODY, "hello", true);

        assertThat(vm.call("proxy_get_buffer_status", BODY, OUT, OUT2)).isEqualTo(Status.OK);

        assertThat(vm.words()).isEqualTo("5/0");
    }

    @Test
    void prependAndAppend_inTheWaysOfTheSdks() {
        FakeBuffer body = open(BufferType.HTTP_REQUEST_BODY, "hello", true);

        assertThat(write(0, 0, "prepend.")).isEqualTo(Status.OK);
        assertThat(write(body.size(), 0, ".append")).isEqualTo(Status.OK);
        assertThat(write(0x7FFF_FFFF, 0, "!")).isEqualTo(Status.OK);
        assertThat(write(0xFFFF_FFFF, 7, "?")).isEqualTo(Status.OK);

        assertThat(body.content()).isEqualTo("prepend.hello.append!?");
    }

    @Test
    void start0WithALength_dropsThatManyAndPrepends() {
        FakeBuffer body = open(BufferType.HTTP_REQUEST_BODY, "hello", true);

        assertThat(write(0, 1, "partial.replace.")).isEqualTo(Status.OK);
        assertThat(body.content()).isEqualTo("partial.replace.ello");
        assertThat(write(0, 0xFFFF_FFFF, "replace")).isEqualTo(Status.OK);
        assertThat(body.content()).isEqualTo("replace");
        assertThat(write(0, 7, "")).isEqualTo(Status.OK);
        assertThat(body.content()).isEmpty();
    }

    @Test
    void startInTheMiddle_isBadArgument_andNothingChanges() {
        FakeBuffer body = open(BufferType.HTTP_REQUEST_BODY, "hello", true);

        assertThat(write(2, 1, "x")).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(write(4, 0, "x")).isEqualTo(Status.BAD_ARGUMENT);

        assertThat(body.content()).isEqualTo("hello");
        assertThat(vm.host.lines)
                .first()
                .isEqualTo("WARN 2 proxy_set_buffer_bytes HTTP_REQUEST_BODY: start 2 of 5 bytes"
                        + " (expected: 0 to prepend or replace, or the size to append)");
    }

    @Test
    void emptyBuffer_takesBothPrependAndAppend() {
        FakeBuffer body = open(BufferType.HTTP_REQUEST_BODY, "", true);

        assertThat(write(0, 0, "a")).isEqualTo(Status.OK);
        assertThat(write(0, 1, "")).isEqualTo(Status.OK);
        assertThat(write(3, 0, "b")).isEqualTo(Status.OK);

        assertThat(body.content()).isEqualTo("b");
    }

    @Test
    void readOnlyBuffer_isBadArgument_afterTheRangeCheck() {
        for (BufferType type : new BufferType[] {
            BufferType.HTTP_CALL_RESPONSE_BODY,
            BufferType.VM_CONFIGURATION,
            BufferType.PLUGIN_CONFIGURATION,
            BufferType.CALL_DATA
        }) {
            open(type, "abc", false);
            assertThat(vm.call("proxy_set_buffer_bytes", type.ordinal(), 0, 0, "x"))
                    .isEqualTo(Status.BAD_ARGUMENT);
            assertThat(vm.call("proxy_set_buffer_bytes", type.ordinal(), 0, 0, FAR, 1))
                    .isEqualTo(Status.INVALID_MEMORY_ACCESS);
        }
    }

    @Test
    void bufferAtItsLimit_takesNoMore_butCanBeReplaced() {
        int[] spliced = new int[1];
        vm.stream.buffers.put(BufferType.HTTP_REQUEST_BODY, new GuestBuffer() {
            @Override
            public int size() {
                return Limits.BUFFER_SIZE;
            }

            @Override
            public void copyTo(int start, int length, byte[] destination, int destinationOffset) {}

            @Override
            public boolean writable() {
                return true;
            }

            @Override
            public void splice(int start, int length, byte[] data) {
                spliced[0]++;
            }
        });

        assertThat(write(0, 0, "x")).isEqualTo(Status.INTERNAL_FAILURE);
        assertThat(write(-1, 0, "x")).isEqualTo(Status.INTERNAL_FAILURE);
        assertThat(spliced[0]).isZero();
        assertThat(write(0, 1, "x")).isEqualTo(Status.OK);
        assertThat(write(0, -1, "x")).isEqualTo(Status.OK);
        assertThat(spliced[0]).isEqualTo(2);
    }

    @Test
    void outAddresses_outside_areInvalidMemoryAccess() {
        open(BufferType.HTTP_REQUEST_BODY, "hello", true);

        assertThat(vm.call("proxy_get_buffer_bytes", BODY, 0, 5, OUT, FAR)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_get_buffer_status", BODY, OUT, FAR)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
    }

    private FakeBuffer open(BufferType type, String content, boolean writable) {
        FakeBuffer buffer = new FakeBuffer(content, writable);
        vm.stream.buffers.put(type, buffer);
        return buffer;
    }

    private Status write(int start, int length, String data) {
        return vm.call("proxy_set_buffer_bytes", BODY, start, length, data);
    }

    /** The bytes read, or the two words when the address is 0. */
    private String read(int buffer, int start, int length) {
        assertThat(vm.call("proxy_get_buffer_bytes", buffer, start, length, OUT, OUT2))
                .isEqualTo(Status.OK);
        return vm.guest.u32(OUT) == 0 ? vm.words() : vm.result();
    }
}
