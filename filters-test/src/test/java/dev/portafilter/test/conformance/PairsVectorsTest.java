package dev.portafilter.test.conformance;

import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.outPairs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.Callback;
import dev.portafilter.abi.HeaderCodec;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.test.guest.GuestModule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;

/** Section 8.6: pairs. */
class PairsVectorsTest extends VectorSuite {
    private static final HeaderMap AB = HeaderMap.of("a", "1", "b", "22");

    private static HeaderMap decoded(byte[] bytes) {
        return HeaderCodec.decode(bytes, 0, bytes.length);
    }

    private static HeaderMap decoded(String hex) {
        return decoded(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    private static HeaderMap pair(byte[] key, byte[] value) {
        HeaderMap map = new HeaderMap();
        map.add(key, value);
        return map;
    }

    @Vector(98)
    void pairs_encoded_areTheBytesOfTheReference() {
        assertThat(HeaderCodec.encode(AB))
                .isEqualTo(HexFormat.of()
                        .parseHex("02000000" + "0100000001000000" + "0100000002000000" + "61003100" + "6200323200"));
    }

    @Vector(99)
    void emptyPair_encoded_isFourteenBytes() {
        assertThat(HeaderCodec.encode(pair(new byte[0], new byte[0])))
                .isEqualTo(HexFormat.of().parseHex("0100000000000000000000000000"));
    }

    @Vector({100, 101})
    void pairs_encodedAndDecoded_areEqual() {
        HeaderMap one = HeaderMap.of("some_data", "9");
        assertThat(decoded(HeaderCodec.encode(one))).isEqualTo(one);
        HeaderMap repeated = HeaderMap.of("r", "2", "a", "1", "r", "1", "r", "2");
        assertThat(decoded(HeaderCodec.encode(repeated))).isEqualTo(repeated);
    }

    @Vector(102)
    void everyByte_encodedAndDecoded_isKept() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        HeaderMap map = decoded(HeaderCodec.encode(pair(all, all)));
        assertThat(map.name(0)).isEqualTo(all);
        assertThat(map.value(0)).isEqualTo(all);
    }

    @Vector(103)
    void nothing_decoded_isEmpty() {
        assertThat(decoded("00000000").count()).isZero();
        assertThat(decoded(new byte[0]).count()).isZero();
        assertThat(decoded(new byte[3]).count()).isZero();
    }

    @Vector(104)
    void moreThan1024Pairs_areNone() {
        assertThat(decoded(pairsOf(1024)).count()).isEqualTo(1024);
        assertThat(decoded(pairsOf(1025)).count()).isZero();
    }

    private static byte[] pairsOf(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(4 + 10 * count).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(count);
        return bytes.array();
    }

    @Vector(105)
    void moreThanAMegabyte_isNone() {
        for (int size : new int[] {1_048_576, 1_048_577}) {
            byte[] value = new byte[size - 4 - 8 - 2 - 1];
            byte[] bytes = HeaderCodec.encode(pair(bytes("k"), value));
            assertThat(bytes).hasSize(size);
            assertThat(decoded(bytes).count()).isEqualTo(size > 1_048_576 ? 0 : 1);
        }
    }

    @Vector(106)
    void pairs_tooLongOrTooShort_areNone() {
        byte[] good = HeaderCodec.encode(AB);
        byte[] valueTooLong = good.clone();
        valueTooLong[16]++;
        assertThat(decoded(valueTooLong).count()).isZero();
        assertThat(decoded(Arrays.copyOf(good, good.length - 1)).count()).isZero();
        assertThat(decoded(Arrays.copyOf(good, good.length + 1)).count()).isZero();
        assertThat(decoded(good).count()).isEqualTo(2);
    }

    @Vector(107)
    void fuzzInput_isNone() {
        assertThat(decoded("040000ff00ff" + "ff".repeat(30)).count()).isZero();
    }

    @Vector(108)
    void pairs_withoutTerminators_areNone() {
        byte[] good = HeaderCodec.encode(AB);
        for (int end : new int[] {21, 23, 25, 28}) {
            byte[] bad = good.clone();
            assertThat(bad[end]).isZero();
            bad[end] = 'x';
            assertThat(decoded(bad).count()).isZero();
        }
    }

    @Vector({98, 103, 106})
    void pairs_betweenGuestAndHost_areTheSame() {
        Play play = play(GuestModule.guest()
                .on(
                        Callback.ON_REQUEST_TRAILERS,
                        call("get_header_map_pairs", 1, outPairs()),
                        call("set_header_map_pairs", 1, HeaderCodec.encode(AB)),
                        call("get_header_map_pairs", 1, outPairs()),
                        call("set_header_map_pairs", 1, new byte[4]),
                        call("get_header_map_pairs", 1, outPairs())));
        play.open().post("/").requestTrailers("t", "1", "t", "").respond(200, "");
        assertThat(play.calls())
                .containsExactly(
                        "get_header_map_pairs OK {t: 1, t: }",
                        "set_header_map_pairs OK",
                        "get_header_map_pairs OK {a: 1, b: 22}",
                        "set_header_map_pairs OK",
                        "get_header_map_pairs OK null");
    }
}
