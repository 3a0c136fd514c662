package dev.portafilter.abi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * A host call in progress: a cursor over the guest's arguments and memory that host functions read from and write
 * results through. One per VM, reused for every call, never handed to another thread.
 *
 * <p>Addresses and sizes are unsigned 32-bit numbers; all address arithmetic is done in 64 bits. A result that does not
 * fit the guest's memory becomes {@link Status#INVALID_MEMORY_ACCESS} here and nowhere else.
 * Source: ABI reference, sections 0.2 and 3.0.
 */
public final class HostCall {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int SHOWN_SIZE = 100;
    private static final int MAX_SLOTS = 16;
    private static final int FEW = 6;

    private final Guest guest;
    private final Host host;
    private final ResultBytes result = new ResultBytes();
    private final CallToken token = new CallToken();

    private final EffectiveContext vmContext;
    // Copies: storing the caller's array in an object this old would cost the collector's barrier in every call.
    private final long[] slots = new long[MAX_SLOTS];
    private final long[] slotsWhileAllocating = new long[MAX_SLOTS];
    private long[] arguments = slots;
    // Ids and not the contexts, for the same reason; the host finds a context by its id in a few nanoseconds.
    private int currentId;
    // 0, the VM's own, stands for the current one.
    private int effectiveId;
    private boolean allocating;

    /**
     * The cursor of one VM.
     *
     * @param vmContext the context of the VM itself, id 0
     */
    public HostCall(Guest guest, Host host, EffectiveContext vmContext) {
        this.guest = guest;
        this.host = host;
        this.vmContext = vmContext;
    }

    /**
     * Says whose callback runs from now on; the effective context is that one.
     *
     * @param contextId a context that the host knows
     */
    public void enter(int contextId) {
        currentId = contextId;
        effectiveId = 0;
    }

    /** Says that the callback is over. */
    public void leave() {
        currentId = 0;
        effectiveId = 0;
    }

    /** The id of the context whose callback runs; 0 is that of the VM. */
    public int currentId() {
        return allocating ? 0 : currentId;
    }

    /** The context whose callback runs. */
    public EffectiveContext current() {
        return contextOrVm(currentId());
    }

    /** The context that host calls work on. */
    public EffectiveContext context() {
        if (effectiveId != 0 && !allocating) {
            EffectiveContext other = host.context(effectiveId);
            if (other != null) {
                return other;
            }
        }
        return contextOrVm(currentId());
    }

    private EffectiveContext contextOrVm(int id) {
        EffectiveContext context = id == 0 ? null : host.context(id);
        return context == null ? vmContext : context;
    }

    /** Makes another context the effective one until the current callback returns; 0 for the running one. */
    public void setEffective(int contextId) {
        effectiveId = contextId;
    }

    /** What belongs to the VM. */
    public Host host() {
        return host;
    }

    /** A reused place for answers. */
    ResultBytes result() {
        result.clear();
        return result;
    }

    /** A reused place for a token. */
    CallToken token() {
        token.set(0);
        return token;
    }

    void begin(long[] given) {
        if (allocating && arguments == slots) {
            arguments = slotsWhileAllocating;
        }
        long[] to = arguments;
        // One by one: the guest has just written them one by one, and a processor that is asked for several of such
        // writes at once, as a loop or a call of the JVM's copying does, waits until all its earlier writes are out.
        int count = given.length;
        if (count > FEW) {
            System.arraycopy(given, FEW, to, FEW, count - FEW);
        }
        if (count > 5) {
            to[5] = given[5];
        }
        if (count > 4) {
            to[4] = given[4];
        }
        if (count > 3) {
            to[3] = given[3];
        }
        if (count > 2) {
            to[2] = given[2];
        }
        if (count > 1) {
            to[1] = given[1];
        }
        if (count > 0) {
            to[0] = given[0];
        }
    }

    /** The 32-bit number in a slot. */
    public int int32(int slot) {
        return (int) arguments[slot];
    }

    /** The 64-bit number in a slot. */
    public long int64(int slot) {
        return arguments[slot];
    }

    /** The constant in a slot that the table has checked. */
    MapType mapType(int slot) {
        return Objects.requireNonNull(MapType.of(int32(slot)));
    }

    /** The constant in a slot that the table has checked. */
    BufferType bufferType(int slot) {
        return Objects.requireNonNull(BufferType.of(int32(slot)));
    }

