package dev.portafilter.abi;

/** Functions that the host offers under free names. Source: ABI reference, section 3.13. */
final class ForeignCallFunctions {
    private ForeignCallFunctions() {}

    /**
     * Slots: name, name size, arguments, their size, results out, results size out. Both results are written even when
     * the function fails; an address of 0 means that the guest does not want that result.
     */
    static Status call(HostCall call) {
        ForeignFunction function = call.host().foreignFunction(call.text(0));
        if (function == null) {
            if (call.warns()) {
                call.warn("proxy_call_foreign_function " + call.shown(0) + ": no such function");
            }
            return Status.NOT_FOUND;
        }
        ResultBytes result = call.result();
        Status status = function.call(call.context(), call.bytes(2), result);
        byte[] bytes = result.bytes();
        int resultsAddress = call.int32(4);
        int resultsSizeAddress = call.int32(5);
        if (resultsAddress != 0) {
            int address = 0;
            if (bytes.length != 0) {
                address = call.allocate(bytes.length);
                if (address == 0) {
                    return Status.INVALID_MEMORY_ACCESS;
                }
                System.arraycopy(bytes, 0, call.memory(), address, bytes.length);
            }
            if (!call.writeU32(resultsAddress, address)) {
                return Status.INVALID_MEMORY_ACCESS;
            }
        }
        if (resultsSizeAddress != 0 && !call.writeU32(resultsSizeAddress, bytes.length)) {
            return Status.INVALID_MEMORY_ACCESS;
        }
        return status;
    }
}
