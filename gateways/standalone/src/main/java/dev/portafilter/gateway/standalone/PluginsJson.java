package dev.portafilter.gateway.standalone;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.plugin.PluginSpec;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/** The chain, in order, as a JSON array. Configurations are not in it: they may hold secrets. */
final class PluginsJson {
    private static final JsonFactory JSON = new JsonFactory();

    private PluginsJson() {}

    static String of(List<PluginStatus> plugins) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartArray();
            for (PluginStatus plugin : plugins) {
                write(json, plugin);
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.append('\n').toString();
    }

    private static void write(JsonGenerator json, PluginStatus plugin) throws IOException {
        PluginSpec spec = plugin.spec();
        json.writeStartObject();
        json.writeNumberField("position", plugin.position());
        json.writeStringField("name", spec.name());
        json.writeStringField("namespace", spec.namespace());
        json.writeStringField("type", spec.type().name());
        json.writeStringField("phase", spec.phase().name());
        json.writeNumberField("priority", spec.priority());
        json.writeStringField("state", plugin.state().name().toLowerCase(Locale.ROOT));
        json.writeStringField("reason", plugin.reason());
        json.writeStringField("failurePolicy", spec.failurePolicy().name());
        json.writeStringField("module", spec.module().location());
        json.writeStringField("digest", plugin.digest());
        json.writeStringField("abiVersion", plugin.abiVersion());
        json.writeNumberField("vmCount", plugin.vmCount());
        json.writeNumberField("memoryBytes", plugin.memoryBytes());
        json.writeEndObject();
    }
}
