package dev.portafilter.runtime.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.dylibso.chicory.runtime.WasmRuntimeException;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** One page and more, at its borders. */
class GuestMemoryTest {
    private static final int SIZE = 65536;

    private final GuestMemory memory = new GuestMemory(new MemoryLimits(1, 4), 3);

    private static void traps(ThrowingCallable access) {
        assertThatThrownBy(access).isInstanceOf(WasmRuntimeException.class).hasMessage("out of bounds memory access");
    }

    @Test
    void numbers_ofEverySize_areLittleEndianAndNeedNoAlignment() {
        memory.writeLong(1, 0x0807060504030201L);

        assertThat(memory.read(1)).isEqualTo((byte) 1);
        assertThat(memory.readShort(1)).isEqualTo((short) 0x0201);
        assertThat(memory.readU16(1)).isEqualTo(0x0201);
        assertThat(memory.readInt(1)).isEqualTo(0x04030201);
        assertThat(memory.readF32(1)).isEqualTo(0x04030201);
        assertThat(memory.readLong(1)).isEqualTo(0x0807060504030201L);
        assertThat(memory.readF64(1)).isEqualTo(0x0807060504030201L);
        memory.writeF32(5, 1.5f);
        memory.writeF64(9, -2.5);
        memory.writeShort(3, (short) -2);
        assertThat(memory.readFloat(5)).isEqualTo(1.5f);
        assertThat(memory.readDouble(9)).isEqualTo(-2.5);
        assertThat(memory.readU16(3)).isEqualTo(0xFFFE);
    }

    @Test
    void accesses_thatEndWithMemory_work() {
        memory.writeByte(SIZE - 1, (byte) 1);
        memory.writeShort(SIZE - 2, (short) 1);
        memory.writeI32(SIZE - 4, 1);
        memory.writeLong(SIZE - 8, 1);
        memory.fill((byte) 1, SIZE, SIZE);
        memory.copy(SIZE, SIZE, 0);

        assertThat(memory.readBytes(SIZE, 0)).isEmpty();
    }

    @Test
    void accesses_thatCrossTheEndOrAreNegative_trap() {
        for (int address : new int[] {SIZE, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            traps(() -> memory.read(address));
            traps(() -> memory.writeByte(address, (byte) 0));
            traps(() -> memory.readShort(address));
            traps(() -> memory.writeShort(address, (short) 0));
            traps(() -> memory.readInt(address));
            traps(() -> memory.writeI32(address, 0));
            traps(() -> memory.readFloat(address));
            traps(() -> memory.writeF32(address, 0));
            traps(() -> memory.readLong(address));
            traps(() -> memory.writeLong(address, 0));
            traps(() -> memory.readDouble(address));
            traps(() -> memory.writeF64(address, 0));
            traps(() -> memory.readBytes(address, 1));
            traps(() -> memory.write(address, new byte[1], 0, 1));
            traps(() -> memory.copy(address, 0, 1));
            traps(() -> memory.copy(0, address, 1));
        }
        traps(() -> memory.readShort(SIZE - 1));
        traps(() -> memory.readInt(SIZE - 3));
        traps(() -> memory.readLong(SIZE - 7));
    }

    @Test
    void lengths_nearTwoToThe31And32_trap() {
        for (int size : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, SIZE + 1}) {
            traps(() -> memory.readBytes(0, size));
            traps(() -> memory.copy(0, 0, size));
            traps(() -> memory.write(0, new byte[1], 0, size));
            // The engine adds address and size itself, and may wrap.
            traps(() -> memory.fill((byte) 0, 1, 1 + size));
            traps(() -> memory.fill((byte) 0, -1, -1 + size));
        }
        traps(() -> memory.fill((byte) 0, SIZE + 1, SIZE + 1));
        traps(() -> memory.copy(SIZE + 1, 0, 0));
    }

    @Test
    void copy_overlapping_isAsIfThroughABuffer() {
        for (int i = 0; i < 8; i++) {
            memory.writeByte(i, (byte) i);
        }
        memory.copy(2, 0, 6);

        assertThat(memory.readBytes(0, 8)).containsExactly(0, 1, 0, 1, 2, 3, 4, 5);
    }

    @Test
    void memory_grown_keepsItsBytesUpToTheCap() {
        memory.writeI32(100, 7);

        assertThat(memory.grow(1)).isEqualTo(1);
        assertThat(memory.bytes()).hasSize(2 * SIZE);
        assertThat(memory.readInt(100)).isEqualTo(7);
        assertThat(memory.readInt(2 * SIZE - 4)).isZero();
        assertThat(memory.grow(2)).isEqualTo(-1);
        assertThat(memory.grow(-1)).isEqualTo(-1);
        assertThat(memory.grow(Integer.MAX_VALUE)).isEqualTo(-1);
        assertThat(memory.grow(0)).isEqualTo(2);
        assertThat(memory.pages()).isEqualTo(2);
        assertThat(memory.maximumPages()).isEqualTo(3);
    }

    @Test
    void memory_largerThanTheCap_isNotMade() {
        assertThatThrownBy(() -> new GuestMemory(new MemoryLimits(4), 3))
                .isInstanceOf(GuestStop.class)
                .hasMessage("memory: 4 pages at start (expected: at most 3)");
    }

    @Test
    void atomics_onOneThread_work() {
        assertThat(memory.atomicAddInt(8, 5)).isZero();
        assertThat(memory.atomicCmpxchgInt(8, 5, 6)).isEqualTo(5);
        assertThat(memory.atomicReadInt(8)).isEqualTo(6);
        memory.atomicFence();
        assertThat(memory.atomicNotify(8, 1)).isZero();
        traps(() -> memory.atomicNotify(-8, 1));
        traps(() -> memory.atomicAddLong(SIZE, 1));
    }

    @Test
    void atomicWait_neverBlocks() {
        assertThatThrownBy(() -> memory.atomicWait(8, 0, -1)).hasMessage("expected shared memory");
        GuestMemory shared = new GuestMemory(new MemoryLimits(1, 1, true), 1);
        assertThat(shared.atomicWait(8, 1, -1)).isEqualTo(1);
        assertThat(shared.atomicWait(8, 1L, -1)).isEqualTo(1);
        assertThatThrownBy(() -> shared.atomicWait(8, 0, -1)).hasMessageContaining("nobody can end");
        assertThat(shared.shared()).isTrue();
    }
}
