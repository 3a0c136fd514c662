package dev.portafilter.cli;

import dev.portafilter.cli.SettingKey.Type;
import dev.portafilter.runtime.service.NodeInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What holds, of all that may be set: a flag of the command line wins over an environment variable, that over the settings
 * file, and that over the default. Every value is checked when it comes in; all problems are collected before any is told.
 * See {@link SettingKeys} for what there is.
 */
final class Settings {
    /** The environment variable that names the settings file. */
    static final String FILE_VARIABLE = "PORTAFILTER_SETTINGS";

    /** The settings file of the working directory, read when no other is named. */
    static final Path DEFAULT_FILE = Path.of("portafilter.yaml");

    private final Map<String, Given> given = new HashMap<>();
    private final List<String> problems = new ArrayList<>();

    /** A value, and how messages about it begin. */
    private record Given(Object value, String place) {}

    private Settings() {}

    /** No settings. */
    static Settings none() {
        return new Settings();
    }

    /** What a file says. */
    static Settings read(Path file) {
        return of(Map.of(), name -> null, file);
    }

    /**
     * Puts the sources together.
     *
     * @param flags values by the names of their settings: texts, or maps of texts
     * @param environment the value of a variable, or null
     * @param file the settings file; null for the one that the environment names, or that the working directory has
     */
    static Settings of(Map<String, ?> flags, Function<String, @Nullable String> environment, @Nullable Path file) {
        return of(flags, environment, file, DEFAULT_FILE);
    }

    /** The same with another file that is read when it is there and no other is named. */
    static Settings of(
            Map<String, ?> flags,
            Function<String, @Nullable String> environment,
            @Nullable Path file,
            Path defaultFile) {
        Settings settings = new Settings();
        Path found = file(environment, file, defaultFile);
        if (found != null) {
            SettingsFile.read(found, settings);
        }
        for (SettingKey key : SettingKeys.all().values()) {
            String value = environment.apply(key.environmentVariable());
            if (value != null && !value.isEmpty()) {
                settings.fromEnvironment(key, value);
            }
        }
        flags.forEach((name, value) -> {
            SettingKey key = SettingKeys.get(name);
            settings.override(key, "--" + key.flag() + ": ", value);
        });
        return settings;
    }

    /** The settings file that is read; null when there is none. */
    static @Nullable Path file(Function<String, @Nullable String> environment, @Nullable Path file, Path defaultFile) {
        String named = environment.apply(FILE_VARIABLE);
        if (file != null) {
            return file;
        }
        if (named != null && !named.isEmpty()) {
            return Path.of(named);
        }
        return Files.isRegularFile(defaultFile) ? defaultFile : null;
    }

    private void fromEnvironment(SettingKey key, String value) {
        String place = key.environmentVariable() + ": ";
        if (key.type() == Type.ANY) {
            Map<String, Object> map = SettingsFile.map(value);
            if (map == null) {
                problem(place + "is not a map (expected: YAML on one line, such as {a: b})");
            } else {
                override(key, place, map);
            }
        } else if (key.isMap()) {
            Map<String, String> map = new LinkedHashMap<>();
            for (String item : SettingKey.items(value)) {
                int equals = item.indexOf('=');
                if (equals < 1) {
                    problem(place + "\"" + item + "\" has no name (expected: NAME=VALUE,…)");
                } else {
                    map.put(item.substring(0, equals), item.substring(equals + 1));
                }
            }
            override(key, place, map);
        } else {
            override(key, place, value);
        }
    }

    /** Takes a value from a stronger source. */
    private void override(SettingKey key, String place, Object value) {
        Given weaker = given.remove(key.name());
        if (weaker == null || key.type() != Type.ENTRIES) {
            give(key, place, value, false);
            return;
        }
        Map<String, String> merged = new LinkedHashMap<>(texts(weaker.value()));
        merged.putAll(texts(value));
        give(key, place, merged, false);
    }

