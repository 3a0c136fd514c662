package dev.portafilter.abi;

import java.nio.charset.StandardCharsets;

/** Logging. Source: ABI reference, section 3.2. */
final class LogFunctions {
    private LogFunctions() {}

    /** Slots: level, message, message size. */
    static Status log(HostCall call) {
        LogLevel level = call.logLevel(0);
        if (call.host().logs(level)) {
            log(call, level, call.memory(), call.int32(1), call.int32(2));
        }
        return Status.OK;
    }

    /** Slots: level out. */
    static Status getLogLevel(HostCall call) {
        return call.returnU32(0, call.host().logLevel());
    }

    /** Logs bytes as text, of which only so many are kept. */
    static void log(HostCall call, LogLevel level, byte[] bytes, int offset, int size) {
        call.host().log(level, call.current(), text(bytes, offset, size));
    }

    private static String text(byte[] bytes, int offset, int size) {
        if (size <= Limits.LOG_MESSAGE_SIZE) {
            return new String(bytes, offset, size, StandardCharsets.UTF_8);
        }
        return new String(bytes, offset, Limits.LOG_MESSAGE_SIZE, StandardCharsets.UTF_8) + "… (cut; " + size
                + " bytes)";
    }
}
