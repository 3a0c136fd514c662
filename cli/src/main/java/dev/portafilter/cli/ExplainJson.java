package dev.portafilter.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.portafilter.resources.Explanation;
import dev.portafilter.resources.Explanation.HostStep;
import dev.portafilter.resources.Explanation.IstioDifference;
import dev.portafilter.resources.Explanation.Place;
import dev.portafilter.resources.Explanation.Step;
import dev.portafilter.resources.PluginResource;
import dev.portafilter.resources.ResourceSet.RefusedResource;
import dev.portafilter.resources.ResourceSet.SkippedObject;
import dev.portafilter.resources.Selection;
import dev.portafilter.resources.Workload;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** An explanation for machines. Fields keep their names and order; new ones may come. */
final class ExplainJson {
    private final JsonGenerator json;

    private ExplainJson(JsonGenerator json) {
        this.json = json;
    }

    static void write(Explanation explanation, PrintWriter out) throws IOException {
        try (JsonGenerator json = ProblemJson.generator(out)) {
            new ExplainJson(json).write(explanation);
        }
        out.println();
    }

    private void write(Explanation explanation) throws IOException {
        json.writeStartObject();
        workload(explanation.workload());
        json.writeStringField("tieBreak", word(explanation.tieBreaking()));
        chain("http", explanation.http());
        chain("network", explanation.network());
        json.writeArrayFieldStart("services");
        for (Place service : explanation.services()) {
            place(service);
        }
        json.writeEndArray();
        excluded(explanation.excluded());
        refused(explanation.refused());
        ProblemJson.problems(json, "problems", explanation.problems());
        skipped(explanation.skipped());
        json.writeArrayFieldStart("notes");
        for (String note : explanation.notes()) {
            json.writeString(note);
        }
        json.writeEndArray();
        istio(explanation.istio());
        json.writeEndObject();
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private void workload(Workload workload) throws IOException {
        json.writeObjectFieldStart("workload");
        json.writeBooleanField("anyScope", workload.anyScope());
        json.writeStringField("namespace", workload.namespace());
        json.writeStringField("rootNamespace", workload.rootNamespace());
        json.writeObjectFieldStart("labels");
        for (Map.Entry<String, String> label : new TreeMap<>(workload.labels()).entrySet()) {
            json.writeStringField(label.getKey(), label.getValue());
        }
        json.writeEndObject();
        json.writeStringField("class", workload.side().name());
        json.writeNumberField("port", workload.port());
        json.writeStringField("gatewayName", workload.gatewayName());
        json.writeEndObject();
    }

    private void chain(String name, List<Step> chain) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeArrayFieldStart("request");
        for (Step step : chain) {
            if (step instanceof Place place) {
                place(place);
            } else if (step instanceof HostStep host) {
                json.writeStartObject();
                json.writeNumberField("slot", host.slot());
                json.writeStringField("host", host.name());
                json.writeEndObject();
            }
        }
        json.writeEndArray();
        json.writeArrayFieldStart("response");
        for (Step step : Explanation.response(chain)) {
            json.writeString(
                    step instanceof HostStep host
                            ? "[" + host.name() + "]"
                            : ((Place) step).resource().identity());
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void place(Place place) throws IOException {
        PluginResource resource = place.resource();
        json.writeStartObject();
        json.writeNumberField("slot", place.slot());
        json.writeNumberField("position", place.position());
        resource(resource);
        json.writeStringField("phase", resource.spec().phase().name());
        json.writeNumberField("priority", resource.spec().priority());
        json.writeBooleanField("prioritySet", resource.model().priority() != null);
        json.writeStringField("module", resource.model().module().url().toString());
        json.writeStringField("reason", place.reason());
        json.writeEndObject();
    }

    private void resource(PluginResource resource) throws IOException {
        json.writeStringField("kind", resource.kind());
        json.writeStringField("namespace", resource.spec().namespace());
        json.writeStringField("name", resource.spec().name());
        ProblemJson.position(json, resource.position());
    }

    private void excluded(List<Selection.Exclusion> excluded) throws IOException {
        json.writeArrayFieldStart("excluded");
        for (Selection.Exclusion exclusion : excluded) {
            json.writeStartObject();
            resource(exclusion.resource());
            json.writeStringField("cause", word(exclusion.reason()));
            json.writeStringField("reason", exclusion.detail());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void refused(List<RefusedResource> refused) throws IOException {
        json.writeArrayFieldStart("refused");
        for (RefusedResource resource : refused) {
            json.writeStartObject();
            json.writeStringField("kind", resource.kind());
            json.writeStringField("identity", resource.identity());
            ProblemJson.position(json, resource.position());
            ProblemJson.problems(json, "errors", resource.errors());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void skipped(List<SkippedObject> skipped) throws IOException {
        json.writeArrayFieldStart("skipped");
        for (SkippedObject object : skipped) {
            json.writeStartObject();
            json.writeStringField("apiVersion", object.apiVersion());
            json.writeStringField("kind", object.kind());
            ProblemJson.position(json, object.position());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void istio(List<IstioDifference> differences) throws IOException {
        json.writeArrayFieldStart("istio");
        for (IstioDifference difference : differences) {
            json.writeStartObject();
            json.writeStringField("cause", word(difference.cause()));
            json.writeArrayFieldStart("order");
            for (PluginResource resource : difference.order()) {
                json.writeString(resource.identity());
            }
            json.writeEndArray();
            json.writeBooleanField("followed", difference.followed());
            json.writeStringField("detail", difference.detail());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
