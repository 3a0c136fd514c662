package dev.portafilter.resources;

import dev.portafilter.resources.WasmPlugin.EnvironmentVariable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code spec.vmConfig.env}: rules V-22 to V-27. Values are never shown. */
final class EnvironmentReader {
    private static final int VARIABLES = 256;
    private static final int NAME_CHARACTERS = 256;
    private static final int VALUE_CHARACTERS = 2048;
    private static final String TRANSPORT_PREFIX = "ISTIO_META_";
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Choice<Boolean> FROM_HOST = Choice.of(Map.entry("INLINE", false), Map.entry("HOST", true));

    private EnvironmentReader() {}

    static List<EnvironmentVariable> read(Fields spec, ReadOptions options) {
        List<EnvironmentVariable> variables = new ArrayList<>();
        Field vmConfig = spec.get("vmConfig");
        Fields vmFields = vmConfig == null ? null : vmConfig.mapping("V-22");
        if (vmFields == null) {
            return variables;
        }
        Field env = vmFields.get("env");
        vmFields.reportUnknown(options.strict());
        if (env == null) {
            return variables;
        }
        List<Field> entries = env.sequence("V-22");
        if (entries.size() > VARIABLES) {
            env.error("V-25", "has " + entries.size() + " entries", "at most " + VARIABLES);
        }
        Set<String> names = new HashSet<>();
        for (Field entry : entries) {
            Fields fields = entry.mapping("V-22");
            if (fields != null) {
                EnvironmentVariable variable = variable(fields, names, options);
                fields.reportUnknown(options.strict());
                if (variable != null) {
                    variables.add(variable);
                }
            }
        }
        return List.copyOf(variables);
    }

    private static @Nullable EnvironmentVariable variable(Fields fields, Set<String> names, ReadOptions options) {
        Field nameField = fields.get("name");
        boolean fromHost = FROM_HOST.read(fields.get("valueFrom"));
        String value = value(fields.get("value"), fromHost);
        if (nameField == null) {
            fields.missing("name", "V-22", "1 to " + NAME_CHARACTERS + " characters");
            return null;
        }
        String name = nameField.text("V-22", NAME_CHARACTERS);
        if (name == null) {
            return null;
        }
        if (!names.add(name)) {
            nameField.errorWithValue("V-23", "stands twice", "each name once");
        }
        if (name.indexOf('\0') >= 0) {
            nameField.errorWithValue(
                    "V-22", "has a NUL character, which ends a name", "a letter or _, then letters, digits and _");
        } else if (!IDENTIFIER.matcher(name).matches()) {
            nameField.warningWithValue("V-26", "is no identifier", "a letter or _, then letters, digits and _");
        }
        if (name.startsWith(TRANSPORT_PREFIX)) {
            nameField.warningWithValue("V-27", "is kept from the plugin: the prefix is Istio's own", null);
        }
        if (fromHost && !options.allowsHostVariable(name)) {
            nameField.warningWithValue(
                    "env.hostAllow",
                    "is kept from the plugin: this host does not give it away",
                    "a name in env.hostAllow");
        }
        return value == null ? null : new EnvironmentVariable(name, value, fromHost);
    }

    private static @Nullable String value(@Nullable Field field, boolean fromHost) {
        if (field == null) {
            return "";
        }
        String value = field.text("V-25");
        if (value == null) {
            return null;
        }
        if (fromHost && !value.isEmpty()) {
            field.error("V-24", "is set beside valueFrom: HOST", "one of the two");
        }
        int characters = value.codePointCount(0, value.length());
        if (characters > VALUE_CHARACTERS) {
            field.error("V-25", "has " + characters + " characters", "at most " + VALUE_CHARACTERS);
        }
        if (value.indexOf('\0') >= 0) {
            field.error("V-25", "has a NUL character, which ends a value", "text without it");
        }
        return value;
    }

    /** What the VM gets: variables of the host that are not set or not allowed, and Istio's own, are left out. */
    static Map<String, String> environment(List<EnvironmentVariable> variables, ReadOptions options) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (EnvironmentVariable variable : variables) {
            if (variable.name().startsWith(TRANSPORT_PREFIX)) {
                continue;
            }
            String value = variable.fromHost() ? ofHost(variable.name(), options) : variable.value();
            if (value != null) {
                environment.put(variable.name(), value);
            }
        }
        return environment;
    }

    private static @Nullable String ofHost(String name, ReadOptions options) {
        return options.allowsHostVariable(name) ? options.hostEnvironment().apply(name) : null;
    }
}
