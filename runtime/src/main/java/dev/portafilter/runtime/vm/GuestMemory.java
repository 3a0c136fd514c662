package dev.portafilter.runtime.vm;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.runtime.WasmRuntimeException;
import com.dylibso.chicory.wasm.UninstantiableException;
import com.dylibso.chicory.wasm.types.ActiveDataSegment;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import com.dylibso.chicory.wasm.types.PassiveDataSegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The linear memory of one guest: one array, exactly as long as the memory, so that the JVM's own bounds check is the
 * guest's bounds check and host functions can work on the array. Single-threaded.
 *
 * <p>Addresses come as the engine computes them: an address of 2^31 or more, and one whose static offset carries it
 * there, arrives as a negative int. No array is that long, so every such access traps, and nothing ever wraps around.
 * Lengths of 2^31 or more arrive negative too, and the array methods refuse them.
 *
 * <p>The accessors catch what the array throws instead of asking first: the check is there once and not twice.
 */
final class GuestMemory implements Memory {
    private static final VarHandle SHORT = view(short[].class);
    private static final VarHandle INT = view(int[].class);
    private static final VarHandle LONG = view(long[].class);
    private static final VarHandle FLOAT = view(float[].class);
    private static final VarHandle DOUBLE = view(double[].class);
    private static final DataSegment[] NO_SEGMENTS = new DataSegment[0];

    private final int initialPages;
    private final int maximumPages;
    private final boolean shared;
    // Invariant: length is pages * PAGE_SIZE.
    private byte[] bytes;
    private DataSegment[] segments = NO_SEGMENTS;

