package dev.portafilter.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.portafilter.resources.Problem;
import dev.portafilter.resources.SourcePosition;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.Locale;

/** What resources and their problems look like in JSON. */
final class ProblemJson {
    private ProblemJson() {}

    /** A generator with indentation that is the same everywhere, and that leaves the writer open. */
    static JsonGenerator generator(PrintWriter out) throws IOException {
        JsonFactory factory = new JsonFactory();
        factory.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        JsonGenerator json = factory.createGenerator(out);
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        json.setPrettyPrinter(
                new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter));
        return json;
    }

    static void problems(JsonGenerator json, String name, Collection<Problem> problems) throws IOException {
        json.writeArrayFieldStart(name);
        for (Problem problem : problems) {
            json.writeStartObject();
            json.writeStringField("severity", problem.severity().name().toLowerCase(Locale.ROOT));
            json.writeStringField("rule", problem.rule());
            position(json, problem.position());
            json.writeStringField("field", problem.field());
            json.writeStringField("message", problem.message());
            json.writeStringField("value", problem.value());
            json.writeStringField("expected", problem.expected());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    static void texts(JsonGenerator json, String name, Collection<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    /** Lines and columns count from 1; both are 0 when the file as a whole is meant. */
    static void position(JsonGenerator json, SourcePosition position) throws IOException {
        json.writeStringField("file", position.file());
        json.writeNumberField("line", position.line());
        json.writeNumberField("column", position.column());
    }
}
