package dev.portafilter.resources;

import dev.portafilter.resources.ModuleReference.Layout;
import dev.portafilter.resources.ModuleReference.PullPolicy;
import dev.portafilter.resources.ReadOptions.PluginConfigKey;
import dev.portafilter.runtime.plugin.ModuleSource;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the fields that say where the module comes from and what is checked: rules V-02 to V-11 and V-35 to V-37. */
final class ModuleReader {
    private static final int SHA256_CHARACTERS = 64;
    private static final int SECRET_NAME_CHARACTERS = 253;
    private static final String VERIFICATION_KEY = "verificationKey";
    private static final String PEM =
            "a public key in PEM: EC P-256, P-384 or P-521, RSA of 2048 bits or more, Ed25519";
    static final Choice<PullPolicy> PULL_POLICY = Choice.of(
            Map.entry("UNSPECIFIED_POLICY", PullPolicy.UNSPECIFIED),
            Map.entry("IfNotPresent", PullPolicy.IF_NOT_PRESENT),
            Map.entry("Always", PullPolicy.ALWAYS));

    private ModuleReader() {}

    /** The module; null after an error in the url. */
    static @Nullable ModuleReference read(Fields spec, ReadOptions options) {
        ModuleUrl url = url(spec);
        String sha256 = sha256(spec, url);
        Field policyField = spec.get("imagePullPolicy");
        PullPolicy policy = PULL_POLICY.read(policyField);
        Field secretField = spec.get("imagePullSecret");
        String secret = secretField == null ? null : secretField.text("V-11", SECRET_NAME_CHARACTERS);
        List<PublicKey> keys = keys(spec, options);
        if (url == null) {
            return null;
        }
        if (url.scheme() == ModuleUrl.Scheme.FILE) {
            warnThatFilesIgnore(policy == PullPolicy.UNSPECIFIED ? null : policyField);
            warnThatFilesIgnore(secretField);
        }
        List<String> secrets = secret == null ? List.of() : List.of(secret);
        return new ModuleReference(url, Layout.PLUGIN, sha256, policy, secrets, keys);
    }

    /** The source of the module; null after an error when it cannot be had or checked. */
    static @Nullable ModuleSource source(
            ModuleReference module,
            ModuleLocator.Requester requester,
            Fields fields,
            ReadOptions options,
            Path baseDirectory) {
        ModuleLocator locator = options.modules();
        String urlField = module.layout() == Layout.EXTENSION ? "image" : "url";
        boolean loads = locator.loads(module.url().scheme());
        if (!loads) {
            unsupported(fields, urlField, module.url().scheme() + " is not supported yet", "file://");
        }
        if (!module.verificationKeys().isEmpty() && !locator.verifiesSignatures()) {
            unsupported(fields, VERIFICATION_KEY, "signature verification is not supported yet", "no verificationKey");
            loads = false;
        }
        if (!loads) {
            return null;
        }
        try {
            return locator.locate(module, requester, baseDirectory);
        } catch (InvalidPathException e) {
            unsupported(fields, urlField, "is no path on this file system", "file:// and a path");
            return null;
        }
    }

    private static void unsupported(Fields fields, String name, String message, String expected) {
        Field subject = fields.get(name);
        Field config = fields.get("pluginConfig");
        if (subject == null && config != null && config.node() instanceof Node.Mapping mapping) {
            subject = new Fields(mapping, config.path(), config.problems()).get(name);
        }
        if (subject != null) {
            subject.error("unsupported", message, expected);
        }
    }

    private static void warnThatFilesIgnore(@Nullable Field field) {
        if (field != null) {
            field.warning("V-37", "is ignored for file://", null);
        }
    }

    private static @Nullable ModuleUrl url(Fields spec) {
        Field field = spec.get("url");
        if (field == null) {
            spec.missing("url", "V-02", "oci://, https://, http:// or file:// and a place");
            return null;
        }
        String text = field.text("V-02");
        if (text == null) {
            return null;
        }
        try {
            return ModuleUrl.parse(text);
        } catch (ModuleUrl.MalformedUrlException e) {
            String message = String.valueOf(e.getMessage());
            if (text.indexOf('@') >= 0 && text.contains("://") && !e.rule().equals("V-07")) {
                // What stands before the @ may be a password.
                field.error(e.rule(), message, e.expected());
            } else {
                field.errorWithValue(e.rule(), message, e.expected());
            }
            return null;
        }
    }

    private static String sha256(Fields spec, @Nullable ModuleUrl url) {
        Field field = spec.get("sha256");
        String text = field == null ? null : field.text("V-08");
        if (field == null || text == null || text.isEmpty()) {
            return "";
        }
        if (text.length() != SHA256_CHARACTERS) {
            field.errorWithValue("V-08", "is " + text.length() + " characters", "64 hex digits");
            return "";
        }
        if (!text.chars().allMatch(c -> c < 'A' && HexFormat.isHexDigit(c) || c >= 'a' && c <= 'f')) {
            field.errorWithValue("V-09", "has other characters than 0-9 and a-f", "64 hex digits in lower case");
            return "";
        }
        ImageReference image = url == null ? null : url.image();
        String digest = image == null ? null : image.digest();
        if (digest != null && !digest.equals("sha256:" + text)) {
            field.errorWithValue("V-10", "is not the digest in " + spec.path("url"), digest);
        }
        return text;
    }

    private static List<PublicKey> keys(Fields spec, ReadOptions options) {
        Field own = spec.get(VERIFICATION_KEY);
        List<PublicKey> keys = own == null ? List.of() : keys(own);
        Field config = spec.get("pluginConfig");
        if (options.pluginConfigKey() == PluginConfigKey.IGNORE
                || config == null
                || !(config.node() instanceof Node.Mapping mapping)) {
            return keys;
        }
        Field inner = new Fields(mapping, config.path(), config.problems()).get(VERIFICATION_KEY);
        if (inner == null) {
            return keys;
        }
        List<PublicKey> innerKeys = keys(inner);
        if (keys.isEmpty()) {
            return innerKeys;
        }
        if (!innerKeys.isEmpty() && !encoded(keys).equals(encoded(innerKeys))) {
            inner.error(
                    "V-36",
                    "is another key than " + spec.path(VERIFICATION_KEY),
                    "the same key, or one of the two fields");
        }
        return keys;
    }

    private static List<PublicKey> keys(Field field) {
        if (!(field.node() instanceof Node.Text text)) {
            field.error("V-35", "is " + field.node().kind(), PEM);
            return List.of();
        }
        try {
            return List.copyOf(PublicKeys.parse(text.value()));
        } catch (IllegalArgumentException e) {
            field.error("V-35", String.valueOf(e.getMessage()), PEM);
            return List.of();
        }
    }

    private static Set<String> encoded(List<PublicKey> keys) {
        return keys.stream()
                .map(key -> HexFormat.of().formatHex(key.getEncoded()))
                .collect(Collectors.toSet());
    }
}
