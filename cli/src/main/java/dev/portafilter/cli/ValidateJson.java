package dev.portafilter.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.portafilter.resources.PluginResource;
import dev.portafilter.resources.ResourceSet;
import dev.portafilter.resources.ResourceSet.RefusedResource;
import java.io.IOException;
import java.io.PrintWriter;

/** What is valid and what is not, for machines. Fields keep their names and order; new ones may come. */
final class ValidateJson {
    private ValidateJson() {}

    static void write(ResourceSet resources, PrintWriter out) throws IOException {
        try (JsonGenerator json = ProblemJson.generator(out)) {
            json.writeStartObject();
            json.writeBooleanField("valid", !resources.hasErrors());
            json.writeNumberField("errors", resources.errors().size());
            json.writeNumberField("warnings", resources.warnings().size());
            json.writeArrayFieldStart("resources");
            for (PluginResource resource : resources.resources()) {
                json.writeStartObject();
                json.writeBooleanField("valid", true);
                json.writeStringField("kind", resource.kind());
                json.writeStringField("identity", resource.identity());
                ProblemJson.position(json, resource.position());
                json.writeEndObject();
            }
            for (RefusedResource resource : resources.refused()) {
                json.writeStartObject();
                json.writeBooleanField("valid", false);
                json.writeStringField("kind", resource.kind());
                json.writeStringField("identity", resource.identity());
                ProblemJson.position(json, resource.position());
                json.writeEndObject();
            }
            json.writeEndArray();
            ProblemJson.problems(json, "problems", resources.problems());
            json.writeEndObject();
        }
        out.println();
    }
}