    /** The constant in a slot that the table has checked. */
    StreamType streamType(int slot) {
        return Objects.requireNonNull(StreamType.of(int32(slot)));
    }

    /** The constant in a slot that the table has checked. */
    LogLevel logLevel(int slot) {
        return Objects.requireNonNull(LogLevel.of(int32(slot)));
    }

    /** Whether {@link #warn} has a listener; asked before a message is built. */
    boolean warns() {
        return host.logs(LogLevel.WARN);
    }

    /** Logs what the guest did wrong: {@code where: what (value; expected)}. */
    void warn(String message) {
        host.warn(current(), message);
    }

    /** The guest's memory as it is now; read it again after anything that may run the guest. */
    public byte[] memory() {
        return guest.memory();
    }

    /** Whether the range whose address and size stand in {@code slot} and {@code slot + 1} lies in memory. */
    public boolean readable(int slot) {
        return inMemory(int32(slot), int32(slot + 1));
    }

    /** Whether a range lies in memory; size 0 at the very end does. */
    public boolean inMemory(int address, int size) {
        return Integer.toUnsignedLong(address) + Integer.toUnsignedLong(size) <= guest.memory().length;
    }

    /** A copy of the bytes whose address and size stand in {@code slot} and {@code slot + 1}; checked before. */
    public byte[] bytes(int slot) {
        int address = int32(slot);
        return Arrays.copyOfRange(guest.memory(), address, address + int32(slot + 1));
    }

    /** The bytes of a checked range as text, malformed UTF-8 replaced. */
    public String text(int slot) {
        return new String(guest.memory(), int32(slot), int32(slot + 1), StandardCharsets.UTF_8);
    }

    /** The beginning of {@link #text} in quotes, for a log line. */
    String shown(int slot) {
        int size = int32(slot + 1);
        int kept = Math.min(size, SHOWN_SIZE);
        String text = new String(guest.memory(), int32(slot), kept, StandardCharsets.UTF_8);
        return '"' + text + (kept < size ? "…\"" : "\"");
    }

    /** The 32-bit number at an address; checked before. */
    int readU32(int address) {
        return (int) INT.get(guest.memory(), address);
    }

    /** Writes a 32-bit result to the address in a slot. */
    public Status returnU32(int slot, int value) {
        return writeU32(int32(slot), value) ? Status.OK : Status.INVALID_MEMORY_ACCESS;
    }

    /** Writes a 64-bit result to the address in a slot. */
    public Status returnU64(int slot, long value) {
        return writeU64(int32(slot), value) ? Status.OK : Status.INVALID_MEMORY_ACCESS;
    }

    /** Gives the guest a copy of bytes through the two addresses in {@code slot} and {@code slot + 1}. */
    public Status returnBytes(int slot, byte[] bytes) {
        if (bytes.length == 0) {
            return returnBlock(slot, 0, 0);
        }
        int address = allocate(bytes.length);
        if (address == 0) {
            return Status.INVALID_MEMORY_ACCESS;
        }
        System.arraycopy(bytes, 0, guest.memory(), address, bytes.length);
        return returnBlock(slot, address, bytes.length);
    }

    /** Writes a block's address and size through the two addresses in {@code slot} and {@code slot + 1}. */
    public Status returnBlock(int slot, int address, int size) {
        return writeU32(int32(slot), address) && writeU32(int32(slot + 1), size)
                ? Status.OK
                : Status.INVALID_MEMORY_ACCESS;
    }

    /**
     * A block of guest memory to write a value into. Runs the guest's allocator, with no effective context; afterwards
     * {@link #memory} may be another array, while arguments and contexts are as before.
     *
     * @param size bytes, more than 0
     * @return the address, or 0 when the guest gave no block that lies in its memory
     */
    public int allocate(int size) {
        int address;
        allocating = true;
        try {
            address = guest.allocate(size);
        } finally {
            allocating = false;
            if (arguments != slots) {
                arguments = slots;
            }
        }
        return address != 0 && inMemory(address, size) ? address : 0;
    }

    /** Writes a 32-bit number, if it fits. */
    boolean writeU32(int address, int value) {
        if (!inMemory(address, Integer.BYTES)) {
            return false;
        }
        INT.set(guest.memory(), address, value);
        return true;
    }

    /** Writes a 64-bit number, if it fits. */
    boolean writeU64(int address, long value) {
        if (!inMemory(address, Long.BYTES)) {
            return false;
        }
        LONG.set(guest.memory(), address, value);
        return true;
    }
}
