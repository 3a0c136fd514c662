package dev.portafilter.cli;

import dev.portafilter.abi.Callback;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.stream.CallbackTrace.Event;
import java.io.PrintWriter;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.ColorScheme;

/** Prints the demonstration: who did what to which message, in the order it happened. */
final class DemoReport {
    private static final Set<Callback> REQUEST =
            EnumSet.of(Callback.ON_REQUEST_HEADERS, Callback.ON_REQUEST_BODY, Callback.ON_REQUEST_TRAILERS);
    private static final Set<Callback> RESPONSE =
            EnumSet.of(Callback.ON_RESPONSE_HEADERS, Callback.ON_RESPONSE_BODY, Callback.ON_RESPONSE_TRAILERS);
    private static final Set<String> DULL = Set.of(":status", "content-length", "date", "content-type");

    private final ColorScheme colors;
    private final PrintWriter out;

    DemoReport(ColorScheme colors, PrintWriter out) {
        this.colors = colors;
        this.out = out;
    }

    void title(String gateway, String upstream, String keys) {
        out.println();
        out.println(style("bold", "Portafilter: proxy-wasm filters inside the JVM"));
        out.println();
        out.println("  client ──▶ gateway " + gateway + " ──▶ upstream " + upstream);
        out.println("             └─ cluster \"auth\" " + keys + " knows one API key");
        out.flush();
    }

    void chainTitle() {
        out.println();
        out.println(
                style("bold", "The chain") + ", in the order that a request sees it; a response sees it in reverse");
    }

    void place(PluginStatus plugin, String language) {
        out.printf(
                "  %d  %-15s %-15s %-12s priority %-3d %s%n",
                plugin.position() + 1,
                plugin.spec().name(),
                language,
                plugin.spec().phase(),
                plugin.spec().priority(),
                plugin.state() == PluginStatus.State.LOADED
                        ? style("faint", plugin.reason())
                        : style("red", "FAILED: " + plugin.reason()));
        out.flush();
    }

    void request(int number, String title, Map<String, String> headers) {
        out.println();
        out.println(style("bold", number + ". " + title));
        line("client sends", "GET /hello", "");
        headers.forEach((name, value) -> line("", name + ": " + value, ""));
    }

    void requestSteps(List<Event> events, List<String> asked) {
        steps(events, REQUEST, asked);
    }

    void responseSteps(List<Event> events) {
        steps(events, RESPONSE, List.of());
    }

    private void steps(List<Event> events, Set<Callback> direction, List<String> asked) {
        Event last = null;
        for (Event event : events) {
            if (!direction.contains(event.callback())) {
                continue;
            }
            if (last != null && last.callback() == event.callback()) {
                changedMeanwhile(last, event);
            }
            step(event, asked);
            last = event;
        }
    }

    /** What a plugin changed after its callback, when the answer to its question came. */
    private void changedMeanwhile(Event last, Event next) {
        List<String> changes = new ArrayList<>();
        headerChanges(last.after(), next.before(), changes);
        for (String change : changes) {
            line(name(last), change + "  (once it had its answer)", style(change));
        }
    }

    private static String name(Event event) {
        return event.plugin().substring(event.plugin().indexOf('.') + 1);
    }

    private static String style(String change) {
        return change.startsWith("-") ? "red" : change.startsWith("+") ? "green" : "yellow";
    }

    private void step(Event event, List<String> asked) {
        List<String> changes = new ArrayList<>();
        headerChanges(event.before(), event.after(), changes);
        if (!Arrays.equals(event.bodyBefore(), event.bodyAfter())) {
            bodyChanges(event.bodyBefore(), event.bodyAfter(), changes);
        }
        boolean stops = event.result() != 0 && event.callback() == Callback.ON_REQUEST_HEADERS;
        if (stops && !asked.isEmpty()) {
            changes.add("pauses and asks cluster auth: " + String.join(", ", asked));
        } else if (stops) {
            changes.add("stops the request and answers itself");
        }
        String label = name(event);
        for (String change : changes) {
            line(label, change, style(change));
            label = "";
        }
    }

    private static void headerChanges(@Nullable HeaderMap before, @Nullable HeaderMap after, List<String> changes) {
        if (before == null || after == null) {
            return;
        }
        for (int i = 0; i < before.count(); i++) {
            String name = before.nameText(i);
            if (!after.contains(name)) {
                changes.add("- " + name + ": " + before.valueText(i));
            }
        }
        for (int i = 0; i < after.count(); i++) {
            String name = after.nameText(i);
            String value = after.valueText(i);
            if (!before.contains(name)) {
                changes.add("+ " + name + ": " + value);
            } else if (!value.equals(before.get(name))) {
                changes.add("~ " + name + ": " + before.get(name) + " → " + value);
            }
        }
    }

    private static void bodyChanges(byte[] before, byte[] after, List<String> changes) {
        List<String> old = text(before).lines().toList();
        List<String> now = text(after).lines().toList();
        for (int i = 0; i < Math.max(old.size(), now.size()); i++) {
            String was = i < old.size() ? old.get(i) : "";
            String is = i < now.size() ? now.get(i) : "";
            if (!was.equals(is)) {
                changes.add("- body: " + was);
                changes.add("+ body: " + is);
            }
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    void upstream(List<String> seen) {
        if (seen.isEmpty()) {
            line("upstream sees", "nothing", "faint");
            return;
        }
        String label = "upstream sees";
        for (String request : seen) {
            for (String header : request.lines().toList()) {
                line(label, header, "");
                label = "";
            }
        }
    }

    void response(HttpResponse<String> response) {
        line("client gets", response.statusCode() + "", "bold");
        response.headers().map().forEach((name, values) -> {
            if (!DULL.contains(name)) {
                values.forEach(value -> line("", name + ": " + value, ""));
            }
        });
        List<String> body = response.body().lines().toList();
        if (!body.isEmpty()) {
            line("", "body ends: " + body.get(body.size() - 1), "");
        }
    }

    void outcome(boolean good, int status, String expectation) {
        String expected = status + ", " + expectation;
        out.println(
                good
                        ? "  " + style("green", "as expected: " + expected)
                        : "  " + style("red", "NOT as expected: " + expected));
        out.flush();
    }

    void verdict(boolean good) {
        out.println();
        out.println(
                good ? style("green,bold", "All went as expected.") : style("red,bold", "Not all went as expected."));
        out.flush();
    }

    void invitation(String url, String key) {
        out.println();
        out.println("Still serving. Try it yourself, and stop with Ctrl-C:");
        out.println("  curl -i " + url + "/anything");
        out.println(
                "  curl -i -H 'x-api-key: " + key + "' " + url + "/anything   (limited for a minute after the above)");
        out.flush();
    }

    private void line(String label, String text, String style) {
        out.printf("  %-15s %s%n", label, style.isEmpty() ? text : style(style, text));
    }

    private String style(String style, String text) {
        return colors.ansi().enabled() ? colors.ansi().string("@|" + style + " " + escaped(text) + "|@") : text;
    }

    // What comes from requests must not be read as picocli's markup.
    private static String escaped(String text) {
        return text.replace("|@", "| @").replace("@|", "@ |");
    }
}
