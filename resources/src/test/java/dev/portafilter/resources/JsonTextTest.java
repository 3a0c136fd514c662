package dev.portafilter.resources;

import static dev.portafilter.resources.Resources.annotated;
import static dev.portafilter.resources.Resources.only;
import static dev.portafilter.resources.Resources.plugin;
import static dev.portafilter.resources.Resources.read;
import static dev.portafilter.resources.Resources.valid;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Section 7.3, and vectors T-026, T-124 and T-125. */
class JsonTextTest {
    @Test
    void T124_pluginConfig_isCompactJsonWithSortedKeys() {
        byte[] configuration = valid("pluginConfig: {openid_server: authn, openid_realm: ingress}")
                .spec()
                .configuration();
        assertThat(new String(configuration, StandardCharsets.UTF_8))
                .isEqualTo("{\"openid_realm\":\"ingress\",\"openid_server\":\"authn\"}");
        assertThat(configuration).hasSize(50);
    }

    @Test
    void T125_everyKindOfValue_isKept() {
        assertThat(config("{n: 8080, f: 1.0, b: true, z: null, s: \"\u00e9<\"}"))
                .isEqualTo("{\"b\":true,\"f\":1,\"n\":8080,\"s\":\"\u00e9<\",\"z\":null}");
        assertThat(config("{a: {d: [{z: 1, y: []}], c: {}}}"))
                .isEqualTo("{\"a\":{\"c\":{},\"d\":[{\"y\":[],\"z\":1}]}}");
    }

    @Test
    void T026_nothing_is0Bytes() {
        assertThat(valid().spec().configuration()).isEmpty();
        assertThat(valid("pluginConfig: {}").spec().configuration()).isEmpty();
        assertThat(valid("pluginConfig: null").spec().configuration()).isEmpty();
        assertThat(valid("pluginConfig:").spec().configuration()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "12345678901234567890123456789, 12345678901234567890123456789",
        "9007199254740993, 9007199254740993",
        "-0, 0",
        "-0.0, -0",
        "+5, 5",
        "0x1F, 31",
        "0o17, 15",
        "1.50, 1.5",
        ".5, 0.5",
        "5., 5",
        "0.1, 0.1",
        "1e3, 1000",
        "1e20, 100000000000000000000",
        "1e21, 1e+21",
        "1.25e21, 1.25e+21",
        "2e-3, 0.002",
        "0.000001, 0.000001",
        "0.0000001, 1e-7",
        "-1.5e-9, -1.5e-9",
        "2.2250738585072014e-308, 2.2250738585072014e-308",
        "4.9e-324, 5e-324",
        "1.7976931348623157e308, 1.7976931348623157e+308",
        "123456789.123456789, 123456789.12345679",
        "1_000, \"1_000\"",
        "12:30:45, \"12:30:45\"",
        "0x, \"0x\"",
        "1.2.3, \"1.2.3\"",
        "-, \"-\"",
        "~, null",
        "True, true",
        "FALSE, false",
        "Null, null",
        "nulL, \"nulL\"",
        "2024-01-01, \"2024-01-01\"",
    })
    void scalar_meansWhatYaml12Says(String word, String json) {
        assertThat(config("{v: " + word + "}")).isEqualTo("{\"v\":" + json + "}");
    }

    @Test
    void doubles_areShortestAndReadBackTheSame() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(value)) {
                assertThat(Double.parseDouble(JsonText.number(value))).isEqualTo(value);
            }
        }
    }

    @Test
    void keys_areTextInOrderOfCodePoints() {
        assertThat(config("{2: a, 10: b, true: c, 1.0: d, \uD83D\uDE00: e, \uFF5E: f}"))
                .isEqualTo("{\"1\":\"d\",\"10\":\"b\",\"2\":\"a\",\"true\":\"c\",\"\uFF5E\":\"f\","
                        + "\"\uD83D\uDE00\":\"e\"}");
    }

    @Test
    void text_hasOnlyTheEscapesOfJson() throws IOException {
        String json = config("{s: \"\\\"\\\\/\\b\\f\\n\\r\\t\\x01\\x7f<>&\\u2028\"}");
        assertThat(json).isEqualTo("{\"s\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\u007f<>&\u2028\"}");
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            parser.nextToken();
            parser.nextToken();
            parser.nextToken();
            assertThat(parser.getText()).isEqualTo("\"\\/\b\f\n\r\t\u0001\u007f<>&\u2028");
        }
    }

    @Test
    void blocks_areTextAsYamlHasIt() {
        assertThat(only(plugin("pluginConfig:", "  a: |", "    x", "    y", "  b: >-", "    x", "    y", "  c: 'yes'"))
                        .wasmPlugin()
                        .pluginConfig())
                .isEqualTo("{\"a\":\"x\\ny\\n\",\"b\":\"x y\",\"c\":\"yes\"}");
    }

    @Test
    void rawConfiguration_isHandedOnAsItIs() {
        String text = annotated("portafilter.dev/plugin-configuration: |", "  line one", "  \u00e9");
        assertThat(only(text).spec().configuration()).isEqualTo("line one\n\u00e9\n".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void revision_changesWithWhatAnOperatorWroteOnly() {
        String first = valid("pluginConfig: {a: 1, b: 2}").revision();
        assertThat(first).hasSize(64);
        assertThat(valid("pluginConfig: {b: 2, a: 1}").revision()).isEqualTo(first);
        assertThat(valid("pluginConfig: {b: 2, a: 3}").revision()).isNotEqualTo(first);
        String text = plugin("pluginConfig: {a: 1, b: 2}");
        assertThat(only(text + "status: {x: y}\n").revision()).isEqualTo(first);
        assertThat(only(text.replace(
                                "  namespace: ns\n",
                                "  namespace: ns\n  uid: u\n  generation: 5\n  creationTimestamp: x\n"))
                        .revision())
                .isEqualTo(first);
        assertThat(only(text.replace("  namespace: ns\n", "  namespace: ns\n  labels: {a: b}\n"))
                        .revision())
                .isNotEqualTo(first);
        assertThat(only(text.replace("  namespace: ns\n", "  namespace: ns\n  resourceVersion: '77'\n"))
                        .revision())
                .isEqualTo("77");
    }

    private static String config(String flow) {
        ResourceSet set = read(plugin("pluginConfig: " + flow));
        assertThat(set.errors()).isEmpty();
        return set.resources().get(0).wasmPlugin().pluginConfig();
    }
}
