package dev.portafilter.abi;

/** Properties. Source: ABI reference, section 3.12. */
final class PropertyFunctions {
    private PropertyFunctions() {}

    /** Slots: path, path size, value out, value size out. */
    static Status get(HostCall call) {
        PropertyPath path = path(call);
        if (path.size() == 0) {
            return Status.NOT_FOUND;
        }
        ResultBytes value = call.result();
        Status status = call.context().property(path, value);
        return status == Status.OK ? call.returnBytes(2, value.bytes()) : status;
    }

    /** Slots: path, path size, value, value size. */
    static Status set(HostCall call) {
        return call.context().setProperty(path(call), call.bytes(2));
    }

    private static PropertyPath path(HostCall call) {
        return PropertyPath.parse(call.memory(), call.int32(0), call.int32(1));
    }
}
