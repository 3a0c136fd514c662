package dev.portafilter.test.e2e;

import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;

/** The sample plugins, in the order in which the demonstration runs them. */
enum SamplePlugin {
    TOKEN_CHECK,
    RATE_LIMIT,
    HEADER_REWRITE,
    REDACT,
    MISBEHAVE;

    String pluginName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The plugin with its defaults. */
    PluginSpec.Builder spec() {
        return spec("");
    }

    /** The plugin with a configuration in JSON, with {@code '} for quotation marks. */
    PluginSpec.Builder spec(String configuration) {
        return PluginSpec.builder(pluginName(), ModuleSource.of(code()))
                .configuration(configuration.replace('\'', '"').getBytes(StandardCharsets.UTF_8))
                .priority(-ordinal());
    }

    private byte[] code() {
        String resource = "/dev/portafilter/plugins/" + pluginName() + ".wasm";
        try (InputStream in = Objects.requireNonNull(SamplePlugin.class.getResourceAsStream(resource), resource)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }
}
