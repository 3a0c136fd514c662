package dev.portafilter.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.portafilter.abi.HeaderCodec;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.Limits;
import java.util.Arrays;

/** Bytes are malformed, or they are the one serialized form of a map. */
class PairsFuzzTest {
    @FuzzTest(maxDuration = "15s")
    void pairs_ofAnyBytes_areMalformedOrEncodeBack(byte[] bytes) {
        HeaderMap map = HeaderCodec.decodeOrNull(bytes, 0, bytes.length);
        if (map == null) {
            check(HeaderCodec.decode(bytes, 0, bytes.length).count() == 0, "malformed bytes give an empty map");
            return;
        }
        check(map.count() <= Limits.PAIRS_COUNT, "the number of pairs is limited");
        byte[] again = HeaderCodec.encode(map);
        check(HeaderCodec.encodedSize(map) == again.length, "the size is known before");
        check(again.length == (bytes.length == 0 ? Integer.BYTES : bytes.length), "nothing is lost and nothing added");
        check(map.equals(HeaderCodec.decodeOrNull(again, 0, again.length)), "what was written is read again");
        check(bytes.length == 0 || reordered(bytes, again), "each byte is written again");
        check(map.equals(map.copy()), "a copy is equal");
        atAnOffset(bytes, map);
        edited(map);
    }

    /** Whether names that begin with a colon went to the front, as they do in every map. */
    private static boolean reordered(byte[] bytes, byte[] again) {
        byte[] sorted = bytes.clone();
        byte[] sortedAgain = again.clone();
        Arrays.sort(sorted);
        Arrays.sort(sortedAgain);
        return Arrays.equals(sorted, sortedAgain);
    }

    /** Bytes around do not count. */
    private static void atAnOffset(byte[] bytes, HeaderMap map) {
        byte[] surrounded = new byte[bytes.length + 5];
        Arrays.fill(surrounded, (byte) 'x');
        System.arraycopy(bytes, 0, surrounded, 3, bytes.length);
        check(map.equals(HeaderCodec.decodeOrNull(surrounded, 3, bytes.length)), "the place does not matter");
    }

    /** A map stays consistent when it is changed. */
    private static void edited(HeaderMap map) {
        HeaderMap changed = map.copy();
        if (map.count() == 0) {
            return;
        }
        byte[] name = map.name(0);
        changed.replace(name, new byte[] {'v'});
        check(changed.indexOf(name) >= 0, "what was set is found");
        check(changed.indexOf(name, changed.indexOf(name) + 1) < 0, "it is there once");
        changed.remove(name);
        check(changed.indexOf(name) < 0, "what was removed is gone");
        int size = 0;
        for (int i = 0; i < changed.count(); i++) {
            size += changed.name(i).length + changed.value(i).length;
            check(changed.indexOf(changed.name(i)) <= i, "the first of a name is found first");
        }
        check(size == changed.byteSize(), "the size is the sum");
    }

    private static void check(boolean holds, String promise) {
        if (!holds) {
            throw new AssertionError(promise);
        }
    }
}
