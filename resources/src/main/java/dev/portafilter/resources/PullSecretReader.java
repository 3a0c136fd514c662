package dev.portafilter.resources;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads Secrets that hold credentials of registries. No message shows a value, nor a piece of one. Source: WasmPlugin
 * reference, section 4.8.
 */
final class PullSecretReader {
    private static final String RULE = "secret.parse";
    private static final String JSON_KEY = ".dockerconfigjson";
    private static final String LEGACY_KEY = ".dockercfg";
    private static final String LEGACY_TYPE = "kubernetes.io/dockercfg";
    private static final Map<String, String> KEYS =
            Map.of("kubernetes.io/dockerconfigjson", JSON_KEY, LEGACY_TYPE, LEGACY_KEY);
    /** Who asks for no type gets this one. */
    private static final String USUAL_TYPE = "Opaque";
    /** What may hold values: nothing but this class looks into it. */
    private static final Set<String> HIDDEN = Set.of("data", "stringData");

    private static final Pattern WHITESPACE = Pattern.compile("\\s+");

    private final Fields secret;
    private final Fields shown;
    private final ReadOptions options;
    private final Problems problems;

    PullSecretReader(Fields secret, ReadOptions options) {
        this.secret = secret;
        this.options = options;
        this.problems = secret.problems();
        Map<String, Node.Member> members = new LinkedHashMap<>(secret.node().members());
        members.keySet().removeAll(HIDDEN);
        shown = new Fields(new Node.Mapping(members, secret.position()), "", problems);
    }

    /** The type as it is written; one that holds no credentials when it is wrong. */
    static String type(Fields secret) {
        Node.Member member = secret.node().members().get("type");
        return member != null
                        && member.value() instanceof Node.Text text
                        && !text.value().isEmpty()
                ? text.value()
                : USUAL_TYPE;
    }

    /** Whether it is for registries. */
    static boolean isForRegistries(Fields secret) {
        return KEYS.containsKey(type(secret));
    }

    /** The secret; null after an error. */
    @Nullable PullSecret read() {
        int errorsBefore = problems.errorCount();
        Metadata metadata = new EnvelopeReader(shown, options).metadata();
        String type = type(secret);
        String key = KEYS.getOrDefault(type, JSON_KEY);
        if (type.equals(LEGACY_TYPE)) {
            Field field = shown.get("type");
            if (field != null) {
                field.warningWithValue("secret.legacy", "is the old type", "kubernetes.io/dockerconfigjson");
            }
        }
        byte[] value = value(key);
        if (metadata == null || value == null || problems.errorCount() != errorsBefore) {
            return null;
        }
        return new PullSecret(metadata.namespace(), metadata.name(), type, Map.of(key, value), secret.position());
    }

    /** What stands under a key; plain text wins over base64, as in Kubernetes. */
    private byte @Nullable [] value(String key) {
        int errorsBefore = problems.errorCount();
        Field plain = member("stringData", key);
        Field encoded = member("data", key);
        Field field = plain == null ? encoded : plain;
        if (field == null) {
            if (problems.errorCount() == errorsBefore) {
                secret.missing("data", RULE, "data or stringData with the key " + key);
            }
            return null;
        }
        String text = field.text(RULE);
        if (text == null) {
            return null;
        }
        byte[] bytes = plain == null ? decoded(text) : text.getBytes(StandardCharsets.UTF_8);
        if (bytes == null) {
            field.error(RULE, "is no base64", "base64 of Docker's config.json; plain text goes into stringData");
            return null;
        }
        check(field, new String(bytes, StandardCharsets.UTF_8), key.equals(JSON_KEY));
        return bytes;
    }

    private @Nullable Field member(String part, String key) {
        Field field = secret.get(part);
        Fields fields = field == null ? null : field.mapping(RULE);
        return fields == null ? null : fields.get(key);
    }

    private static byte @Nullable [] decoded(String text) {
        try {
            return Base64.getDecoder().decode(WHITESPACE.matcher(text).replaceAll(""));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Refuses what a fetch could not read. */
    private static void check(Field field, String text, boolean nested) {
        Node.Mapping config = JsonDocuments.object(text);
        if (config == null) {
            field.error(RULE, "holds no JSON object", nested ? "{\"auths\": {\"HOST\": {\"auth\": …}}}" : "an object");
            return;
        }
        Node auths = config;
        if (nested) {
            Node.Member member = config.members().get("auths");
            auths = member == null ? null : member.value();
        }
        if (auths == null || auths instanceof Node.Nothing) {
            field.warning(RULE, "names no registry: all are asked anonymously", "auths");
        } else if (auths instanceof Node.Mapping entries) {
            entries.members().forEach((registry, entry) -> checkEntry(field, registry, entry.value()));
        } else {
            field.error(RULE, "has auths that are " + auths.kind(), "a mapping");
        }
    }

    private static void checkEntry(Field field, String registry, Node entry) {
        String where = "has an entry for " + Words.quote(registry) + " that ";
        if (!(entry instanceof Node.Mapping mapping)) {
            field.error(RULE, where + "is " + entry.kind(), "a mapping");
            return;
        }
        Node.Member auth = mapping.members().get("auth");
        if (auth == null
                || !(auth.value() instanceof Node.Text text)
                || text.value().isBlank()) {
            return;
        }
        byte[] login = decoded(text.value());
        if (login == null) {
            field.error(RULE, where + "has an auth which is no base64", "base64 of user:password");
        } else if (new String(login, StandardCharsets.UTF_8).indexOf(':') <= 0) {
            field.error(RULE, where + "has an auth without user", "base64 of user:password");
        }
    }
}
