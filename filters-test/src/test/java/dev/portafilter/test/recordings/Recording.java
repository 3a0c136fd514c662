package dev.portafilter.test.recordings;

import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** One probe as Envoy answered it: plugins, what a client did, and what every callback and host call gave. */
record Recording(Map<String, Object> json) {
    private static final String PLACE = "/envoy-1.40.0/";

    /** A request of a step; {@code get} reads its parts. */
    record Step(Map<String, Object> json) {
        String kind() {
            return (String) json.get("do");
        }

        /** How long to sleep, or how long a client waits for bytes. */
        double seconds() {
            return ((Number) json.getOrDefault("s", json.get("timeout"))).doubleValue();
        }

        /** What the client of a connection does: sends text, {@code recv}, {@code fin}, {@code rst}, waits so many seconds. */
        List<Object> script() {
            return list(json, "script");
        }

        List<Map<String, Object>> requests() {
            return list(json, "requests");
        }

        List<Map<String, Object>> results() {
            return list(json, "results");
        }

        /** Lines of Envoy's statistics, of a step that asks for them. */
        List<String> statistics() {
            return list(json, "result");
        }

        /** What the names of those statistics contain. */
        String filter() {
            return (String) json.get("filter");
        }

        List<String> log() {
            return list(json, "log");
        }

        List<Map<String, Object>> upstream() {
            return list(json, "upstream");
        }
    }

    String id() {
        return (String) json.get("id");
    }

    String title() {
        return (String) json.get("title");
    }

    /** Whether streams and calls run beside each other, so that the order of lines may vary. */
    boolean unordered() {
        return json.containsKey("unordered");
    }

    /** What Envoy named when it refused the plugin; empty when it named nothing, null when it ran it. */
    @Nullable String refused() {
        return (String) json.get("refused");
    }

    /** What the end of the process looked like; null when it was not recorded. */
    @Nullable List<String> shutdown() {
        return json.containsKey("shutdown") ? list(json, "shutdown") : null;
    }

    List<Map<String, Object>> plugins() {
        return list(json, "plugins");
    }

    List<String> startup() {
        return list(json, "startup");
    }

    List<Step> steps() {
        List<Map<String, Object>> steps = list(json, "steps");
        return steps.stream().map(Step::new).toList();
    }

    @Override
    public String toString() {
        return id();
    }

    @SuppressWarnings("unchecked")
    static <T> List<T> list(Map<String, Object> json, String name) {
        return (List<T>) json.getOrDefault(name, List.of());
    }

    static List<Recording> all() {
        List<Recording> all = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(open("recordings.jsonl.gz")), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                all.add(new Recording(JsonTree.read(line)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    /** The modules that the plugins name by number. */
    static List<byte[]> modules() {
        List<byte[]> all = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new GZIPInputStream(open("modules.gz")))) {
            for (byte[] size = in.readNBytes(4); size.length == 4; size = in.readNBytes(4)) {
                int length = size[0] & 0xff | (size[1] & 0xff) << 8 | (size[2] & 0xff) << 16 | size[3] << 24;
                all.add(in.readNBytes(length));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    private static InputStream open(String name) {
        return Objects.requireNonNull(Recording.class.getResourceAsStream(PLACE + name), name);
    }
}
