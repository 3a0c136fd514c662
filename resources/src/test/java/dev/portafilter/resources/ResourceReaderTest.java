package dev.portafilter.resources;

import static dev.portafilter.resources.Resources.named;
import static dev.portafilter.resources.Resources.plugin;
import static dev.portafilter.resources.Resources.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.runtime.plugin.PluginSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files, directories and the modules they name. */
class ResourceReaderTest {
    /** {@code \0asm} and version 1. */
    private static final byte[] MODULE = {0, 'a', 's', 'm', 1, 0, 0, 0};

    private static final String MODULE_SHA256 = "93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476";

    @TempDir
    private Path directory;

    @Test
    void directory_isReadByName_notRecursively() throws IOException {
        Files.writeString(directory.resolve("b.yaml"), file("b"));
        Files.writeString(directory.resolve("a.YML"), file("a"));
        Files.writeString(
                directory.resolve("c.json"),
                "{\"apiVersion\":\"extensions.istio.io/v1alpha1\",\"kind\":\"WasmPlugin\",\"metadata\":{\"name\":\"c\"},"
                        + "\"spec\":{\"url\":\"file://x.wasm\"}}");
        Files.writeString(directory.resolve("notes.txt"), "{");
        Files.writeString(directory.resolve(".hidden.yaml"), "{");
        Files.createDirectory(directory.resolve("more.yaml"));
        Files.writeString(directory.resolve("more.yaml").resolve("d.yaml"), file("d"));
        ResourceSet set = ResourceReader.read(directory);
        assertThat(set.problems()).isEmpty();
        assertThat(set.plugins()).extracting(PluginSpec::name).containsExactly("a", "b", "c");
        assertThat(set.resources().get(1).position())
                .isEqualTo(new SourcePosition(directory.resolve("b.yaml").toString(), 1, 1));
    }

    @Test
    void sameName_inTwoFiles_refusesTheLater() throws IOException {
        Files.writeString(directory.resolve("a.yaml"), file("p"));
        Files.writeString(directory.resolve("b.yaml"), file("p"));
        ResourceSet set = ResourceReader.read(directory);
        assertThat(set.resources()).hasSize(1);
        assertThat(set.errors()).hasSize(1);
        assertThat(set.errors().get(0).toString())
                .startsWith(directory.resolve("b.yaml") + ":4:9 metadata.name: \"ns/p\" stands at "
                        + directory.resolve("a.yaml") + ":4:9 already");
    }

    @Test
    void missingFile_isAProblem() {
        Path missing = directory.resolve("missing.yaml");
        assertThat(ResourceReader.read(missing).errors())
                .hasToString("[" + missing + ": no such file (expected: a YAML or JSON file, or a directory of them)]");
        assertThat(ResourceReader.read(directory).problems())
                .hasToString("[" + directory
                        + ": holds no resource (expected: WasmPlugin, TrafficExtension or ServiceMeshExtension)]");
    }

    @Test
    void relativeUrl_isResolvedAgainstTheFile_orTheBaseDirectory() throws IOException {
        Path file = directory.resolve("plugins.yaml");
        Files.writeString(file, file("p"));
        ModuleSource beside = ResourceReader.read(file).plugins().get(0).module();
        assertThat(beside.location()).isEqualTo(directory.resolve("x.wasm").toString());
        Path base = directory.resolve("modules");
        ReadOptions options =
                ReadOptions.DEFAULT.toBuilder().baseDirectory(base).build();
        ModuleSource elsewhere =
                ResourceReader.read(file, options).plugins().get(0).module();
        assertThat(elsewhere.location()).isEqualTo(base.resolve("x.wasm").toString());
        ModuleSource absolute = read(plugin("url: file:///opt/x.wasm"), options)
                .plugins()
                .get(0)
                .module();
        assertThat(absolute.location()).isEqualTo("/opt/x.wasm");
    }

    @Test
    void module_isComparedWithItsSha256_eachTimeItIsLoaded() throws IOException {
        Path wasm = directory.resolve("x.wasm");
        Files.write(wasm, MODULE);
        ModuleSource good = module("sha256: " + MODULE_SHA256);
        assertThat(good.load()).isEqualTo(MODULE);
        assertThat(good).isEqualTo(module("sha256: " + MODULE_SHA256)).isNotEqualTo(module());
        Files.write(wasm, new byte[] {1});
        assertThatThrownBy(good::load)
                .isInstanceOf(IOException.class)
                .hasMessage(
                        wasm + " sha256: 4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a is what its"
                                + " bytes have (expected: " + MODULE_SHA256 + ", as spec.sha256 says)");
        assertThat(module().load()).hasSize(1);
        Files.delete(wasm);
        assertThatThrownBy(good::load).hasMessage(wasm + ": no such file (expected: a WebAssembly module)");
    }

    @Test
    void module_thatCannotBeHadYet_refusesItsResourceOnly() {
        String text = named("a", "ns", "url: quay.io/a/b") + "---\n" + named("b", "ns", "url: https://h/x") + "---\n"
                + named("c", "ns", "url: http://h/x") + "---\n" + named("d", "ns", "url: file://x.wasm");
        ResourceSet set = read(text, ReadOptions.DEFAULT);
        assertThat(set.plugins()).extracting(PluginSpec::name).containsExactly("d");
        assertThat(set.errors())
                .hasToString("[plugins.yaml:7:8 spec.url: oci:// is not supported yet (expected: file://),"
                        + " plugins.yaml:15:8 spec.url: https:// is not supported yet (expected: file://),"
                        + " plugins.yaml:23:8 spec.url: http:// is not supported yet (expected: file://)]");
    }

    @Test
    void module_thatCannotBeHadYet_isCheckedFullyAllTheSame() {
        ResourceSet set = read(plugin("url: oci://quay.io/a@sha256:12", "phase: x"), ReadOptions.DEFAULT);
        assertThat(set.errors()).extracting(Problem::rule).containsExactly("V-07", "V-31");
    }

    @Test
    void limits_areThoseOfTheOptions() {
        PluginLimits limits = PluginLimits.DEFAULT.withMemoryPages(16);
        ReadOptions options = ReadOptions.DEFAULT.toBuilder().limits(limits).build();
        assertThat(read(file("p"), options).plugins().get(0).limits()).isEqualTo(limits);
    }

    private ModuleSource module(String... lines) throws IOException {
        Path file = directory.resolve("plugins.yaml");
        String[] all = new String[lines.length + 1];
        all[0] = "url: file://x.wasm";
        System.arraycopy(lines, 0, all, 1, lines.length);
        Files.writeString(file, plugin(all));
        return ResourceReader.read(file).plugins().get(0).module();
    }

    private static String file(String name) {
        return named(name, "ns", "url: file://x.wasm");
    }
}
