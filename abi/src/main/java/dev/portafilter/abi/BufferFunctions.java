package dev.portafilter.abi;

/** The buffer functions. Source: ABI reference, section 3.3. */
final class BufferFunctions {
    private BufferFunctions() {}

    /** Slots: buffer, start, length, data out, data size out. What lies behind the end is cut off, never an error. */
    static Status getBytes(HostCall call) {
        GuestBuffer buffer = call.context().buffer(call.bufferType(0));
        if (buffer == null) {
            return Status.NOT_FOUND;
        }
        int size = buffer.size();
        int start = call.int32(1);
        if (Integer.compareUnsigned(start, size) >= 0 || call.int32(2) == 0) {
            return call.returnBlock(3, 0, 0);
        }
        int rest = size - start;
        int length = Integer.compareUnsigned(call.int32(2), rest) < 0 ? call.int32(2) : rest;
        int address = call.allocate(length);
        if (address == 0) {
            return Status.INVALID_MEMORY_ACCESS;
        }
        buffer.copyTo(start, length, call.memory(), address);
        return call.returnBlock(3, address, length);
    }

    /** Slots: buffer, length out, flags out. */
    static Status getStatus(HostCall call) {
        GuestBuffer buffer = call.context().buffer(call.bufferType(0));
        return buffer == null ? Status.NOT_FOUND : call.returnBlock(1, buffer.size(), 0);
    }

    /**
     * Slots: buffer, start, length, data, data size. Start 0 drops {@code length} bytes and prepends; a start at or
     * behind the end appends; anything between is refused, as in Envoy.
     */
    static Status setBytes(HostCall call) {
        BufferType type = call.bufferType(0);
        GuestBuffer buffer = call.context().buffer(type);
        if (buffer == null && type != BufferType.CALL_DATA) {
            return Status.NOT_FOUND;
        }
        if (!call.readable(3)) {
            return Status.INVALID_MEMORY_ACCESS;
        }
        if (buffer == null || !buffer.writable()) {
            return Status.BAD_ARGUMENT;
        }
        int size = buffer.size();
        int start = call.int32(1);
        if (start != 0 && Integer.compareUnsigned(start, size) < 0) {
            if (call.warns()) {
                call.warn("proxy_set_buffer_bytes " + type + ": start " + start + " of " + size
                        + " bytes (expected: 0 to prepend or replace, or the size to append)");
            }
            return Status.BAD_ARGUMENT;
        }
        int removed = 0;
        if (start == 0) {
            removed = Integer.compareUnsigned(call.int32(2), size) < 0 ? call.int32(2) : size;
        }
        if ((long) size - removed + call.int32(4) > Limits.BUFFER_SIZE) {
            return Status.INTERNAL_FAILURE;
        }
        buffer.splice(start == 0 ? 0 : size, removed, call.bytes(3));
        return Status.OK;
    }
}
