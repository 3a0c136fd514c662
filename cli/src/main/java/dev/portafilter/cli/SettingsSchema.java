package dev.portafilter.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON Schema of the settings file: {@code docs/portafilter.schema.json} is this text. */
final class SettingsSchema {
    private final JsonGenerator json;

    private SettingsSchema(JsonGenerator json) {
        this.json = json;
    }

    static void write(PrintWriter out) throws IOException {
        try (JsonGenerator json = ProblemJson.generator(out)) {
            new SettingsSchema(json).write();
        }
        out.print('\n');
    }

    private void write() throws IOException {
        json.writeStartObject();
        json.writeStringField("$schema", "http://json-schema.org/draft-07/schema#");
        json.writeStringField("title", "Settings of portafilter serve");
        json.writeStringField("type", "object");
        json.writeObjectFieldStart("properties");
        Map<String, List<SettingKey>> groups = new LinkedHashMap<>();
        for (SettingKey key : SettingKeys.all().values()) {
            property(key.name(), key);
            int dot = key.name().indexOf('.');
            if (dot > 0) {
                groups.computeIfAbsent(key.name().substring(0, dot), name -> new ArrayList<>())
                        .add(key);
            }
        }
        for (Map.Entry<String, List<SettingKey>> group : groups.entrySet()) {
            json.writeObjectFieldStart(group.getKey());
            json.writeStringField("type", "object");
            json.writeObjectFieldStart("properties");
            for (SettingKey key : group.getValue()) {
                property(key.name().substring(group.getKey().length() + 1), key);
            }
            json.writeEndObject();
            json.writeBooleanField("additionalProperties", false);
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeObjectFieldStart("patternProperties");
        for (SettingKey key : SettingKeys.all().values()) {
            if (key.isMap() && key.type() != SettingKey.Type.ANY) {
                json.writeObjectFieldStart("^" + key.name() + "\\.");
                types("string", "number", "boolean");
                json.writeEndObject();
            }
        }
        json.writeEndObject();
        json.writeBooleanField("additionalProperties", false);
        json.writeEndObject();
    }

    private void property(String name, SettingKey key) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeStringField("description", key.description());
        switch (key.type()) {
            case TEXT -> types("string", "number", "boolean");
            case PATH -> types("string");
            case NUMBER -> {
                types("integer");
                json.writeNumberField("minimum", key.least());
                if (key.most() < Long.MAX_VALUE) {
                    json.writeNumberField("maximum", key.most());
                }
            }
            case DURATION -> {
                types("string");
                json.writeStringField("pattern", "^[0-9]{1,9}(ms|s|m|h)$");
            }
            case SWITCH -> types("boolean");
            case CHOICE -> strings("enum", key.words());
            case LIST -> {
                types("array", "string");
                json.writeObjectFieldStart("items");
                types("string");
                json.writeEndObject();
            }
            case MAP, ENTRIES -> {
                types("object");
                json.writeObjectFieldStart("additionalProperties");
                types("string", "number", "boolean");
                json.writeEndObject();
            }
            case ANY -> types("object");
        }
        json.writeEndObject();
    }

    private void types(String... types) throws IOException {
        if (types.length == 1) {
            json.writeStringField("type", types[0]);
        } else {
            strings("type", List.of(types));
        }
    }

    private void strings(String name, List<String> values) throws IOException {
        json.writeFieldName(name);
        json.writeArray(values.toArray(String[]::new), 0, values.size());
    }
}
