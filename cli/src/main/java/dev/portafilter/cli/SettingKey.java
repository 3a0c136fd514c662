package dev.portafilter.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One setting: what it is called in the settings file, in the environment and on the command line, and what it may be.
 *
 * @param name the name in the file, such as {@code limits.bufferBytes}
 * @param type what its value is
 * @param words the words of a choice
 * @param least the least number, or the shortest time in ms
 * @param most the most
 * @param unit what a number counts; empty for none
 * @param fallback what holds when it is not set; empty when nothing does
 * @param flag the flag of the command line, without dashes; null for none
 * @param description in a sentence without a full stop
 */
record SettingKey(
        String name,
        Type type,
        List<String> words,
        long least,
        long most,
        String unit,
        String fallback,
        @Nullable String flag,
        String description) {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");
    private static final Map<String, Long> UNIT_MILLIS = Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L);
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}");

    /** What a value is. */
    enum Type {
        /** Text, read further by whoever needs it. */
        TEXT("text"),
        /** A file or directory; a relative one in the settings file starts at that file. */
        PATH("path"),
        /** A whole number. */
        NUMBER("whole number"),
        /** A number and a unit of time. */
        DURATION("time: `500ms`, `30s`, `5m`, `1h`"),
        /** true or false. */
        SWITCH("`true` or `false`"),
        /** One of some words. */
        CHOICE("word"),
        /** Some words. */
        LIST("list of texts"),
        /** Texts with names. */
        MAP("map of texts"),
        /** Texts with names; those of a stronger source are added to the others. */
        ENTRIES("map of texts"),
        /** A map of anything. */
        ANY("map");

        private final String words;

        Type(String words) {
            this.words = words;
        }
    }

    static SettingKey text(String name, String fallback, String description) {
        return new SettingKey(name, Type.TEXT, List.of(), 0, 0, "", fallback, null, description);
    }

    static SettingKey of(String name, Type type, String fallback, String description) {
        return new SettingKey(name, type, List.of(), 0, 0, "", fallback, null, description);
    }

    static SettingKey number(String name, long fallback, long least, long most, String unit, String description) {
        return new SettingKey(
                name, Type.NUMBER, List.of(), least, most, unit, String.valueOf(fallback), null, description);
    }

    static SettingKey duration(String name, long fallbackMillis, long leastMillis, String description) {
        String fallback = fallbackMillis % 1_000 == 0 ? fallbackMillis / 1_000 + "s" : fallbackMillis + "ms";
        return new SettingKey(
                name, Type.DURATION, List.of(), leastMillis, Integer.MAX_VALUE, "", fallback, null, description);
    }

    static SettingKey yes(String name, boolean fallback, String description) {
        return of(name, Type.SWITCH, String.valueOf(fallback), description);
    }

    static SettingKey choice(String name, List<String> words, String description) {
        return new SettingKey(name, Type.CHOICE, words, 0, 0, "", words.get(0), null, description);
    }

    /** The same with another value for when it is not set. */
    SettingKey withFallback(String value) {
        return new SettingKey(name, type, words, least, most, unit, value, flag, description);
    }

    /** The same with a flag on the command line. */
    SettingKey onCommandLine(String value) {
        return new SettingKey(name, type, words, least, most, unit, fallback, value, description);
    }

    /** The same flag as the name. */
    SettingKey onCommandLine() {
        return onCommandLine(name);
    }

    /** Such as {@code PORTAFILTER_LIMITS_BUFFER_BYTES}. */
    String environmentVariable() {
        return "PORTAFILTER_"
                + name.replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                        .replaceAll("[.-]", "_")
                        .toUpperCase(Locale.ROOT);
    }

    /** What a value is, in words. */
    String typeWords() {
        return switch (type) {
            case CHOICE ->
                String.join(", ", words.stream().map(word -> "`" + word + "`").toList());
            case NUMBER -> type.words + (unit.isEmpty() ? "" : ", " + unit);
            default -> type.words;
        };
    }

    /** Whether values have names of their own. */
    boolean isMap() {
        return type == Type.MAP || type == Type.ENTRIES || type == Type.ANY;
    }

    /** What is wrong with a scalar value, with what would be right; null when nothing is. */
    @Nullable String mistake(String value) {
        return switch (type) {
            case NUMBER ->
                NUMBER.matcher(value).matches()
                        ? outOfRange(value, Long.parseLong(value), least + ".." + most)
                        : quoted(value) + " is no whole number (expected: " + least + ".." + most + ")";
            case DURATION -> {
                Long millis = millis(value);
                yield millis == null
                        ? quoted(value) + " is no time (expected: a number and ms, s, m or h)"
                        : outOfRange(value, millis, least + "ms.." + most + "ms");
            }
            case SWITCH ->
                value.equals("true") || value.equals("false")
                        ? null
                        : quoted(value) + " is no switch (expected: true or false)";
            case CHOICE ->
                word(value) == null ? quoted(value) + " is unknown (expected: " + String.join(", ", words) + ")" : null;
            default -> value.isEmpty() ? "is empty (expected: " + type.words + ")" : null;
        };
    }

    private @Nullable String outOfRange(String value, long number, String range) {
        return number < least || number > most ? value + " is out of range (expected: " + range + ")" : null;
    }

    private static String quoted(String value) {
        return "\"" + value + "\"";
    }

    /** The word of a choice, in whatever case it was written; null when it is none. */
    @Nullable String word(String value) {
        for (String word : words) {
            if (word.equalsIgnoreCase(value)) {
                return word;
            }
        }
        return null;
    }

    /** A time in ms; null when the text is none. */
    static @Nullable Long millis(String value) {
        Matcher matcher = DURATION.matcher(value);
        return matcher.matches()
                ? Long.valueOf(Long.parseLong(matcher.group(1)) * UNIT_MILLIS.getOrDefault(matcher.group(2), 1L))
                : null;
    }

    /** The items of a list that was written as one text, with commas. */
    static List<String> items(String value) {
        List<String> items = new ArrayList<>();
        for (String item : value.split(",")) {
            if (!item.isBlank()) {
                items.add(item.strip());
            }
        }
        return items;
    }
}
