package dev.portafilter.gateway.standalone;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.portafilter.resources.ServiceMeshExtension;
import dev.portafilter.resources.live.ReloadResult;
import dev.portafilter.resources.live.ResourceStatus;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.plugin.PluginSpec;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The chain, in order, and what came of a change, as JSON. Configurations are not in it: they may hold secrets. */
final class PluginsJson {
    private static final JsonFactory JSON = new JsonFactory();

    /** Writes one value. */
    private interface Content {
        void write(JsonGenerator json) throws IOException;
    }

    private PluginsJson() {}

    /** An array of all resources. */
    static String of(List<ResourceStatus> resources) {
        return text(json -> {
            json.writeStartArray();
            for (ResourceStatus resource : resources) {
                write(json, resource);
            }
            json.writeEndArray();
        });
    }

    /** An array of plugins that no resource stands behind. */
    static String ofPlugins(List<PluginStatus> plugins) {
        return text(json -> {
            json.writeStartArray();
            for (PluginStatus plugin : plugins) {
                List<String> problems = plugin.problem() == null ? List.of() : List.of(plugin.problem());
                json.writeStartObject();
                json.writeNumberField("position", plugin.position());
                json.writeStringField("name", plugin.spec().name());
                json.writeStringField("namespace", plugin.spec().namespace());
                writePlace(json, plugin.spec());
                writeState(json, plugin.state().name(), plugin.reason(), plugin.sinceMillis(), problems);
                write(json, plugin);
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    /** What came of a reload. */
    static String of(ReloadResult result) {
        return text(json -> {
            json.writeStartObject();
            json.writeStringField("result", result.clean() ? "applied" : "applied with errors");
            writeStrings(json, "started", result.plugins().started());
            writeStrings(json, "kept", result.plugins().kept());
            writeStrings(json, "removed", result.plugins().removed());
            json.writeObjectFieldStart("failures");
            for (Map.Entry<String, String> failure : result.plugins().failures().entrySet()) {
                json.writeStringField(failure.getKey(), failure.getValue());
            }
            json.writeEndObject();
            writeStrings(json, "errors", result.errors());
            writeStrings(json, "keptLastGood", result.keptLastGood());
            json.writeEndObject();
        });
    }

    private static String text(Content content) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            content.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.append('\n').toString();
    }

    private static void write(JsonGenerator json, ResourceStatus resource) throws IOException {
        PluginStatus plugin = resource.plugin();
        json.writeStartObject();
        json.writeNumberField("position", plugin == null ? -1 : plugin.position());
        json.writeStringField("name", resource.name());
        json.writeStringField("namespace", resource.namespace());
        if (!resource.kind().isEmpty()) {
            json.writeStringField("kind", resource.kind());
        }
        if (plugin != null) {
            writePlace(json, plugin.spec());
        }
        writeState(json, resource.state().name(), resource.reason(), resource.sinceMillis(), resource.problems());
        if (!resource.position().file().isEmpty()) {
            json.writeStringField("resource", resource.position().toString());
        }
        if (plugin != null) {
            write(json, plugin);
        }
        if (resource.kind().equals(ServiceMeshExtension.KIND)) {
            writeDeployment(json, resource, plugin);
        }
        json.writeEndObject();
    }

    /** What Maistra wrote into the status of an extension, under its names. */
    private static void writeDeployment(JsonGenerator json, ResourceStatus resource, @Nullable PluginStatus plugin)
            throws IOException {
        boolean ready = resource.state() == ResourceStatus.State.LOADED;
        json.writeObjectFieldStart("status");
        if (plugin != null) {
            String phase = ServiceMeshExtension.phaseWord(plugin.spec().phase());
            if (phase != null) {
                json.writeStringField("phase", phase);
            }
            json.writeNumberField("priority", plugin.spec().priority());
        }
        json.writeObjectFieldStart("deployment");
        json.writeBooleanField("ready", ready);
        if (plugin != null && !plugin.digest().isEmpty()) {
            json.writeStringField("sha256", plugin.digest());
        }
        if (plugin != null) {
            json.writeStringField("url", plugin.spec().module().location());
        }
        if (!resource.problems().isEmpty()) {
            json.writeStringField("message", String.join("\n", resource.problems()));
        } else if (!ready) {
            json.writeStringField("message", resource.reason());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void writePlace(JsonGenerator json, PluginSpec spec) throws IOException {
        json.writeStringField("type", spec.type().name());
        json.writeStringField("phase", spec.phase().name());
        json.writeNumberField("priority", spec.priority());
    }

    private static void writeState(
            JsonGenerator json, String state, @Nullable String reason, long sinceMillis, List<String> problems)
            throws IOException {
        json.writeStringField("state", state.toLowerCase(Locale.ROOT).replace('_', ' '));
        json.writeStringField("reason", reason);
        if (sinceMillis > 0) {
            json.writeStringField("since", Instant.ofEpochMilli(sinceMillis).toString());
        }
        if (!problems.isEmpty()) {
            writeStrings(json, "problems", problems);
        }
    }

    private static void write(JsonGenerator json, PluginStatus plugin) throws IOException {
        PluginSpec spec = plugin.spec();
        json.writeStringField("failurePolicy", spec.failurePolicy().name());
        json.writeStringField("module", spec.module().location());
        json.writeStringField("digest", plugin.digest());
        json.writeStringField("abiVersion", plugin.abiVersion());
        json.writeNumberField("vmCount", plugin.vmCount());
        json.writeNumberField("memoryBytes", plugin.memoryBytes());
        if (plugin.nextTryMillis() > 0) {
            json.writeStringField(
                    "nextTry", Instant.ofEpochMilli(plugin.nextTryMillis()).toString());
        }
    }

    private static void writeStrings(JsonGenerator json, String name, Collection<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }
}