    /**
     * Takes a value.
     *
     * @param more whether it is one of several parts of a map
     */
    void give(SettingKey key, String place, @Nullable Object value, boolean more) {
        Given before = given.get(key.name());
        if (value == null) {
            return;
        }
        if (before != null && !(more && before.value() instanceof Map<?, ?>)) {
            problem(place + "stands twice (expected: each setting once)");
            return;
        }
        if (before != null) {
            Map<String, String> all = new LinkedHashMap<>(texts(before.value()));
            texts(value).forEach((name, text) -> {
                if (all.putIfAbsent(name, text) != null) {
                    problem(place + name + " stands twice (expected: each name once)");
                }
            });
            given.put(key.name(), new Given(all, place));
            return;
        }
        Object kept = key.type() == Type.LIST && value instanceof String text ? SettingKey.items(text) : value;
        String mistake = kept instanceof String text ? key.mistake(text) : null;
        if (mistake != null) {
            problem(place + mistake);
        } else {
            given.put(key.name(), new Given(kept, place));
        }
    }

    private static Map<String, String> texts(Object value) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, text) -> texts.put(String.valueOf(name), String.valueOf(text)));
        }
        return texts;
    }

    void problem(String text) {
        problems.add(text);
    }

    /** What is wrong, a line each. */
    List<String> problems() {
        return problems;
    }

    /** Whether it was set anywhere. */
    boolean has(String name) {
        return given.containsKey(SettingKeys.get(name).name());
    }

    /** How messages about a setting begin: where it was set, or its flag. */
    String place(String name) {
        Given value = given.get(name);
        SettingKey key = SettingKeys.get(name);
        String unset = key.flag() == null ? key.name() : "--" + key.flag();
        return value == null ? unset + ": " : value.place();
    }

    /** The text of a setting, or null. */
    @Nullable String get(String name) {
        Given value = given.get(SettingKeys.get(name).name());
        return value != null && value.value() instanceof String text ? text : null;
    }

    /** The file or directory of a setting, or null. */
    @Nullable Path path(String name) {
        String text = get(name);
        return text == null ? null : Path.of(text);
    }

    /** A whole number. */
    long number(String name) {
        String text = get(name);
        return Long.parseLong(text == null ? SettingKeys.get(name).fallback() : text);
    }

    /** A whole number whose range fits 32 bits. */
    int smallNumber(String name) {
        return Math.toIntExact(number(name));
    }

    /** A time in ms. */
    long millis(String name) {
        String text = get(name);
        Long millis = SettingKey.millis(text == null ? SettingKeys.get(name).fallback() : text);
        if (millis == null) {
            throw new IllegalStateException("setting \"" + name + "\": \"" + text + "\" was not checked");
        }
        return millis;
    }

    /** A switch. */
    boolean yes(String name) {
        String text = get(name);
        return Boolean.parseBoolean(text == null ? SettingKeys.get(name).fallback() : text);
    }

    /** One of the values that the words of a choice stand for; {@code keepLastGood} for {@code KEEP_LAST_GOOD}. */
    <T extends Enum<T>> T choice(String name, T[] values) {
        SettingKey key = SettingKeys.get(name);
        String text = get(name);
        String word = folded(text == null ? key.fallback() : text);
        for (T value : values) {
            if (folded(value.name()).equals(word)) {
                return value;
            }
        }
        throw new IllegalStateException("setting \"" + name + "\": no value is called " + word);
    }

    private static String folded(String word) {
        return word.replace("_", "").toLowerCase(Locale.ROOT);
    }

    /** The items of a list; null when it is not set, or {@code all}. */
    @Nullable List<String> list(String name) {
        Given value = given.get(SettingKeys.get(name).name());
        if (value == null || !(value.value() instanceof List<?> list) || list.equals(List.of("all"))) {
            return null;
        }
        return list.stream().map(String::valueOf).toList();
    }

    /** The texts of a map; empty when it is not set. */
    Map<String, String> map(String name) {
        Given value = given.get(SettingKeys.get(name).name());
        return value == null ? Map.of() : texts(value.value());
    }

    /**
     * What the proxy is called in its mesh; null when nothing is said about it.
     *
     * @throws IllegalArgumentException when the metadata is more than JSON can express
     */
    @Nullable NodeInfo node() {
        if (given.keySet().stream().noneMatch(name -> name.startsWith("node."))) {
            return null;
        }
        Map<String, Object> metadata = new LinkedHashMap<>();
        Given value = given.get("node.metadata");
        if (value != null && value.value() instanceof Map<?, ?> map) {
            map.forEach((name, member) -> metadata.put(String.valueOf(name), member));
        }
        return new NodeInfo(
                part("node.id"),
                part("node.cluster"),
                metadata,
                part("node.region"),
                part("node.zone"),
                part("node.subZone"));
    }

    private String part(String name) {
        String text = get(name);
        return text == null ? "" : text;
    }
}
