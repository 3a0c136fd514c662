package dev.portafilter.abi;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A guest, its host and a stream context, and calls in the words of the tables. Arguments are numbers (one slot) or
 * texts, bytes and header maps (two slots, address and size).
 */
final class FakeVm {
    /** Addresses for results; 8 bytes apart. */
    static final int OUT = 512;

    static final int OUT2 = 520;
    static final int OUT3 = 528;

    /** An address far outside every guest's memory. */
    static final int FAR = 0x7FFF_FFF0;

    static final int ROOT = 1;
    static final int STREAM = 2;

    final FakeGuest guest = new FakeGuest(64 * 1024);
    final FakeHost host = new FakeHost();
    final FakeContext vmContext = new FakeContext(0, 0);
    final FakeContext root = new FakeContext(ROOT, ROOT);
    final FakeContext stream = new FakeContext(STREAM, ROOT);
    final HostCall call = new HostCall(guest, host, vmContext);

    FakeVm() {
        host.contexts.put(ROOT, root);
        host.contexts.put(STREAM, stream);
        call.enter(STREAM);
    }

    Status call(String function, Object... arguments) {
        return HostFunctions.of(function).call(call, slots(arguments));
    }

    int wasi(String function, Object... arguments) {
        return WasiFunctions.of(function).call(call, slots(arguments));
    }

    long environment(String function, Object... arguments) {
        return EnvironmentFunctions.of(function).call(call, slots(arguments));
    }

    /** The bytes that the words at {@link #OUT} and {@link #OUT2} point to, as text. */
    String result() {
        return guest.text(guest.u32(OUT), guest.u32(OUT2));
    }

    /** The two result words, such as {@code 0/0}. */
    String words() {
        return guest.u32(OUT) + "/" + guest.u32(OUT2);
    }

    /** Whether nothing was written to the result words. */
    boolean unwritten() {
        return guest.unwritten(OUT, OUT3 + 8 - OUT);
    }

    long[] slots(Object... arguments) {
        List<Long> slots = new ArrayList<>();
        for (Object argument : arguments) {
            if (argument instanceof Number number) {
                slots.add(number.longValue());
            } else {
                byte[] bytes = bytes(argument);
                slots.add((long) guest.put(bytes));
                slots.add((long) bytes.length);
            }
        }
        return slots.stream().mapToLong(Long::longValue).toArray();
    }

    static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(Object argument) {
        if (argument instanceof HeaderMap map) {
            return HeaderCodec.encode(map);
        }
        return argument instanceof byte[] bytes ? bytes : latin1((String) argument);
    }
}
