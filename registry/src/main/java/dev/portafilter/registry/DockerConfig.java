package dev.portafilter.registry;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Docker's configuration of credentials, as {@code config.json} and pull secrets hold it. Source: WasmPlugin reference,
 * section 4.8.
 */
public final class DockerConfig implements Keychain {
    private static final String PARSE = "secret.parse";
    private static final Set<String> DOCKER_HUB = Set.of("docker.io", "index.docker.io", "registry-1.docker.io");
    private static final List<String> DOCKER_HUB_KEYS =
            List.of("https://index.docker.io/v1/", "index.docker.io", "docker.io", "registry-1.docker.io");

    private final Map<String, Credential> credentials;
    private final Map<String, String> commands;
    private final String defaultCommand;
    private final CredentialCommand runner;

    private DockerConfig(
            Map<String, Credential> credentials,
            Map<String, String> commands,
            String defaultCommand,
            CredentialCommand runner) {
        this.credentials = credentials;
        this.commands = commands;
        this.defaultCommand = defaultCommand;
        this.runner = runner;
    }

    /**
     * Reads a configuration whose credential helpers are not run.
     *
     * @param where what messages call it
     * @param json the text
     * @param warnings where what is ignored is said
     * @throws FetchException {@code secret.parse}
     */
    public static DockerConfig parse(String where, byte[] json, Consumer<String> warnings) throws FetchException {
        return parse(where, json, CredentialCommand.NONE, warnings);
    }

    static DockerConfig parse(String where, byte[] json, CredentialCommand runner, Consumer<String> warnings)
            throws FetchException {
        JsonObject config = JsonObject.parse(json, PARSE, where);
        JsonObject helpers = config.object("credHelpers");
        Map<String, String> commands = helpers == null ? Map.of() : helpers.allTexts();
        String store = config.text("credsStore");
        if (runner == CredentialCommand.NONE && (!store.isEmpty() || !commands.isEmpty())) {
            warnings.accept(where + ": credsStore and credHelpers are ignored (expected: auths)");
        }
        JsonObject auths = config.object("auths");
        return new DockerConfig(
                auths == null ? Map.of() : entries(where, auths),
                runner == CredentialCommand.NONE ? Map.of() : commands,
                runner == CredentialCommand.NONE ? "" : store,
                runner);
    }

    /**
     * Reads the older form, {@code .dockercfg}, which is what the newer has in {@code auths}.
     *
     * @param where what messages call it
     * @param json the text
     * @param warnings where it is said that the form is old
     * @throws FetchException {@code secret.parse}
     */
    public static DockerConfig parseLegacy(String where, byte[] json, Consumer<String> warnings) throws FetchException {
        warnings.accept(where + ": is of the old form .dockercfg (expected: .dockerconfigjson)");
        Map<String, Credential> entries = entries(where, JsonObject.parse(json, PARSE, where));
        return new DockerConfig(entries, Map.of(), "", CredentialCommand.NONE);
    }

    private static Map<String, Credential> entries(String where, JsonObject auths) throws FetchException {
        Map<String, Credential> entries = new LinkedHashMap<>();
        for (String key : auths.names()) {
            JsonObject entry = auths.object(key);
            if (entry == null) {
                throw new FetchException(PARSE, where + " auths[" + key + "]: is no object");
            }
            entries.put(key, entry(where + " auths[" + key + "]", entry));
        }
        return entries;
    }

    private static Credential entry(String where, JsonObject entry) throws FetchException {
        String username = entry.text("username");
        String password = entry.text("password");
        String encoded = entry.text("auth").trim();
        if (!encoded.isEmpty()) {
            String decoded = decoded(where, encoded);
            int colon = decoded.indexOf(':');
            if (colon <= 0) {
                throw new FetchException(PARSE, where + ".auth: holds no user (expected: base64 of user:password)");
            }
            username = decoded.substring(0, colon);
            password = decoded.substring(colon + 1).replaceAll("\0+$", "");
        }
        return new Credential(username, password, entry.text("identitytoken"), entry.text("registrytoken"));
    }

    private static String decoded(String where, String encoded) throws FetchException {
        try {
            return new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new FetchException(PARSE, where + ".auth: is no base64 (expected: base64 of user:password)");
        }
    }

    @Override
    public @Nullable Credential find(String host, String repository) throws FetchException {
        List<String> keys = keys(host, repository);
        Credential byCommand = byCommand(host, keys);
        if (byCommand != null) {
            return byCommand;
        }
        for (String key : keys) {
            Credential credential = credentials.get(key);
            if (credential != null) {
                return credential;
            }
        }
        for (Map.Entry<String, Credential> entry : credentials.entrySet()) {
            if (hostOf(entry.getKey()).equals(host)) {
                return entry.getValue();
            }
        }
        return null;
    }

    private @Nullable Credential byCommand(String host, List<String> keys) throws FetchException {
        for (String key : keys) {
            String command = commands.get(key);
            if (command != null) {
                return runner.credential(command, key);
            }
        }
        if (defaultCommand.isEmpty()) {
            return null;
        }
        return runner.credential(defaultCommand, DOCKER_HUB.contains(host) ? DOCKER_HUB_KEYS.get(0) : host);
    }

    /** The keys that may be meant, the closest first. */
    private static List<String> keys(String host, String repository) {
        List<String> keys = new ArrayList<>();
        String path = repository;
        while (!path.isEmpty()) {
            keys.add(host + "/" + path);
            path = path.substring(0, Math.max(0, path.lastIndexOf('/')));
        }
        keys.add(host);
        if (DOCKER_HUB.contains(host)) {
            keys.addAll(DOCKER_HUB_KEYS);
        }
        return keys;
    }

    /** The host that a key is for: with a scheme, whatever its path; without, unless its path is that of a repository. */
    private static String hostOf(String key) {
        int scheme = key.indexOf("://");
        String rest = scheme < 0 ? key : key.substring(scheme + 3);
        int slash = rest.indexOf('/');
        boolean whole = scheme >= 0 || slash >= 0 && rest.substring(slash).matches("/(v[12]/?)?");
        return slash >= 0 && whole ? rest.substring(0, slash) : rest;
    }

    /** How many registries it knows, and nothing else. */
    @Override
    public String toString() {
        return "DockerConfig[" + credentials.size() + " entries]";
    }
}
