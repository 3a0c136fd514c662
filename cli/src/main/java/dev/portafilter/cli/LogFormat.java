package dev.portafilter.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.portafilter.runtime.service.PluginLogText;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How a log line looks: for people, or one JSON object a line for machines. */
enum LogFormat {
    TEXT {
        @Override
        String plugin(Instant time, String level, String plugin, int context, String message) {
            return TIME.format(time) + " " + level + " " + PluginLogText.line(plugin, context, message);
        }

        @Override
        String host(Instant time, String level, String source, String message) {
            return TIME.format(time) + " " + level + " " + source + " " + message;
        }
    },
    JSON {
        @Override
        String plugin(Instant time, String level, String plugin, int context, String message) {
            return object(json -> {
                json.writeStringField("time", TIME.format(time));
                json.writeStringField("level", level);
                json.writeStringField("plugin", plugin);
                json.writeNumberField("context", Integer.toUnsignedLong(context));
                json.writeStringField("message", message);
            });
        }

        @Override
        String host(Instant time, String level, String source, String message) {
            return object(json -> {
                json.writeStringField("time", TIME.format(time));
                json.writeStringField("level", level);
                json.writeStringField("source", source);
                json.writeStringField("message", message);
            });
        }
    };

    /** Writes the fields of an object. */
    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private static final JsonFactory FACTORY = new JsonFactory();

    /** The line of a plugin's message, without its end. */
    abstract String plugin(Instant time, String level, String plugin, int context, String message);

    /** The line of the host's own message, without its end; several lines in text form when it has several. */
    abstract String host(Instant time, String level, String source, String message);

    private static String object(Fields fields) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
