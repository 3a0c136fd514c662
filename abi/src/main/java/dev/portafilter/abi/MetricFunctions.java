package dev.portafilter.abi;

/** Metrics. Source: ABI reference, section 3.11. */
final class MetricFunctions {
    private MetricFunctions() {}

    /** Slots: type, name, name size, id out. The name's range is checked before the type. */
    static Status define(HostCall call) {
        MetricType type = MetricType.of(call.int32(0));
        if (type == null) {
            return Status.BAD_ARGUMENT;
        }
        int id = call.host().metrics().define(type, call.bytes(1));
        return id == 0 ? Status.INTERNAL_FAILURE : call.returnU32(3, id);
    }

    /** Slots: id, offset. */
    static Status increment(HostCall call) {
        return call.host().metrics().increment(call.int32(0), call.int64(1));
    }

    /** Slots: id, value. */
    static Status record(HostCall call) {
        return call.host().metrics().record(call.int32(0), call.int64(1));
    }

    /** Slots: id, value out. */
    static Status get(HostCall call) {
        Metrics metrics = call.host().metrics();
        int id = call.int32(0);
        Status readable = metrics.readable(id);
        return readable == Status.OK ? call.returnU64(1, metrics.value(id)) : readable;
    }
}
