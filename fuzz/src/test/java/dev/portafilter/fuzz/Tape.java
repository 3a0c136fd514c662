package dev.portafilter.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.portafilter.abi.HeaderCodec;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.HostFunction;
import dev.portafilter.abi.HostFunctions;
import dev.portafilter.abi.Param;
import dev.portafilter.abi.WasiFunctions;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes tapes for {@link TapeGuest}: most arguments are ones that make sense somewhere, some are at the edge of memory,
 * and some are anything.
 */
final class Tape {
    private static final int MOST_FRAMES = 60;
    /** On average so many of ten actions are host calls of the proxy, and not of WASI or the guest's own. */
    private static final int PROXY_CALLS_OF_TEN = 8;

    private static final List<byte[]> WORDS = new ArrayList<>();
    private static final List<Integer> ADDRESSES = new ArrayList<>();
    private static final byte[] DICTIONARY = dictionary();

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final FuzzedDataProvider data;

    private Tape(FuzzedDataProvider data) {
        this.data = data;
    }

    /** The texts that tapes point to; part of the guest. */
    static byte[] dictionaryBytes() {
        return DICTIONARY.clone();
    }

    /** A tape made of the data. */
    static byte[] write(FuzzedDataProvider data) {
        Tape tape = new Tape(data);
        int frames = data.consumeInt(0, MOST_FRAMES);
        // Most guests start: create, start, configure, each with actions and a result.
        for (int i = 0; i < frames; i++) {
            tape.frame();
        }
        return tape.bytes.toByteArray();
    }

    private void frame() {
        int actions = data.consumeInt(0, 3);
        bytes.write(actions);
        for (int i = 0; i < actions; i++) {
            action();
        }
        bytes.write(data.pickValue(RESULTS));
    }

    /** 1 is good for start-up and stops a message; 0 lets it go. */
    private static final byte[] RESULTS = {1, 1, 1, 0, 0, 2, 3, 4, 5, (byte) 255};

    private void action() {
        List<HostFunction> functions = HostFunctions.all();
        int kind = data.consumeInt(0, 9);
        if (kind < PROXY_CALLS_OF_TEN) {
            int index = data.consumeInt(0, functions.size() - 1);
            bytes.write(index);
            functions.get(index).params().forEach(this::argument);
        } else if (kind == PROXY_CALLS_OF_TEN) {
            int index = data.consumeInt(0, WasiFunctions.all().size() - 1);
            bytes.write(functions.size() + index);
            WasiFunctions.all().get(index).parameterTypes().forEach(type -> {
                if (type.equals("i64")) {
                    word(anything());
                }
                word(data.consumeBoolean() ? data.consumeInt(0, 4) : anyAddress());
            });
        } else {
            bytes.write(functions.size() + WasiFunctions.all().size() + data.consumeInt(0, 2));
            bytes.write(data.consumeInt(0, 9));
        }
    }

    private void argument(Param param) {
        switch (param.kind()) {
            case BYTES, LATE_BYTES -> input();
            case RETURN_U32, RETURN_U64 -> word(output());
            case RETURN_BYTES -> {
                word(output());
                word(output());
            }
            case S64, U64 -> {
                word(number());
                word(data.consumeBoolean() ? 0 : anything());
            }
            default -> word(number());
        }
    }

    private void input() {
        int choice = data.consumeInt(0, 15);
        if (choice == 0) {
            word(anyAddress());
            word(anything());
        } else if (choice == 1) {
            word(0);
            word(0);
        } else {
            int index = data.consumeInt(0, WORDS.size() - 1);
            word(ADDRESSES.get(index));
            word(WORDS.get(index).length);
        }
    }

    private int output() {
        return data.consumeInt(0, 15) == 0 ? anyAddress() : TapeGuest.CELLS + 16 * data.consumeInt(0, 3);
    }

    private int number() {
        return switch (data.consumeInt(0, 7)) {
            case 0 -> TapeGuest.LAST_WORD;
            case 1 -> anything();
            case 2 -> data.pickValue(STATUSES);
            default -> data.consumeInt(0, 9);
        };
    }

    private static final int[] STATUSES = {200, 204, 304, 403, 503, 999, 1000, 0x7fffffff, -1, 10, 100};

    /** Near the ends of memory; cells are left out, so that the guest's own words stay as they are. */
    private int anyAddress() {
        return data.pickValue(EDGES);
    }

    private static final int[] EDGES = {
        0,
        1,
        100,
        TapeGuest.MEMORY_END,
        TapeGuest.MEMORY_END - 1,
        TapeGuest.MEMORY_END - 4,
        TapeGuest.MEMORY_END - 8,
        TapeGuest.MEMORY_END + 1,
        0x7fffffff,
        0x80000000,
        -1,
        -4,
        -8
    };

    private int anything() {
        return data.consumeInt();
    }

    private void word(int value) {
        for (int shift = 0; shift < 32; shift += 8) {
            bytes.write(value >>> shift);
        }
    }

    private static byte[] dictionary() {
        String[] texts = {
            ":path",
            ":method",
            ":authority",
            ":status",
            "host",
            "content-length",
            "X-Upper",
            "x-up",
            "te",
            "/a?b=c",
            "GET",
            "1",
            "200",
            "7",
            "value",
            "a value\r\nx: y",
            "a\0b",
            "callout",
            "nowhere",
            "k",
            "queue",
            "vm",
            "compress",
            "uncompress",
            "clear_route_cache",
            "no_such_function",
            "tape",
            "set_envoy_filter_state",
            "declare_property",
            "request\0path",
            "request\0headers\0x-up\0",
            "plugin_name",
            "response\0code",
            "own",
            "request",
            "connection_id",
            "\0",
            "a\0\0b",
            "service",
            "metric",
            "application/grpc",
            "close",
            "transfer-encoding",
            "chunked",
            ""
        };
        for (String text : texts) {
            WORDS.add(TapeGuest.ascii(text));
        }
        WORDS.add(HeaderCodec.encode(HeaderMap.of(":method", "GET", ":path", "/call", ":authority", "callout")));
        WORDS.add(HeaderCodec.encode(HeaderMap.of(":method", "POST", ":path", "/", "host", "c", "x", "1", "x", "2")));
        WORDS.add(HeaderCodec.encode(HeaderMap.of(":status", "201", "content-type", "t", "content-length", "3")));
        WORDS.add(HeaderCodec.encode(HeaderMap.of("x-a", "1\r\n", "", "empty")));
        WORDS.add(HeaderCodec.encode(new HeaderMap()));
        WORDS.add(new byte[] {1, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 'a'});
        WORDS.add(new byte[] {-1, -1, -1, 127});
        WORDS.add(new byte[3000]);
        // Iovecs: one of two texts, one that is not there.
        WORDS.add(new byte[] {0, 8, 0, 0, 5, 0, 0, 0, 0, 8, 0, 0, 9, 0, 0, 0});
        WORDS.add(new byte[] {-1, -1, 0, 0, -1, -1, -1, 127});
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] word : WORDS) {
            ADDRESSES.add(TapeGuest.DICTIONARY + all.size());
            all.writeBytes(word);
        }
        return all.toByteArray();
    }
}
