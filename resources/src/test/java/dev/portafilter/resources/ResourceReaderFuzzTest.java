package dev.portafilter.resources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever stands in a file, reading ends soon, with an answer that is consistent. */
class ResourceReaderFuzzTest {
    private static final int MUTATIONS = 1_000;
    private static final String[] PIECES = {
        "---\n",
        "\n",
        "\t",
        "  ",
        ": ",
        "- ",
        "? ",
        "[",
        "]",
        "{",
        "}",
        "&a ",
        "*a",
        "<<: *a",
        "!!int ",
        "!x ",
        "|\n",
        ">-\n",
        "\"",
        "'",
        "#",
        "%YAML 9.9\n",
        ".nan",
        "1e999",
        "null",
        "yes",
        "0x",
        "9".repeat(1200),
        "\0",
        "\uFEFF",
        "\\ud800",
        "\u00e9",
        "\u2028",
        "sha256: ",
        "portafilter.dev/x: ",
        "[".repeat(200),
        "kind: List\nitems:\n"
    };

    @ParameterizedTest
    @ValueSource(strings = {"plugins.yaml", "plugins.json"})
    void mutations_neverThrow_andStayBounded(String name) throws IOException {
        byte[] seed = name.endsWith("json") ? json() : yaml();
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] text = mutate(seed, new Random(i));
            ResourceSet set = assertTimeoutPreemptively(
                    Duration.ofSeconds(10),
                    () -> ResourceReader.read(name, text, Resources.ANY_MODULE),
                    () -> "mutation of " + name);
            assertThat(set.problems()).hasSizeLessThanOrEqualTo(ReadLimits.PROBLEMS + 1);
            for (Problem problem : set.problems()) {
                assertThat(problem.toString()).hasSizeLessThan(4_000).doesNotContain("\n");
            }
            for (PluginResource resource : set.resources()) {
                assertThat(resource.spec().name()).isNotEmpty();
                byte[] configuration = resource.spec().configuration();
                if (configuration.length > 0 && resource.wasmPlugin().extras().pluginConfiguration() == null) {
                    assertThat(rewritten(configuration)).isEqualTo(new String(configuration, StandardCharsets.UTF_8));
                }
            }
        }
    }

    /** Text that a reader, or a pattern behind it, could take time or stack for that grows faster than the text. */
    @ParameterizedTest
    @ValueSource(strings = {"x", "%", ":", "a/", "a-", "\n"})
    void repetitions_endSoon(String piece) {
        String many = piece.repeat((ReadLimits.FILE_BYTES - 300) / piece.length());
        String inside = Resources.plugin("url: 'x.y/" + many.replace("'", "").replace("\n", "") + "'");
        String metadata = "apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata:\n  name: \""
                + many.replace("\"", "").replace("\n", "") + "\"\n";
        for (String text : new String[] {many, inside, metadata}) {
            ResourceSet set = assertTimeoutPreemptively(Duration.ofSeconds(20), () -> Resources.read(text));
            assertThat(set.problems()).isNotEmpty();
            assertThat(set.resources()).isEmpty();
        }
    }

    /** Reads JSON that was written here and writes it again. */
    private static String rewritten(byte[] json) {
        Problems problems = new Problems();
        String text = new String(json, StandardCharsets.UTF_8);
        Node root = JsonDocuments.read("written.json", text, problems).get(0).root();
        assertThat(problems.list()).isEmpty();
        return JsonText.of(root);
    }

    private static byte[] mutate(byte[] seed, Random random) {
        byte[] text = seed;
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            int from = random.nextInt(text.length);
            int to = Math.min(text.length, from + random.nextInt(20));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(text, 0, from);
            switch (random.nextInt(5)) {
                case 0 -> {
                    // Leaves a part out.
                }
                case 1 -> {
                    out.write(text, from, to - from);
                    out.write(text, from, to - from);
                }
                case 2 -> out.write(random.nextInt(256));
                case 3 -> {
                    int other = random.nextInt(text.length);
                    out.writeBytes(Arrays.copyOfRange(text, other, Math.min(text.length, other + 40)));
                }
                default -> out.writeBytes(PIECES[random.nextInt(PIECES.length)].getBytes(StandardCharsets.UTF_8));
            }
            out.write(text, to, text.length - to);
            text = out.size() == 0 ? seed : out.toByteArray();
        }
        return text;
    }

    private static byte[] yaml() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String name : new String[] {"acl.yaml", "openid-file.yaml", "header-append.yaml"}) {
            out.writeBytes(OssmExamplesTest.bytes(name));
            out.writeBytes("---\n".getBytes(StandardCharsets.UTF_8));
        }
        out.writeBytes(Resources.named(
                        "all",
                        "ns",
                        "targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}]",
                        "match: [{mode: CLIENT, ports: [{number: 80}]}]",
                        "vmConfig: {env: [{name: A, value: x}, {name: B, valueFrom: HOST}]}",
                        "priority: 5",
                        "pluginConfig: {a: &x [1, 2.5, true, null, 'text'], b: *x, c: {d: e}}")
                .getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    private static byte[] json() {
        return ("{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"apiVersion\":\"extensions.istio.io/v1alpha1\","
                        + "\"kind\":\"WasmPlugin\",\"metadata\":{\"name\":\"p\",\"annotations\":{\"portafilter.dev/vm-id\":"
                        + "\"v\"}},\"spec\":{\"url\":\"file:///x.wasm\",\"priority\":5,\"match\":[{\"ports\":[{\"number\":1}]}],"
                        + "\"pluginConfig\":{\"a\":[1,2.5,true,null,\"\\u00e9\"],\"b\":{}}}}]}")
                .getBytes(StandardCharsets.UTF_8);
    }
}
