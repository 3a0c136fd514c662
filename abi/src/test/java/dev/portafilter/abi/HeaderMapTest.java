package dev.portafilter.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HeaderMapTest {
    @Test
    void pseudoHeader_addedLate_standsBehindTheOtherPseudoHeaders() {
        HeaderMap map = HeaderMap.of(":authority", "h", "x-a", "1", ":path", "/", "x-b", "2", ":method", "GET");

        assertThat(map).hasToString("{:authority: h, :path: /, :method: GET, x-a: 1, x-b: 2}");
    }

    @Test
    void replace_removesAllEntries_andAppendsOne() {
        HeaderMap map = HeaderMap.of("x-a", "1", "x-b", "2", "x-a", "3", "x-c", "4");

        map.replace("X-A", "9");

        assertThat(map).hasToString("{x-b: 2, x-c: 4, x-a: 9}");
    }

    @Test
    void replace_ofPseudoHeader_goesToTheEndOfThePseudoHeaders() {
        HeaderMap map = HeaderMap.of(":authority", "h", ":path", "/", ":method", "GET", "x-a", "1");

        map.replace(":authority", "other");
        map.add(":scheme", "http");

        assertThat(map).hasToString("{:path: /, :method: GET, :authority: other, :scheme: http, x-a: 1}");
    }

    @Test
    void replace_ofAnAbsentName_adds() {
        HeaderMap map = new HeaderMap();

        map.replace("x-a", "");

        assertThat(map.get("x-a")).isEmpty();
    }

    @Test
    void remove_takesEveryEntry_andKeepsTheOrderOfTheRest() {
        HeaderMap map = HeaderMap.of("x-a", "1", "x-b", "2", "x-a", "3", "x-c", "4");

        map.remove("X-a");
        map.remove("x-unknown");

        assertThat(map).hasToString("{x-b: 2, x-c: 4}");
        assertThat(map.count()).isEqualTo(2);
    }

    @Test
    void remove_ofPseudoHeaders_keepsLaterOnesInFront() {
        HeaderMap map = HeaderMap.of(":a", "1", ":b", "2", ":a", "3", "x", "4");

        map.remove(":a");
        map.add(":c", "5");

        assertThat(map).hasToString("{:b: 2, :c: 5, x: 4}");
    }

    @Test
    void clear_thenAdd_startsAnew() {
        HeaderMap map = HeaderMap.of(":path", "/", "x-a", "1");

        map.clear();
        map.add("x-b", "2");
        map.add(":path", "/new");

        assertThat(map).hasToString("{:path: /new, x-b: 2}");
    }

    @Test
    void joined_ofRepeatedName_isCommaSeparated() {
        HeaderMap map = HeaderMap.of("cookie", "c=1", "x", "y", "cookie", "d=2", "cookie", "");

        assertThat(map.joined(bytes("cookie"))).isEqualTo(bytes("c=1,d=2,"));
        assertThat(map.joined(bytes("x"))).isEqualTo(bytes("y"));
        assertThat(map.joined(bytes("none"))).isNull();
    }

    @Test
    void indexOf_inForeignBytes_ignoresCase() {
        HeaderMap map = HeaderMap.of("a", "1", "x-foo", "2");
        byte[] memory = bytes("..X-FoO..");

        assertThat(map.indexOf(memory, 2, 5)).isEqualTo(1);
        assertThat(map.indexOf(memory, 2, 4)).isEqualTo(-1);
        assertThat(map.indexOf(memory, 9, 0)).isEqualTo(-1);
        assertThat(HeaderMap.of("", "").indexOf(memory, 9, 0)).isZero();
    }

    @Test
    void get_ofRepeatedName_isTheFirstValue() {
        HeaderMap map = HeaderMap.of("x-a", "1", "x-a", "2");

        assertThat(map.get("X-A")).isEqualTo("1");
        assertThat(map.get("x-b")).isNull();
        assertThat(map.contains("X-a")).isTrue();
        assertThat(map.contains("x-b")).isFalse();
    }

    @Test
    void byteSize_isTheSumOfNamesAndValues() {
        assertThat(HeaderMap.of("a", "bc").byteSize()).isEqualTo(3);
        assertThat(HeaderMap.of("a", "bc", "", "", "de", "").byteSize()).isEqualTo(5);
    }

    @Test
    void copy_isIndependent_andEqualUntilChanged() {
        HeaderMap map = HeaderMap.of(":path", "/", "x-a", "1");
        HeaderMap copy = map.copy();

        assertThat(copy).isEqualTo(map).hasSameHashCodeAs(map);
        copy.add("x-b", "2");
        copy.setValue(0, bytes("/changed"));

        assertThat(map).hasToString("{:path: /, x-a: 1}").isNotEqualTo(copy);
        assertThat(copy).hasToString("{:path: /changed, x-a: 1, x-b: 2}");
    }

    @Test
    void setAll_ofItself_changesNothing() {
        HeaderMap map = HeaderMap.of(":path", "/", "x-a", "1");

        map.setAll(map);

        assertThat(map).hasToString("{:path: /, x-a: 1}");
    }

    @Test
    void manyEntries_keepTheirOrder() {
        HeaderMap map = new HeaderMap();
        for (int i = 0; i < 1000; i++) {
            map.add(i % 10 == 0 ? ":p" + i : "h" + i, "v" + i);
        }

        assertThat(map.count()).isEqualTo(1000);
        assertThat(map.nameText(99)).isEqualTo(":p990");
        assertThat(map.nameText(100)).isEqualTo("h1");
        assertThat(map.valueText(999)).isEqualTo("v999");
    }

    @Test
    void index_outOfRange_isNamed() {
        HeaderMap map = HeaderMap.of("a", "1");

        assertThatThrownBy(() -> map.name(1))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("header entry 1 of 1");
        assertThatThrownBy(() -> map.value(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> HeaderMap.of("a")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void values_asText_loseNoByte() {
        HeaderMap map = new HeaderMap();
        map.add(bytes("x"), new byte[] {(byte) 0x80, (byte) 0xFF});

        assertThat(map.valueText(0).getBytes(StandardCharsets.ISO_8859_1)).containsExactly((byte) 0x80, (byte) 0xFF);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
