package dev.portafilter.abi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A guest that is a byte array with an allocator which only goes up. What nobody wrote to holds 0xEE. */
final class FakeGuest implements Guest {
    static final byte UNWRITTEN = (byte) 0xEE;
    private static final int FIRST_FREE = 4096;

    /** Sizes that the host asked the allocator for, in order. */
    final List<Integer> allocations = new ArrayList<>();

    /** What the allocator does before it answers. */
    Runnable onAllocate = () -> {};
    /** When set, what the allocator answers. */
    Integer allocatorAnswer;

    private byte[] memory;
    private int free = FIRST_FREE;

    FakeGuest(int memorySize) {
        memory = new byte[memorySize];
        Arrays.fill(memory, UNWRITTEN);
    }

    @Override
    public byte[] memory() {
        return memory;
    }

    @Override
    public int allocate(int size) {
        allocations.add(size);
        onAllocate.run();
        return allocatorAnswer != null ? allocatorAnswer : take(size);
    }

    int size() {
        return memory.length;
    }

    void growBy(int bytes) {
        int size = memory.length;
        memory = Arrays.copyOf(memory, size + bytes);
        Arrays.fill(memory, size, memory.length, UNWRITTEN);
    }

    /** Puts bytes somewhere, as a guest does before it calls the host. */
    int put(byte[] bytes) {
        int address = take(bytes.length);
        System.arraycopy(bytes, 0, memory, address, bytes.length);
        return address;
    }

    int putU32(int... numbers) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int number : numbers) {
            buffer.putInt(number);
        }
        return put(buffer.array());
    }

    int u32(int address) {
        return ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN).getInt(address);
    }

    long u64(int address) {
        return ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN).getLong(address);
    }

    byte[] bytes(int address, int size) {
        return Arrays.copyOfRange(memory, address, address + size);
    }

    String text(int address, int size) {
        return new String(memory, address, size, StandardCharsets.ISO_8859_1);
    }

    boolean unwritten(int address, int size) {
        for (int i = address; i < address + size; i++) {
            if (memory[i] != UNWRITTEN) {
                return false;
            }
        }
        return true;
    }

    private int take(int size) {
        int address = free;
        free += size;
        if (free > memory.length) {
            growBy(free - memory.length);
        }
        return address;
    }
}
