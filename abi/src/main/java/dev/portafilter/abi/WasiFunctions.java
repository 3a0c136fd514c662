package dev.portafilter.abi;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The table of WASI preview 1 as a proxy offers it: output goes to the log, there are clocks, random bytes and the
 * configured environment, and there are no files and no sockets. Source: ABI reference, sections 5.1 to 5.3.
 */
public final class WasiFunctions {
    /** The import modules that have these functions: today's name and the one of old toolchains. */
    public static final List<String> MODULES = List.of("wasi_snapshot_preview1", "wasi_unstable");

    static final int SUCCESS = 0;
    static final int BADF = 8;
    static final int NOTDIR = 20;
    static final int FAULT = 21;
    static final int INVAL = 28;
    static final int NOENT = 44;
    static final int NOSYS = 52;
    static final int NOTSUP = 58;
    static final int NOTCAPABLE = 76;

    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int REALTIME = 0;
    private static final int MONOTONIC = 1;
    private static final int FDSTAT_SIZE = 24;
    private static final int RIGHTS_FD_WRITE = 64;

    private static final List<WasiFunction> ALL = Stream.of(process(), descriptors(), paths(), sockets())
            .flatMap(List::stream)
            .toList();
    private static final Map<String, WasiFunction> BY_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(WasiFunction::name, Function.identity()));

    private WasiFunctions() {}

    /** Every row. */
    public static List<WasiFunction> all() {
        return ALL;
    }

    /** The row of an import's name, or null. */
    public static @Nullable WasiFunction of(String name) {
        return BY_NAME.get(name);
    }

    private static List<WasiFunction> process() {
        return List.of(
                wasi("args_get", "i32 i32", call -> SUCCESS),
                wasi("args_sizes_get", "i32 i32", call -> errno(call.returnBlock(0, 0, 0))),
                wasi("environ_get", "i32 i32", WasiFunctions::environGet),
                wasi("environ_sizes_get", "i32 i32", WasiFunctions::environSizesGet),
                wasi("clock_res_get", "i32 i32", WasiFunctions::clockResGet),
                wasi("clock_time_get", "i32 i64 i32", WasiFunctions::clockTimeGet)
                        .allowWhileAllocating(),
                wasi("random_get", "i32 i32", WasiFunctions::randomGet),
                wasi("sched_yield", "", call -> SUCCESS),
                wasi("poll_oneoff", "i32 i32 i32 i32", call -> zeroAt(call, 3, SUCCESS))
                        .allowWhileAllocating(),
                wasi("proc_exit", "i32", WasiFunctions::procExit).withoutResult(),
                wasi("proc_raise", "i32", call -> NOSYS));
    }

    private static List<WasiFunction> descriptors() {
        return List.of(
                wasi("fd_write", "i32 i32 i32 i32", call -> WasiOutput.write(call, 3))
                        .allowWhileAllocating(),
                wasi("fd_pwrite", "i32 i32 i32 i64 i32", call -> WasiOutput.write(call, 4)),
                wasi("fd_read", "i32 i32 i32 i32", call -> NOSYS),
                wasi("fd_pread", "i32 i32 i32 i64 i32", call -> NOSYS),
                wasi("fd_seek", "i32 i64 i32 i32", call -> SUCCESS),
                wasi("fd_tell", "i32 i32", WasiFunctions::fdTell),
                wasi("fd_close", "i32", call -> SUCCESS),
                wasi("fd_fdstat_get", "i32 i32", WasiFunctions::fdFdstatGet),
                wasi("fd_fdstat_set_flags", "i32 i32", call -> NOSYS),
                wasi("fd_fdstat_set_rights", "i32 i64 i64", call -> ifOutput(call, SUCCESS)),
                wasi("fd_datasync", "i32", call -> ifOutput(call, SUCCESS)),
                wasi("fd_sync", "i32", call -> ifOutput(call, SUCCESS)),
                wasi("fd_advise", "i32 i64 i64 i32", call -> SUCCESS),
                wasi("fd_allocate", "i32 i64 i64", call -> ifOutput(call, SUCCESS)),
                wasi("fd_filestat_get", "i32 i32", call -> BADF),
                wasi("fd_filestat_set_size", "i32 i64", call -> ifOutput(call, SUCCESS)),
                wasi("fd_filestat_set_times", "i32 i64 i64 i32", call -> ifOutput(call, SUCCESS)),
                wasi("fd_readdir", "i32 i32 i32 i64 i32", call -> zeroAt(call, 4, NOTDIR)),
                wasi("fd_renumber", "i32 i32", call -> ifOutput(call, NOTSUP)),
                // Go's runtime asks for every descriptor from 3 on until it gets just this.
                wasi("fd_prestat_get", "i32 i32", call -> BADF),
                wasi("fd_prestat_dir_name", "i32 i32 i32", call -> NOSYS));
    }

    private static List<WasiFunction> paths() {
        return List.of(
                wasi("path_open", "i32 i32 i32 i32 i32 i64 i64 i32 i32", call -> NOENT),
                wasi("path_create_directory", "i32 i32 i32", call -> NOTSUP),
                wasi("path_filestat_get", "i32 i32 i32 i32 i32", call -> NOTSUP),
                wasi("path_filestat_set_times", "i32 i32 i32 i32 i64 i64 i32", call -> NOTSUP),
                wasi("path_link", "i32 i32 i32 i32 i32 i32 i32", call -> NOTSUP),
                wasi("path_readlink", "i32 i32 i32 i32 i32 i32", call -> zeroAt(call, 5, NOTSUP)),
                wasi("path_remove_directory", "i32 i32 i32", call -> NOTSUP),
                wasi("path_rename", "i32 i32 i32 i32 i32 i32", call -> NOTSUP),
                wasi("path_symlink", "i32 i32 i32 i32 i32", call -> NOTSUP),
                wasi("path_unlink_file", "i32 i32 i32", call -> NOTSUP));
    }

    private static List<WasiFunction> sockets() {
        return List.of(
                wasi("sock_accept", "i32 i32 i32", call -> zeroAt(call, 2, NOTSUP)),
                wasi("sock_recv", "i32 i32 i32 i32 i32 i32", WasiFunctions::sockRecv),
                wasi("sock_send", "i32 i32 i32 i32 i32", call -> zeroAt(call, 4, NOTSUP)),
                wasi("sock_shutdown", "i32 i32", call -> NOTSUP));
    }

    private static WasiFunction wasi(String name, String parameterTypes, WasiFunction.Body body) {
        return new WasiFunction(name, parameterTypes, body, true, false);
    }

    /** The level at which a descriptor's output is logged, or null when it takes none. */
    static @Nullable LogLevel outputLevel(int descriptor) {
        return switch (descriptor) {
            case STDOUT -> LogLevel.INFO;
            case STDERR -> LogLevel.ERROR;
            default -> null;
        };
    }

    static int errno(Status written) {
        return written == Status.OK ? SUCCESS : FAULT;
    }

    private static int ifOutput(HostCall call, int answer) {
        return outputLevel(call.int32(0)) == null ? BADF : answer;
    }

    /** Answers after writing a 32-bit 0 to the address in a slot. */
    private static int zeroAt(HostCall call, int slot, int answer) {
        return call.writeU32(call.int32(slot), 0) ? answer : FAULT;
    }

    private static int environSizesGet(HostCall call) {
        List<String> environment = call.host().environment();
        int size = 0;
        for (String variable : environment) {
            size += bytes(variable).length + 1;
        }
        return errno(call.returnBlock(0, environment.size(), size));
    }

    private static int environGet(HostCall call) {
        int pointer = call.int32(0);
        int text = call.int32(1);
        for (String variable : call.host().environment()) {
            byte[] bytes = bytes(variable);
            if (!call.writeU32(pointer, text) || !call.inMemory(text, bytes.length + 1)) {
                return FAULT;
            }
            System.arraycopy(bytes, 0, call.memory(), text, bytes.length);
            call.memory()[text + bytes.length] = 0;
            pointer += Integer.BYTES;
            text += bytes.length + 1;
        }
        return SUCCESS;
    }

    private static byte[] bytes(String variable) {
        return variable.getBytes(StandardCharsets.UTF_8);
    }

    private static int clockResGet(HostCall call) {
        int clock = call.int32(0);
        return clock == REALTIME || clock == MONOTONIC ? errno(call.returnU64(1, 1)) : NOTSUP;
    }

    private static int clockTimeGet(HostCall call) {
        return switch (call.int32(0)) {
            case REALTIME -> errno(call.returnU64(2, call.host().currentTimeNanos()));
            case MONOTONIC -> errno(call.returnU64(2, call.host().monotonicTimeNanos()));
            default -> NOTSUP;
        };
    }

    private static int randomGet(HostCall call) {
        int size = call.int32(1);
        if (Integer.compareUnsigned(size, Limits.RANDOM_SIZE) > 0) {
            return INVAL;
        }
        if (size == 0) {
            return SUCCESS;
        }
        if (!call.readable(0)) {
            return FAULT;
        }
        call.host().random(call.memory(), call.int32(0), size);
        return SUCCESS;
    }

    private static int procExit(HostCall call) {
        throw new GuestExit(call.int32(0));
    }

    private static int fdTell(HostCall call) {
        return outputLevel(call.int32(0)) == null ? BADF : errno(call.returnU64(1, 0));
    }

    /** Type and flags 0, then the right to write, then no inheriting rights; a bad address is not reported. */
    private static int fdFdstatGet(HostCall call) {
        if (outputLevel(call.int32(0)) == null) {
            return BADF;
        }
        int address = call.int32(1);
        if (call.inMemory(address, FDSTAT_SIZE)) {
            call.writeU64(address, 0);
            call.writeU64(address + Long.BYTES, RIGHTS_FD_WRITE);
            call.writeU64(address + 2 * Long.BYTES, 0);
        }
        return SUCCESS;
    }

    /** Zeroes the size and the flags, of which the latter have 16 bits. */
    private static int sockRecv(HostCall call) {
        int flags = call.int32(5);
        if (!call.writeU32(call.int32(4), 0) || !call.inMemory(flags, Short.BYTES)) {
            return FAULT;
        }
        call.memory()[flags] = 0;
        call.memory()[flags + 1] = 0;
        return NOTSUP;
    }
}
