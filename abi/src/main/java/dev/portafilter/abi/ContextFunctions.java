package dev.portafilter.abi;

/** Time, ticks, status, configuration, and which context is meant. Source: ABI reference, sections 2.4, 3.2 and 3.5. */
final class ContextFunctions {
    private ContextFunctions() {}

    /** Slots: time out. */
    static Status getCurrentTimeNanoseconds(HostCall call) {
        return call.returnU64(0, call.host().currentTimeNanos());
    }

    /** Slots: period. */
    static Status setTickPeriodMilliseconds(HostCall call) {
        call.context().setTickPeriod(call.int32(0));
        return Status.OK;
    }

    /** Slots: code out, message out, message size out. */
    static Status getStatus(HostCall call) {
        Status written = call.returnU32(0, call.context().callStatus());
        return written == Status.OK ? call.returnBytes(1, call.context().callStatusMessage()) : written;
    }

    /** Slots: value out, value size out. */
    static Status getConfiguration(HostCall call) {
        return call.returnBytes(0, call.context().configuration());
    }

    /** Slots: context id. Id 0 takes the effective context back. */
    static Status setEffectiveContext(HostCall call) {
        int id = call.int32(0);
        if (id != 0 && call.host().context(id) == null) {
            if (call.warns()) {
                call.warn("proxy_set_effective_context: context " + Integer.toUnsignedString(id)
                        + " does not exist (expected: a live context of this VM)");
            }
            return Status.BAD_ARGUMENT;
        }
        call.setEffective(id);
        return Status.OK;
    }

    /** No slots. */
    static Status done(HostCall call) {
        return call.context().done();
    }
}
