package dev.portafilter.test.filters;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.test.TestHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The filters of {@code src/test/filters}. */
final class TestFilter {
    private static final Path FOLDER = Path.of("src/test/filters");

    /** Compiling a Go filter takes seconds, and a dozen tests use it. */
    private static final Path COMPILED = Path.of("target/compiled-filters");

    private TestFilter() {}

    /** A filter, by the name of its folder. */
    static PluginSpec.Builder spec(String filter, String configuration) {
        return spec(filter, filter, configuration);
    }

    /** A filter under another name. */
    static PluginSpec.Builder spec(String name, String filter, String configuration) {
        return PluginSpec.builder(name, ModuleSource.of(code(filter))).configuration(bytes(configuration));
    }

    /** A host that runs filters in this order. */
    static TestHost.Builder host(PluginSpec.Builder... filters) {
        TestHost.Builder host = TestHost.builder().cacheDirectory(COMPILED);
        long priority = 0;
        for (PluginSpec.Builder filter : filters) {
            host.plugin(filter.priority(priority--).build());
        }
        return host;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The lines of a header map, as {@code name: value}. */
    static List<String> lines(HeaderMap map) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < map.count(); i++) {
            lines.add(map.nameText(i) + ": " + map.valueText(i));
        }
        return lines;
    }

    private static byte[] code(String filter) {
        Path file = FOLDER.resolve(filter).resolve(filter + ".wasm");
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
