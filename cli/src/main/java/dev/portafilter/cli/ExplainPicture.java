package dev.portafilter.cli;

import dev.portafilter.resources.Explanation;
import dev.portafilter.resources.Explanation.HostStep;
import dev.portafilter.resources.Explanation.Place;
import dev.portafilter.resources.Explanation.Step;
import dev.portafilter.resources.PluginResource;
import dev.portafilter.resources.ResourceSet.RefusedResource;
import dev.portafilter.resources.Selection;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** An explanation as a graph: a box for each plugin, lines for requests, broken lines for responses. */
final class ExplainPicture {
    private final List<Group> groups = new ArrayList<>();

    /** What a box stands for. */
    private enum Shape {
        PLUGIN,
        HOST,
        END,
        ABSENT
    }

    /** A box; the lines of its label, one below the other. */
    private record Box(String id, Shape shape, List<String> label) {}

    /** Boxes that belong together; those of a chain are joined. */
    private record Group(String id, String title, List<Box> boxes, boolean chain) {
        List<Box> backwards() {
            List<Box> back = new ArrayList<>(boxes);
            Collections.reverse(back);
            return back;
        }
    }

    ExplainPicture(Explanation explanation) {
        boolean connections = !Explanation.plugins(explanation.network()).isEmpty();
        if (!connections || !Explanation.plugins(explanation.http()).isEmpty()) {
            groups.add(chain("http", "HTTP", explanation.http()));
        }
        if (connections) {
            groups.add(chain("tcp", "Connections", explanation.network()));
        }
        add("services", "Services", Shape.PLUGIN, services(explanation.services()));
        add("excluded", "Does not apply", Shape.ABSENT, excluded(explanation.excluded()));
        add("refused", "Not valid", Shape.ABSENT, refused(explanation.refused()));
    }

    private static Group chain(String id, String title, List<Step> chain) {
        List<Box> boxes = new ArrayList<>();
        boxes.add(new Box(id + "_client", Shape.END, List.of("client")));
        for (Step step : chain) {
            if (step instanceof Place place) {
                PluginResource plugin = place.resource();
                boxes.add(new Box(
                        id + "_" + place.position(),
                        Shape.PLUGIN,
                        List.of(
                                plugin.identity(),
                                plugin.spec().phase() + ", priority "
                                        + plugin.spec().priority(),
                                place.reason())));
            } else if (step instanceof HostStep host) {
                boxes.add(new Box(
                        id + "_slot" + host.slot(), host.last() ? Shape.END : Shape.HOST, List.of(host.name())));
            }
        }
        return new Group(id, title, boxes, true);
    }

    private static List<List<String>> services(List<Place> services) {
        return services.stream()
                .map(service -> List.of(service.resource().identity(), "runs once"))
                .toList();
    }

    private static List<List<String>> excluded(List<Selection.Exclusion> excluded) {
        return excluded.stream()
                .map(exclusion -> List.of(exclusion.resource().identity(), exclusion.detail()))
                .toList();
    }

    private static List<List<String>> refused(List<RefusedResource> refused) {
        return refused.stream()
                .map(resource -> List.of(
                        resource.identity().isEmpty() ? resource.kind() + " without a name" : resource.identity(),
                        resource.errors().size() + (resource.errors().size() == 1 ? " error" : " errors") + " at "
                                + resource.position()))
                .toList();
    }

    private void add(String id, String title, Shape shape, List<List<String>> labels) {
        if (labels.isEmpty()) {
            return;
        }
        List<Box> boxes = new ArrayList<>();
        for (List<String> label : labels) {
            boxes.add(new Box(id + "_" + (boxes.size() + 1), shape, label));
        }
        groups.add(new Group(id, title, boxes, false));
    }

    void dot(PrintWriter out) {
        out.println("digraph portafilter {");
        out.println("  rankdir=LR;");
        out.println("  node [fontname=\"Helvetica\", shape=box];");
        for (Group group : groups) {
            out.println("  subgraph cluster_" + group.id() + " {");
            out.println("    label=" + dotText(List.of(group.title())) + ";");
            for (Box box : group.boxes()) {
                out.println("    " + box.id() + " [label=" + dotText(box.label()) + dotStyle(box.shape()) + "];");
            }
            if (group.chain()) {
                out.println("    " + joined(group.boxes(), " -> ") + ";");
                out.println("    " + joined(group.backwards(), " -> ") + " [style=dashed, constraint=false];");
            }
            out.println("  }");
        }
        out.println("}");
    }

    private static String dotStyle(Shape shape) {
        return switch (shape) {
            case PLUGIN -> ", style=filled, fillcolor=\"#dff0d8\"";
            case HOST -> ", style=dashed";
            case END -> ", shape=ellipse";
            case ABSENT -> ", style=filled, fillcolor=\"#eeeeee\", fontcolor=\"#555555\"";
        };
    }

    private static String dotText(List<String> lines) {
        return lines.stream()
                .map(line -> line.replace("\\", "\\\\").replace("\"", "\\\""))
                .collect(Collectors.joining("\\n", "\"", "\""));
    }

    void mermaid(PrintWriter out) {
        out.println("flowchart LR");
        for (Group group : groups) {
            out.println("  subgraph " + group.id() + "[" + mermaidText(List.of(group.title())) + "]");
            for (Box box : group.boxes()) {
                String text = mermaidText(box.label());
                out.println("    " + box.id() + (box.shape() == Shape.END ? "([" + text + "])" : "[" + text + "]")
                        + (box.shape() == Shape.END ? "" : ":::" + mermaidClass(box.shape())));
            }
            if (group.chain()) {
                out.println("    " + joined(group.boxes(), " --> "));
                out.println("    " + joined(group.backwards(), " -.-> "));
            }
            out.println("  end");
        }
        out.println("  classDef plugin fill:#dff0d8,stroke:#333");
        out.println("  classDef host stroke-dasharray:4");
        out.println("  classDef absent fill:#eee,color:#555");
    }

    private static String mermaidClass(Shape shape) {
        return switch (shape) {
            case PLUGIN -> "plugin";
            case HOST -> "host";
            default -> "absent";
        };
    }

    /** Entities are written with # there, and markup is read as such. */
    private static String mermaidText(List<String> lines) {
        return lines.stream()
                .map(line -> line.replace("#", "#35;")
                        .replace("&", "#amp;")
                        .replace("\"", "#quot;")
                        .replace("<", "#lt;")
                        .replace(">", "#gt;")
                        .replace("`", "#96;"))
                .collect(Collectors.joining("<br/>", "\"", "\""));
    }

    private static String joined(List<Box> boxes, String arrow) {
        return boxes.stream().map(Box::id).collect(Collectors.joining(arrow));
    }
}
