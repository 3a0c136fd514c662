package dev.portafilter.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class HeaderCodecTest {
    private static final HeaderMap TWO = HeaderMap.of("a", "1", "b", "22");
    private static final String TWO_HEX =
            "02000000 01000000 01000000 01000000 02000000 61 00 31 00 62 00 32 32 00".replace(" ", "");

    @Test
    void twoPairs_encoded_areTheBytesOfTheReference() {
        assertThat(hex(HeaderCodec.encode(TWO))).isEqualTo(TWO_HEX);
        assertThat(HeaderCodec.encodedSize(TWO)).isEqualTo(29);
    }

    @Test
    void emptyPair_encoded_isFourteenBytes() {
        assertThat(hex(HeaderCodec.encode(HeaderMap.of("", "")))).isEqualTo("0100000000000000000000000000");
    }

    @Test
    void pairs_encodedIntoTheMiddleOfAnArray_leaveTheRestAlone() {
        byte[] destination = new byte[40];
        Arrays.fill(destination, (byte) 7);

        HeaderCodec.encode(TWO, destination, 5);

        assertThat(hex(Arrays.copyOfRange(destination, 5, 34))).isEqualTo(TWO_HEX);
        assertThat(destination[4]).isEqualTo((byte) 7);
        assertThat(destination[34]).isEqualTo((byte) 7);
    }

    @Test
    void pairs_encodedAndDecoded_areEqual() {
        HeaderMap map = HeaderMap.of("some_data", "9");

        assertThat(decoded(HeaderCodec.encode(map))).isEqualTo(map);
    }

    @Test
    void repeatedKeys_encodedAndDecoded_keepOrderAndRepetition() {
        HeaderMap map = HeaderMap.of("b", "1", "a", "2", "b", "1", "a", "3");

        assertThat(decoded(HeaderCodec.encode(map))).hasToString("{b: 1, a: 2, b: 1, a: 3}");
    }

    @Test
    void everyByte_inKeyAndValue_survivesRoundTrip() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        HeaderMap map = new HeaderMap();
        map.add(all, all);

        HeaderMap decoded = decoded(HeaderCodec.encode(map));

        assertThat(decoded.name(0)).isEqualTo(all);
        assertThat(decoded.value(0)).isEqualTo(all);
    }

    @Test
    void emptyList_inBothForms_isEmptyAndWellFormed() {
        assertThat(decoded(new byte[4]).count()).isZero();
        assertThat(decoded(new byte[0]).count()).isZero();
        assertThat(hex(HeaderCodec.encode(new HeaderMap()))).isEqualTo("00000000");
    }

    @Test
    void oneToThreeBytes_decoded_areMalformed() {
        for (int size = 1; size < 4; size++) {
            assertMalformed(new byte[size]);
        }
    }

    @Test
    void countOf1024_decoded_isAccepted_andOf1025_isMalformed() {
        assertThat(decoded(emptyPairs(1024)).count()).isEqualTo(1024);
        assertMalformed(emptyPairs(1025));
    }

    @Test
    void sizeOf1MiB_decoded_isAccepted_andOneByteMore_isMalformed() {
        assertThat(decoded(pairOfSize(1 << 20)).count()).isEqualTo(1);
        assertMalformed(pairOfSize((1 << 20) + 1));
    }

    @Test
    void length_oneTooLong_isMalformed() {
        for (int lengthAt = 4; lengthAt < 20; lengthAt += 4) {
            byte[] bytes = HeaderCodec.encode(TWO);
            bytes[lengthAt]++;
            assertMalformed(bytes);
        }
    }

    @Test
    void length_negativeOrHuge_isMalformed() {
        for (int lengthAt = 4; lengthAt < 20; lengthAt += 4) {
            for (int length : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
                byte[] bytes = HeaderCodec.encode(TWO);
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(lengthAt, length);
                assertMalformed(bytes);
            }
        }
    }

    @Test
    void count_negativeOrHuge_isMalformed() {
        for (int count : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x2000_0000}) {
            byte[] bytes = HeaderCodec.encode(TWO);
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(0, count);
            assertMalformed(bytes);
        }
    }

    @Test
    void everyTruncation_decoded_isMalformed() {
        byte[] bytes = HeaderCodec.encode(TWO);
        for (int size = 1; size < bytes.length; size++) {
            assertMalformed(Arrays.copyOf(bytes, size));
        }
    }

    @Test
    void terminator_notNul_isMalformed() {
        for (int at : new int[] {21, 23, 25, 28}) {
            byte[] bytes = HeaderCodec.encode(TWO);
            assertThat(bytes[at]).isZero();
            bytes[at] = 1;
            assertMalformed(bytes);
        }
    }

    @Test
    void trailingByte_decoded_isMalformed() {
        assertMalformed(Arrays.copyOf(HeaderCodec.encode(TWO), 30));
        assertMalformed(new byte[5]);
    }

    @Test
    void knownFuzzInput_decoded_isMalformed() {
        byte[] bytes = new byte[36];
        Arrays.fill(bytes, (byte) 0xFF);
        bytes[0] = 4;
        bytes[1] = 0;
        bytes[2] = 0;
        bytes[4] = 0;

        assertMalformed(bytes);
        bytes[3] = 0;
        assertMalformed(bytes);
    }

    @Test
    void names_decoded_areNotLowerCased() {
        HeaderMap map = new HeaderMap();
        map.add(FakeVm.latin1("X-A"), new byte[0]);

        assertThat(decoded(HeaderCodec.encode(map)).nameText(0)).isEqualTo("X-A");
    }

    @Test
    void part_ofALargerArray_isDecodedAlone() {
        byte[] bytes = HeaderCodec.encode(TWO);
        byte[] larger = new byte[bytes.length + 20];
        System.arraycopy(bytes, 0, larger, 7, bytes.length);

        assertThat(HeaderCodec.decodeOrNull(larger, 7, bytes.length)).isEqualTo(TWO);
    }

    private static HeaderMap decoded(byte[] bytes) {
        HeaderMap map = HeaderCodec.decodeOrNull(bytes, 0, bytes.length);
        assertThat(map).isNotNull();
        return map;
    }

    private static void assertMalformed(byte[] bytes) {
        assertThat(HeaderCodec.decodeOrNull(bytes, 0, bytes.length)).isNull();
        assertThat(HeaderCodec.decode(bytes, 0, bytes.length).count()).isZero();
    }

    private static byte[] emptyPairs(int count) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(count)
                .array());
        bytes.writeBytes(new byte[count * 10]);
        return bytes.toByteArray();
    }

    private static byte[] pairOfSize(int size) {
        HeaderMap map = new HeaderMap();
        map.add(new byte[0], new byte[size - 14]);
        return HeaderCodec.encode(map);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
