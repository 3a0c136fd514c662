package dev.portafilter.resources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.portafilter.runtime.plugin.PluginSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever stands in a file, reading ends soon, with an answer that is consistent. */
class ResourceReaderFuzzTest {
    private static final int MUTATIONS = 5_000;
    /** Every so many texts are migrated too. */
    private static final int MIGRATED = 25;

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
        "kind: List\nitems:\n",
        "kind: ServiceMeshExtension\n",
        "kind: TrafficExtension\n",
        "apiVersion: maistra.io/v1alpha1\n",
        "  wasm:\n",
        "phase: PostAuthZ\n",
        "x".repeat(2_000),
        "\u0000\u0001\u007f",
        ".inf",
        "1e400"
    };

    @ParameterizedTest
    @ValueSource(strings = {"plugins.yaml", "plugins.json"})
    void mutations_neverThrow_andStayBounded(String name) throws IOException {
        byte[] seed = name.endsWith("json") ? json() : yaml();
        List<byte[]> parts = Stream.of(new String(seed, StandardCharsets.UTF_8).split("(?m)^---\n"))
                .map(part -> part.getBytes(StandardCharsets.UTF_8))
                .filter(part -> part.length > 0)
                .toList();
        for (int i = 0; i < MUTATIONS; i++) {
            // All documents at once, for what one does to others; mostly one, which is quicker.
            byte[] base = i % MIGRATED == 0 ? seed : parts.get(i % parts.size());
            byte[] text = mutate(base, new Random(i));
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
                if (configuration.length > 0 && isObject(resource.model())) {
                    assertThat(rewritten(configuration)).isEqualTo(new String(configuration, StandardCharsets.UTF_8));
                }
            }
            assertThat(set.plugins()).extracting(PluginSpec::qualifiedName).doesNotHaveDuplicates();
            if (i % MIGRATED == 0) {
                assertMigrated(name, text, set);
            }
        }
    }

    /** Whether the configuration of the plugin is one of ours, and no text that was passed on. */
    private static boolean isObject(ResourceModel model) {
        return model instanceof ServiceMeshExtension extension
                ? !extension.rawConfig() && extension.extras().pluginConfiguration() == null
                : ((WasmPlugin) model).extras().pluginConfiguration() == null;
    }

    /** What is written can be read, and nothing is lost without a word. */
    private static void assertMigrated(String name, byte[] text, ResourceSet before) {
        for (Migration.Target target : Migration.Target.values()) {
            Migration.Options options = new Migration.Options(target, false, true, false, "PreAuthZ");
            Migration.Result result = assertTimeoutPreemptively(
                    Duration.ofSeconds(10), () -> Migration.of(name, text, options), () -> "migration of " + name);
            int after = 0;
            for (Migration.MigratedFile file : result.files()) {
                ResourceSet again = Resources.read(file.text());
                assertThat(again.errors()).isEmpty();
                after += again.resources().size();
            }
            boolean all = after == before.resources().size();
            assertThat(all || result.hasErrors())
                    .as("%d of %d", after, before.resources().size())
                    .isTrue();
        }
    }

    /** Bytes of any kind as the manifest of an image. */
    @Test
    void manifests_neverThrow() {
        byte[] seed = "schemaVersion: 1\nname: x\nphase: PreAuthZ\npriority: 100\nmodule: ./extension.wasm\n# end\n"
                .getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] text = mutate(seed, new Random(i));
            Manifest.Reading reading = Manifest.find("image", path -> text, i % 2 == 0);
            assertThat(reading.manifest() == null)
                    .isEqualTo(reading.problems().stream().anyMatch(Problem::isError));
            assertThat(reading.problems()).allMatch(problem -> problem.rule().startsWith("manifest."));
        }
    }

    /** All that is hostile, in a process that has 64 MiB. */
    @Test
    void hostileTexts_areReadIn64Mebibytes() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostileTexts.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output.lines().filter(line -> !line.startsWith("SLF4J")))
                .as(output)
                .hasSize(HostileTexts.COUNT);
    }

    /** Text that a reader, or a pattern behind it, could take time or stack for that grows faster than the text. */
    @ParameterizedTest
    @ValueSource(strings = {"x", "%", ":", "a/", "a-", "\n"})
    void repetitions_endSoon(String piece) {
        String many = piece.repeat((ReadLimits.LINE_CHARACTERS - 300) / piece.length());
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
        String[] names = {"acl.yaml", "openid-file.yaml", "header-append-extension.yaml"};
        for (String name : names) {
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
        out.writeBytes(("---\n"
                        + Resources.extension(
                                "phase: PostStats",
                                "priority: 7",
                                "imagePullPolicy: Never",
                                "imagePullSecrets: [{name: a}, {name: b}]",
                                "workloadSelector: {labels: {a: b}}",
                                "config: {a: {b: [1]}}")
                        + "---\n"
                        + Resources.extension("config: '{\"a\": 1}'")
                                .replace("maistra.io/v1", "maistra.io/v1alpha1")
                                .replace("name: x", "name: y")
                        + "---\napiVersion: extensions.istio.io/v1alpha1\nkind: TrafficExtension\nmetadata: {name: t}\n"
                        + "spec:\n  phase: STATS\n  match: [{}]\n  wasm:\n    url: oci://quay.io/x/y:1\n"
                        + "    pluginConfig: {a: 1}\n    failStrategy: FAIL_OPEN\n")
                .getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    private static byte[] json() {
        return ("{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"apiVersion\":\"extensions.istio.io/v1alpha1\","
                        + "\"kind\":\"WasmPlugin\",\"metadata\":{\"name\":\"p\",\"annotations\":{\"portafilter.dev/vm-id\":"
                        + "\"v\"}},\"spec\":{\"url\":\"file:///x.wasm\",\"priority\":5,\"match\":[{\"ports\":[{\"number\":1}]}],"
                        + "\"pluginConfig\":{\"a\":[1,2.5,true,null,\"\\u00e9\"],\"b\":{}}}},{\"apiVersion\":\"maistra.io/v1\","
                        + "\"kind\":\"ServiceMeshExtension\",\"metadata\":{\"name\":\"s\"},\"spec\":{\"image\":\"q.io/a/b:1\","
                        + "\"phase\":\"PreAuthN\",\"config\":{\"a\":\"b\"}}}]}")
                .getBytes(StandardCharsets.UTF_8);
    }
}
