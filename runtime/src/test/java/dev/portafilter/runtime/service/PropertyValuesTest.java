package dev.portafilter.runtime.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The bytes are those that Envoy 1.40.0 gave for the same values. */
class PropertyValuesTest {
    private static final Map<String, Object> NESTED = metadata();

    private static Map<String, Object> metadata() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("a", "x");
        values.put("n", 1.5);
        values.put("t", true);
        values.put("nul", null);
        values.put("l", Arrays.asList("p", 2, false));
        values.put("o", Map.of("k", "v"));
        return values;
    }

    private static String read(@Nullable Object value, String... path) {
        ResultBytes result = new ResultBytes();
        Status status = PropertyValues.read(value, PropertyPath.of(path), 0, result);
        return status == Status.OK ? HexFormat.of().formatHex(result.bytes()) : status.name();
    }

    @Test
    void scalars_haveTheirEncodings() {
        assertThat(read("x")).isEqualTo("78");
        assertThat(read("")).isEmpty();
        assertThat(read(new byte[] {1, 2})).isEqualTo("0102");
        assertThat(read(2)).isEqualTo("0200000000000000");
        assertThat(read(-1L)).isEqualTo("ffffffffffffffff");
        assertThat(read(1.5)).isEqualTo("000000000000f83f");
        assertThat(read(true)).isEqualTo("01");
        assertThat(read(false)).isEqualTo("00");
        assertThat(read(Instant.ofEpochSecond(1, 2))).isEqualTo("02ca9a3b00000000");
        assertThat(read(Duration.ofSeconds(1))).isEqualTo("00ca9a3b00000000");
        assertThat(read(null)).isEqualTo("SERIALIZATION_FAILURE");
    }

    @Test
    void mapsAndLists_arePairs() {
        assertThat(read(Map.of())).isEqualTo("00000000");
        assertThat(read(Map.of("k", "v"))).isEqualTo("0100000001000000010000006b007600");
        assertThat(read(List.of("x", "y"))).isEqualTo("0200000001000000000000000100000000000000780000790000");
        assertThat(read(List.of(":x"))).isEqualTo("0100000002000000000000003a780000");
        assertThat(read(Map.of("m", Map.of()))).isEqualTo("0100000001000000040000006d000000000000");
    }

    @Test
    void metadata_isWalkedAsEnvoyDoes() {
        ProtobufMessage metadata = ProtobufMessage.metadata(Map.of("my.ns", NESTED));
        assertThat(read(metadata, "filter_metadata", "my.ns", "a")).isEqualTo("78");
        assertThat(read(metadata, "filter_metadata", "my.ns", "n")).isEqualTo("000000000000f83f");
        assertThat(read(metadata, "filter_metadata", "my.ns", "t")).isEqualTo("01");
        assertThat(read(metadata, "filter_metadata", "my.ns", "nul")).isEqualTo("SERIALIZATION_FAILURE");
        assertThat(read(metadata, "filter_metadata", "my.ns", "l"))
                .isEqualTo("0300000001000000000000000800000000000000010000000000000070000000000000000000400000000000");
        assertThat(read(metadata, "filter_metadata", "my.ns", "l", "1")).isEqualTo("0000000000000040");
        assertThat(read(metadata, "filter_metadata", "my.ns", "o")).isEqualTo("0100000001000000010000006b007600");
        assertThat(read(metadata, "filter_metadata", "my.ns", "o", "k")).isEqualTo("76");
        assertThat(read(metadata, "filter_metadata", "my.ns")).isEqualTo("SERIALIZATION_FAILURE");
        assertThat(read(metadata, "filter_metadata")).isEqualTo("SERIALIZATION_FAILURE");
        for (String[] path : new String[][] {
            {"nosuch"},
            {"filter_metadata", "other"},
            {"filter_metadata", "my.ns", "none"},
            {"filter_metadata", "my.ns", "a", "b"},
            {"filter_metadata", "my.ns", "l", "x"},
            {"filter_metadata", "my.ns", "l", "9"},
            {"filter_metadata", "my.ns", "l", "-1"}
        }) {
            assertThat(read(metadata, path)).as(String.join(".", path)).isEqualTo("NOT_FOUND");
        }
    }

    @Test
    void messages_areSerialized() {
        assertThat(read(ProtobufMessage.metadata(Map.of()))).isEmpty();
        assertThat(read(ProtobufMessage.metadata(Map.of()), "filter_metadata")).isEqualTo("00000000");
        assertThat(read(ProtobufMessage.metadata(Map.of("ns", Map.of("ck", "cv")))))
                .isEqualTo("0a120a026e73120c0a0a0a02636b12041a026376");
        assertThat(read(ProtobufMessage.metadata(Map.of("n", NESTED))))
                .isEqualTo("0a630a016e125e" + "0a080a016112031a0178" + "0a0e0a016e120911000000000000f83f"
                        + "0a070a017412022001" + "0a090a036e756c12020800"
                        + "0a1b0a016c121632140a031a01700a091100000000000000400a022000"
                        + "0a110a016f120c2a0a0a080a016b12031a0176");
        assertThat(read(ProtobufMessage.locality("r1", "", ""))).isEqualTo("0a027231");
        assertThat(read(ProtobufMessage.locality("r1", "", ""), "zone")).isEmpty();
    }

    @Test
    void node_isAMessageWithItsParts() {
        ProtobufMessage node = new NodeInfo("node-id", "c", Map.of("n", 2), "r1", "z", "s").message();
        assertThat(read(node, "id"))
                .isEqualTo(HexFormat.of().formatHex("node-id".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        assertThat(read(node, "cluster")).isEqualTo("63");
        assertThat(read(node, "metadata", "n")).isEqualTo("0000000000000040");
        assertThat(read(node, "locality", "region")).isEqualTo("7231");
        assertThat(read(node, "locality")).isEqualTo("0a02723112017a1a0173");
        assertThat(read(node, "id", "x")).isEqualTo("NOT_FOUND");
        assertThat(read(node))
                .isEqualTo("0a076e6f64652d6964" + "120163" + "1a100a0e0a016e1209110000000000000040"
                        + "220a0a02723112017a1a0173");
        assertThat(read(new NodeInfo("", "").message())).isEmpty();
        assertThat(read(new NodeInfo("", "").message(), "metadata")).isEqualTo("00000000");
    }

    @Test
    void keysInOtherScripts_areFoundByTheirBytes() {
        String guest = new String(
                "ключ".getBytes(java.nio.charset.StandardCharsets.UTF_8), java.nio.charset.StandardCharsets.ISO_8859_1);
        assertThat(read(Map.of("ключ", 1), guest)).isEqualTo("0100000000000000");
    }

    @Test
    void whatNoPropertyCanBe_isRefused() {
        assertThatThrownBy(() -> read(new Date()))
                .hasMessage("property: a Date (expected: a type that properties have, see PropertyValues)");
        assertThatThrownBy(() -> new NodeInfo("", "", Map.of("l", List.of(1, new Date())), "", "", ""))
                .hasMessage("metadata.l.1: a Date (expected: a map, list, string, number, boolean or null)");
    }
}
