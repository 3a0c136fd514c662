package dev.portafilter.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProtobufReaderTest {
    @Test
    void everyKindOfField_isReadOrPassedOver() {
        byte[] message = HexFormat.of()
                .parseHex(
                        "0801" + "120161" + "19" + "0102030405060708" + "25" + "01020304" + "a806ffffffffffffffffff01");
        ProtobufReader reader = new ProtobufReader(message);
        assertThat(reader.next()).isTrue();
        assertThat(reader.numberField()).isEqualTo(1);
        assertThat(reader.number()).isEqualTo(1);
        assertThat(reader.bytesField()).isZero();
        assertThat(reader.next()).isTrue();
        assertThat(reader.bytesField()).isEqualTo(2);
        assertThat(reader.numberField()).isZero();
        assertThat(reader.text()).isEqualTo("a");
        assertThat(reader.next()).isTrue();
        assertThat(reader.next()).isTrue();
        assertThat(reader.numberField() + reader.bytesField()).isZero();
        assertThat(reader.next()).isTrue();
        assertThat(reader.numberField()).isEqualTo(101);
        assertThat(reader.number()).isEqualTo(-1);
        assertThat(reader.next()).isFalse();
        assertThat(reader.malformed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "08", // a number that is missing
                "0a05616263", // fewer bytes than told
                "0affffffff7f", // far more bytes than there are
                "0affffffffffffffffff01", // a negative count
                "00", // field 0
                "0b", // a group without an end
                "0b14", // a group that ends as another
                "0f", // a type that is none
                "ffffffffffffffffffffff", // a number of more than 10 bytes
                "11010203", // a short fixed number
            })
    void messageThatIsNotWellFormed_ends(String hex) {
        ProtobufReader reader = new ProtobufReader(HexFormat.of().parseHex(hex));
        assertThat(reader.next()).isFalse();
        assertThat(reader.malformed()).isTrue();
        assertThat(reader.next()).isFalse();
    }

    @Test
    void anyBytes_areReadToAnEnd() {
        Random random = new Random(7);
        byte[] bytes = new byte[40];
        for (int round = 0; round < 20_000; round++) {
            random.nextBytes(bytes);
            ProtobufReader reader = new ProtobufReader(Arrays.copyOf(bytes, random.nextInt(bytes.length)));
            int fields = 0;
            while (reader.next()) {
                fields++;
            }
            assertThat(fields).isLessThan(bytes.length);
        }
    }
}