    /**
     * Makes a zeroed memory.
     *
     * @param maximumPages the module's limit or the host's, whichever is less; at least the initial pages
     */
    GuestMemory(MemoryLimits limits, int maximumPages) {
        this.initialPages = limits.initialPages();
        this.maximumPages = Math.min(limits.maximumPages(), maximumPages);
        this.shared = limits.shared();
        if (initialPages > this.maximumPages) {
            throw new GuestStop(
                    GuestFailure.Kind.MEMORY_LIMIT,
                    "memory: " + initialPages + " pages at start (expected: at most " + this.maximumPages + ")");
        }
        this.bytes = new byte[initialPages * PAGE_SIZE];
    }

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
    }

    /** The memory as it is now; another array after it grew. */
    byte[] bytes() {
        return bytes;
    }

    private static WasmRuntimeException outOfBounds() {
        return new WasmRuntimeException("out of bounds memory access");
    }

    @Override
    public int pages() {
        return bytes.length / PAGE_SIZE;
    }

    @Override
    public int grow(int size) {
        int oldPages = pages();
        if (size < 0 || size > maximumPages - oldPages) {
            return -1;
        }
        if (size > 0) {
            try {
                bytes = Arrays.copyOf(bytes, (oldPages + size) * PAGE_SIZE);
            } catch (OutOfMemoryError e) {
                return -1;
            }
        }
        return oldPages;
    }

    @Override
    public int initialPages() {
        return initialPages;
    }

    @Override
    public int maximumPages() {
        return maximumPages;
    }

    @Override
    public boolean shared() {
        return shared;
    }

    @Override
    public void initialize(Instance instance, DataSegment[] dataSegments) {
        initialize(instance, dataSegments, 0);
    }

    @Override
    public void initialize(Instance instance, DataSegment[] dataSegments, int memoryIndex) {
        // The instance made this array for itself and drops segments in it, so it is shared with it and not copied.
        segments = dataSegments;
        for (int i = 0; i < dataSegments.length; i++) {
            if (dataSegments[i] instanceof ActiveDataSegment segment && segment.index() == memoryIndex) {
                byte[] data = segment.data();
                int address = ConstantExpressions.int32(instance, segment.offsetInstructions());
                try {
                    System.arraycopy(data, 0, bytes, address, data.length);
                } catch (IndexOutOfBoundsException e) {
                    throw new UninstantiableException("out of bounds memory access");
                }
                dataSegments[i] = PassiveDataSegment.EMPTY;
            }
        }
    }

    @Override
    public void initPassiveSegment(int segmentId, int dest, int offset, int size) {
        write(dest, segments[segmentId].data(), offset, size);
    }

    @Override
    public void drop(int segment) {
        segments[segment] = PassiveDataSegment.EMPTY;
    }

    @Override
    public void write(int addr, byte[] data, int offset, int size) {
        try {
            System.arraycopy(data, offset, bytes, addr, size);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public void copy(int dest, int src, int size) {
        try {
            System.arraycopy(bytes, src, bytes, dest, size);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public void fill(byte value, int fromIndex, int toIndex) {
        // The engine adds address and length in 32 bits: a sum that wrapped is below the address, or negative.
        if (fromIndex < 0 || toIndex < fromIndex || toIndex > bytes.length) {
            throw outOfBounds();
        }
        Arrays.fill(bytes, fromIndex, toIndex, value);
    }

    @Override
    public void zero() {
        // Cheaper than filling: this runs once, in a JVM that has not compiled anything yet.
        bytes = new byte[bytes.length];
    }

    @Override
    public byte[] readBytes(int addr, int len) {
        if (addr < 0 || len < 0 || len > bytes.length - addr) {
            throw outOfBounds();
        }
        return Arrays.copyOfRange(bytes, addr, addr + len);
    }

    @Override
    public byte read(int addr) {
        try {
            return bytes[addr];
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public void writeByte(int addr, byte data) {
        try {
            bytes[addr] = data;
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public short readShort(int addr) {
        try {
            return (short) SHORT.get(bytes, addr);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public long readU16(int addr) {
        return readShort(addr) & 0xFFFFL;
    }

    @Override
    public void writeShort(int addr, short data) {
        try {
            SHORT.set(bytes, addr, data);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public int readInt(int addr) {
        try {
            return (int) INT.get(bytes, addr);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public void writeI32(int addr, int data) {
        try {
            INT.set(bytes, addr, data);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public long readLong(int addr) {
        try {
            return (long) LONG.get(bytes, addr);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public void writeLong(int addr, long data) {
        try {
            LONG.set(bytes, addr, data);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public float readFloat(int addr) {
        try {
            return (float) FLOAT.get(bytes, addr);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public long readF32(int addr) {
        return readInt(addr);
    }

    @Override
    public void writeF32(int addr, float data) {
        try {
            FLOAT.set(bytes, addr, data);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public double readDouble(int addr) {
        try {
            return (double) DOUBLE.get(bytes, addr);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public long readF64(int addr) {
        return readLong(addr);
    }

    @Override
    public void writeF64(int addr, double data) {
        try {
            DOUBLE.set(bytes, addr, data);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    // Atomics: the inherited ones lock and then do the plain access, which is right for a memory of one thread.

    @Override
    @SuppressWarnings("removal")
    public Object lock(int address) {
        return this;
    }

    @Override
    public void atomicFence() {
        VarHandle.fullFence();
    }

    @Override
    @SuppressWarnings("removal")
    public int waitOn(int address, int expected, long timeout) {
        return waitUnless(readInt(address) != expected);
    }

    @Override
    @SuppressWarnings("removal")
    public int waitOn(int address, long expected, long timeout) {
        return waitUnless(readLong(address) != expected);
    }

    private int waitUnless(boolean different) {
        if (!shared) {
            throw new WasmRuntimeException("expected shared memory");
        }
        if (!different) {
            throw new WasmRuntimeException("atomic wait that nobody can end: the VM has one thread");
        }
        return 1;
    }

    @Override
    @SuppressWarnings("removal")
    public int notify(int address, int maxThreads) {
        readInt(address);
        return 0;
    }
}
