package dev.portafilter.resources;

import dev.portafilter.resources.WasmPlugin.Extras;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the annotations {@code portafilter.dev/…}. Source: WasmPlugin reference, section 7.5. */
final class AnnotationReader {
    static final String PREFIX = "portafilter.dev/";
    static final String PLUGIN_CONFIGURATION = "plugin-configuration";

    private static final String RULE = "annotation";
    private static final List<String> KNOWN = List.of(
            "vm-id",
            "vm-configuration",
            PLUGIN_CONFIGURATION,
            "allowed-capabilities",
            "allow-on-headers-stop-iteration",
            "service");
    private static final Pattern SEPARATOR = Pattern.compile("[,\\s]+");
    private static final Pattern CAPABILITY = Pattern.compile("[a-z_][a-z0-9_]*");

    private final Map<String, Field> own = new HashMap<>();
    private final Map<String, String> all = new LinkedHashMap<>();

    /** Takes the annotations of a resource; null for none. */
    AnnotationReader(@Nullable Field annotations) {
        Fields fields = annotations == null ? null : annotations.mapping(RULE);
        if (fields == null) {
            return;
        }
        for (String key : fields.node().members().keySet()) {
            Field value = fields.getOrNull(key);
            if (value == null) {
                continue;
            }
            if (value.node() instanceof Node.Text text) {
                all.put(key, text.value());
            }
            if (key.startsWith(PREFIX)) {
                accept(key.substring(PREFIX.length()), value);
            }
        }
    }

    private void accept(String name, Field value) {
        if (!KNOWN.contains(name)) {
            String nearest = Words.nearest(name, KNOWN);
            value.warning(
                    RULE,
                    "unknown annotation, ignored" + (nearest == null ? "" : "; did you mean " + PREFIX + nearest + "?"),
                    nearest == null ? String.join(", ", KNOWN) : null);
        } else if (value.text(RULE) != null) {
            own.put(name, value);
        }
    }

    /** Every annotation that is text. */
    Map<String, String> all() {
        return all;
    }

    /** One of ours; null when it is absent or wrong. */
    @Nullable Field get(String name) {
        return own.get(name);
    }

    Extras extras() {
        Boolean service = truth("service");
        return new Extras(
                text("vm-id", ""),
                text("vm-configuration", ""),
                own.containsKey(PLUGIN_CONFIGURATION) ? text(PLUGIN_CONFIGURATION, "") : null,
                List.copyOf(capabilities()),
                truth("allow-on-headers-stop-iteration"),
                service != null && service);
    }

    private String text(String name, String unset) {
        Field field = own.get(name);
        return field != null && field.node() instanceof Node.Text text ? text.value() : unset;
    }

    private @Nullable Boolean truth(String name) {
        Field field = own.get(name);
        String text = text(name, "");
        if (field == null) {
            return null;
        }
        if (!text.equals("true") && !text.equals("false")) {
            field.errorWithValue(RULE, "is no truth value", "\"true\" or \"false\"");
            return null;
        }
        return text.equals("true");
    }

    private Set<String> capabilities() {
        Set<String> names = new LinkedHashSet<>();
        Field field = own.get("allowed-capabilities");
        if (field == null) {
            return names;
        }
        for (String name : SEPARATOR.split(text("allowed-capabilities", ""))) {
            if (name.isEmpty()) {
                continue;
            }
            if (!CAPABILITY.matcher(name).matches()) {
                field.error(
                        RULE,
                        "names the capability " + Words.quote(name),
                        "names such as proxy_log or fd_write, with commas or spaces between them");
            }
            names.add(name);
        }
        return names;
    }
}
