package dev.portafilter.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.runtime.plugin.ModuleSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Text to read in tests, and options under which every kind of module can be had. */
final class Resources {
    static final ReadOptions ANY_MODULE =
            ReadOptions.DEFAULT.toBuilder().modules(new AnyModule()).build();

    private Resources() {}

    /** Says yes to every scheme and signature; loads nothing. */
    static final class AnyModule implements ModuleLocator {
        @Override
        public boolean loads(ModuleUrl.Scheme scheme) {
            return true;
        }

        @Override
        public boolean verifiesSignatures() {
            return true;
        }

        @Override
        public ModuleSource locate(ModuleReference module, String namespace, Path baseDirectory) {
            return ModuleSource.of(new byte[0]);
        }
    }

    /** The base resource with more fields in its spec, one per line. */
    static String plugin(String... specLines) {
        return named("p", "ns", specLines);
    }

    /** A resource with a name and more fields in its spec. */
    static String named(String name, String namespace, String... specLines) {
        boolean hasUrl = List.of(specLines).stream().anyMatch(line -> line.startsWith("url:"));
        return "apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata:\n  name: " + name
                + "\n  namespace: " + namespace + "\nspec:\n"
                + (hasUrl ? "" : "  url: http://test.com/test\n")
                + String.join(
                        "",
                        List.of(specLines).stream()
                                .map(line -> "  " + line + "\n")
                                .toList());
    }

    /** A resource with annotations, one per line. */
    static String annotated(String... annotations) {
        return "apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata:\n  name: p\n  namespace: ns\n"
                + "  annotations:\n"
                + String.join(
                        "",
                        List.of(annotations).stream()
                                .map(line -> "    " + line + "\n")
                                .toList())
                + "spec:\n  url: http://test.com/test\n";
    }

    /** A ServiceMeshExtension with an image and more fields in its spec, one per line. */
    static String namedExtension(String name, String namespace, String... specLines) {
        boolean hasImage = List.of(specLines).stream().anyMatch(line -> line.startsWith("image:"));
        return "apiVersion: maistra.io/v1\nkind: ServiceMeshExtension\nmetadata:\n  name: " + name + "\n  namespace: "
                + namespace + "\nspec:\n" + (hasImage ? "" : "  image: quay.io/x/" + name + ":1\n")
                + String.join(
                        "",
                        List.of(specLines).stream()
                                .map(line -> "  " + line + "\n")
                                .toList());
    }

    /** The base ServiceMeshExtension with more fields in its spec. */
    static String extension(String... specLines) {
        return namedExtension("x", "ns", specLines);
    }

    /** The one ServiceMeshExtension of a text that has no problem but its age. */
    static PluginResource onlyExtension(String text) {
        ResourceSet set = read(text);
        assertThat(set.problems()).extracting(Problem::rule).containsExactly("sme.deprecated");
        assertThat(set.resources()).hasSize(1);
        return set.resources().get(0);
    }

    static ResourceSet read(String text) {
        return read(text, ANY_MODULE);
    }

    static ResourceSet read(String text, ReadOptions options) {
        return ResourceReader.read("plugins.yaml", text.getBytes(StandardCharsets.UTF_8), options);
    }

    /** The one resource of a text without problems. */
    static PluginResource valid(String... specLines) {
        return only(plugin(specLines));
    }

    static PluginResource only(String text) {
        ResourceSet set = read(text);
        assertThat(set.problems()).isEmpty();
        assertThat(set.resources()).hasSize(1);
        return set.resources().get(0);
    }

    /** The rules of the errors. */
    static List<String> errorRules(String text) {
        ResourceSet set = read(text);
        List<String> rules = set.errors().stream().map(Problem::rule).toList();
        assertThat(set.resources()).as("a resource with errors is refused").hasSize(rules.isEmpty() ? 1 : 0);
        return rules;
    }

    static List<String> warningRules(String text) {
        ResourceSet set = read(text);
        assertThat(set.errors()).isEmpty();
        return set.warnings().stream().map(Problem::rule).toList();
    }

    static List<String> messages(String text) {
        return read(text).problems().stream().map(Problem::toString).toList();
    }
}
