package dev.portafilter.test.recordings;

import dev.portafilter.abi.HeaderCodec;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.LogLevel;
import dev.portafilter.test.RecordingPluginLog;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Turns the lines that the guests of a recording write into the form of the recording: {@code > callback args}, {@code
 * < result}, {@code @ function status outs}, {@code ! note}, with the plugin in front where there are several.
 */
final class RecordedLines {
    private final Recording recording;

    RecordedLines(Recording recording) {
        this.recording = recording;
    }

    List<String> read(List<RecordingPluginLog.Line> lines) {
        List<String> read = new ArrayList<>();
        for (RecordingPluginLog.Line line : lines) {
            Map<String, Object> plugin = plugin(line.plugin());
            String message = line.message();
            if (message.length() < 2 || "><@!".indexOf(message.charAt(0)) < 0 || message.charAt(1) != ' ') {
                // The host's own remarks begin with a function's name; in Envoy, lines of a VM do not tell whose they
                // are.
                if (!message.startsWith("proxy_") && !message.startsWith("gRPC call: ") && line.contextId() != 0) {
                    read.add("# " + level(line.level()) + " " + message);
                }
                continue;
            }
            String prefix = recording.plugins().size() > 1 ? plugin.get("name") + "|" : "";
            read.add(prefix + line(message, Recording.list(plugin, "ops")));
        }
        return withoutIdleTicks(read);
    }

    private static String level(LogLevel level) {
        return level == LogLevel.WARN ? "warning" : level.name().toLowerCase(Locale.ROOT);
    }

    /** A line without characters that a table of lines cannot hold. */
    static String printable(String line) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            text.append(c < ' ' ? String.format("\\x%02x", (int) c) : Character.toString(c));
        }
        return text.toString().stripTrailing();
    }

    private Map<String, Object> plugin(String qualifiedName) {
        return recording.plugins().stream()
                .filter(plugin ->
                        Replay.qualifiedName((String) plugin.get("name")).equals(qualifiedName))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(qualifiedName));
    }

    /** How many ticks come is a matter of time; those in which nothing happened are left out. */
    static List<String> withoutIdleTicks(List<String> lines) {
        List<String> kept = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            boolean tick = lines.get(i).contains("> on_tick ");
            boolean idle = i + 1 == lines.size() || lines.get(i + 1).contains("> ");
            if (!tick || !idle) {
                kept.add(lines.get(i));
            }
        }
        return kept;
    }

    private static String line(String message, List<String> ops) {
        String[] words = message.split(" ");
        return switch (words[0]) {
            case "<" -> "< " + words[2];
            case "@" -> call(words, ops.get(Integer.parseInt(words[1])));
            default -> message;
        };
    }

    private static String call(String[] words, String op) {
        String[] function = op.split(" ", -1);
        StringBuilder text = new StringBuilder("@ " + function[0]);
        if (function.length > 2) {
            text.append('(').append(function[2]).append(')');
        }
        if (!words[2].equals("-")) {
            text.append(' ').append(words[2]);
        }
        for (int i = 3; i < words.length; i++) {
            text.append(' ').append(out(words[i], function[1].charAt(i - 3)));
        }
        return text.toString();
    }

    private static String out(String word, char kind) {
        String value = word.substring(2);
        if (value.equals("-") || word.charAt(0) != 'b') {
            return value;
        }
        if (value.startsWith("null:")) {
            return value.equals("null:0") ? "null" : "null+" + value.substring(5);
        }
        int colon = value.indexOf(':');
        if (colon < 0) {
            return value;
        }
        int size = Integer.parseInt(value.substring(0, colon));
        byte[] bytes = unescaped(value.substring(colon + 1));
        if (bytes.length < size) {
            return "~" + size;
        }
        if (kind == 'p' || kind == 'm') {
            return map(HeaderCodec.decode(bytes, 0, bytes.length), kind == 'm');
        }
        return '"' + text(bytes) + '"';
    }

    private static String map(HeaderMap map, boolean anyOrder) {
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < map.count(); i++) {
            pairs.add(map.nameText(i) + ": " + text(map.value(i)));
        }
        if (anyOrder) {
            pairs.sort(null);
        }
        return pairs.stream().collect(Collectors.joining(", ", "{", "}"));
    }

    private static String text(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 32 || b == 127) {
                return "hex:" + HexFormat.of().formatHex(bytes);
            }
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static byte[] unescaped(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '%') {
                bytes.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(text.charAt(i));
            }
        }
        return bytes.toByteArray();
    }
}
