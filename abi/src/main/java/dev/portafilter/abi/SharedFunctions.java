package dev.portafilter.abi;

/** Data and queues that VMs share. Source: ABI reference, sections 3.9 and 3.10. */
final class SharedFunctions {
    private SharedFunctions() {}

    /** Slots: key, key size, value out, value size out, cas out. */
    static Status getData(HostCall call) {
        SharedData.Entry entry = call.host().sharedData().get(call.bytes(0));
        if (entry == null) {
            return Status.NOT_FOUND;
        }
        Status written = call.returnBytes(2, entry.value());
        return written == Status.OK ? call.returnU32(4, entry.cas()) : written;
    }

    /** Slots: key, key size, value, value size, cas. */
    static Status setData(HostCall call) {
        return call.host().sharedData().set(call.bytes(0), call.bytes(2), call.int32(4));
    }

    /** Slots: name, name size, token out. */
    static Status registerQueue(HostCall call) {
        int token = call.host()
                .sharedQueues()
                .register(call.bytes(0), call.context().rootId());
        return token == 0 ? Status.INTERNAL_FAILURE : call.returnU32(2, token);
    }

    /** Slots: VM id, its size, name, name size, token out. */
    static Status resolveQueue(HostCall call) {
        int token = call.host().sharedQueues().resolve(call.bytes(0), call.bytes(2));
        return token == 0 ? Status.NOT_FOUND : call.returnU32(4, token);
    }

    /** Slots: token, item, item size. */
    static Status enqueue(HostCall call) {
        return call.host().sharedQueues().enqueue(call.int32(0), call.bytes(1));
    }

    /** Slots: token, item out, item size out. An item that the guest has no place for is lost, as in Envoy. */
    static Status dequeue(HostCall call) {
        SharedQueues queues = call.host().sharedQueues();
        int token = call.int32(0);
        if (!queues.exists(token)) {
            return Status.NOT_FOUND;
        }
        byte[] item = queues.dequeue(token);
        return item == null ? Status.EMPTY : call.returnBytes(1, item);
    }
}
