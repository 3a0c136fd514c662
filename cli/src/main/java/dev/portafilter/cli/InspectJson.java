package dev.portafilter.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.portafilter.abi.Callback;
import dev.portafilter.runtime.vm.ModuleReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;

/** A module's report for machines. */
final class InspectJson {
    private InspectJson() {}

    static void write(String file, ModuleReport report, PrintWriter out) throws IOException {
        JsonFactory factory = new JsonFactory();
        factory.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        try (JsonGenerator json = factory.createGenerator(out)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            json.writeStartObject();
            json.writeStringField("file", file);
            json.writeStringField("sha256", report.digest());
            json.writeNumberField("bytes", report.byteSize());
            json.writeStringField(
                    "abiVersion",
                    report.abiVersion() == null ? null : report.abiVersion().text());
            json.writeStringField("language", report.language());
            json.writeStringField("sdk", report.sdk());
            ProblemJson.texts(json, "producers", report.producers());
            json.writeStringField("memoryPages", report.memory());
            json.writeStringField("table", report.table());
            json.writeNumberField("functions", report.functionCount());
            ProblemJson.texts(json, "startFunctions", report.startFunctions());
            json.writeStringField("allocator", report.allocator());
            json.writeBooleanField("functionNames", report.functionNames());
            json.writeBooleanField("debugInfo", report.debugInfo());
            ProblemJson.texts(json, "hugeFunctions", report.hugeFunctions());
            ProblemJson.texts(json, "interpretedFunctions", report.interpretedFunctions());
            ProblemJson.texts(
                    json,
                    "callbacks",
                    report.callbacks().stream().map(Callback::exportName).toList());
            imports(json, report);
            exports(json, report);
            json.writeObjectFieldStart("sections");
            for (Map.Entry<String, Integer> section : report.sectionSizes().entrySet()) {
                json.writeNumberField(section.getKey(), section.getValue());
            }
            json.writeEndObject();
            json.writeBooleanField("loads", report.problems().isEmpty());
            ProblemJson.texts(json, "problems", report.problems());
            json.writeEndObject();
        }
        out.println();
    }

    private static void imports(JsonGenerator json, ModuleReport report) throws IOException {
        json.writeArrayFieldStart("imports");
        for (ModuleReport.Import each : report.imports()) {
            json.writeStartObject();
            json.writeStringField("module", each.module());
            json.writeStringField("name", each.name());
            json.writeStringField("kind", each.kind());
            json.writeStringField("type", each.type());
            json.writeBooleanField("known", each.problem() == null);
            json.writeStringField("problem", each.problem());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void exports(JsonGenerator json, ModuleReport report) throws IOException {
        json.writeArrayFieldStart("exports");
        for (ModuleReport.Item each : report.exports()) {
            json.writeStartObject();
            json.writeStringField("name", each.name());
            json.writeStringField("kind", each.kind());
            json.writeStringField("type", each.type());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
