package dev.portafilter.abi;

/** What a guest writes to its standard output and error becomes log lines. Source: ABI reference, section 5.2. */
final class WasiOutput {
    private static final int IOVEC_SIZE = 2 * Integer.BYTES;

    private WasiOutput() {}

    /**
     * Slots: descriptor, iovecs, their count; each iovec is an address and a size. All of them are one message.
     *
     * @param writtenSlot the slot of the address for the number of bytes written
     */
    static int write(HostCall call, int writtenSlot) {
        LogLevel level = WasiFunctions.outputLevel(call.int32(0));
        if (level == null) {
            return WasiFunctions.BADF;
        }
        int table = call.int32(1);
        long tableSize = Integer.toUnsignedLong(call.int32(2)) * IOVEC_SIZE;
        if (tableSize > Integer.MAX_VALUE || !call.inMemory(table, (int) tableSize)) {
            return WasiFunctions.FAULT;
        }
        int tableEnd = table + (int) tableSize;
        long size = 0;
        for (int iovec = table; iovec < tableEnd; iovec += IOVEC_SIZE) {
            int length = call.readU32(iovec + Integer.BYTES);
            if (!call.inMemory(call.readU32(iovec), length)) {
                return WasiFunctions.FAULT;
            }
            size += length;
        }
        // Overlapping iovecs can announce more than there is memory.
        if (size > Integer.MAX_VALUE) {
            return WasiFunctions.INVAL;
        }
        if (size > 0 && call.host().logs(level)) {
            log(call, level, table, tableEnd, (int) size);
        }
        return WasiFunctions.errno(call.returnU32(writtenSlot, (int) size));
    }

    private static void log(HostCall call, LogLevel level, int table, int tableEnd, int size) {
        byte[] memory = call.memory();
        byte[] message = memory;
        int offset = call.readU32(table);
        int kept = call.readU32(table + Integer.BYTES);
        if (kept != size) {
            message = new byte[Math.min(size, Limits.LOG_MESSAGE_SIZE)];
            offset = 0;
            kept = 0;
            for (int iovec = table; iovec < tableEnd && kept < message.length; iovec += IOVEC_SIZE) {
                int length = Math.min(call.readU32(iovec + Integer.BYTES), message.length - kept);
                System.arraycopy(memory, call.readU32(iovec), message, kept, length);
                kept += length;
            }
        }
        LogFunctions.log(
                call, level, message, offset, kept > 0 && message[offset + kept - 1] == '\n' ? kept - 1 : kept);
    }
}
