package dev.portafilter.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/** Where the secrets are that {@code imagePullSecret} names. Source: WasmPlugin reference, section 4.8. */
@FunctionalInterface
public interface PullSecrets {
    /** There are none. */
    PullSecrets NONE = (namespace, name) -> {
        throw new FetchException("secret.notFound", "secret " + namespace + "/" + name + ": there are no secrets here");
    };

    /**
     * Reads a secret, anew each time.
     *
     * @param namespace the namespace of the plugin
     * @param name the name of the secret
     * @return its credentials; a registry that they do not know is asked anonymously
     * @throws FetchException {@code secret.notFound}, {@code secret.type} or {@code secret.parse}; never is the registry
     *     asked then
     */
    Keychain secret(String namespace, String name) throws FetchException;

    /** The secrets of this source, and for those that are not there, of another. */
    default PullSecrets orElse(PullSecrets other) {
        return (namespace, name) -> {
            try {
                return secret(namespace, name);
            } catch (FetchException e) {
                if (!e.code().equals("secret.notFound")) {
                    throw e;
                }
                LoggerFactory.getLogger(PullSecrets.class).debug("{}", e.getMessage());
            }
            return other.secret(namespace, name);
        };
    }

    /**
     * Secrets in files: {@code DIRECTORY/NAMESPACE/NAME/.dockerconfigjson}, as Kubernetes mounts them. A file {@code type}
     * beside it, if there is one, must say so too.
     *
     * @param directory the directory
     * @param warnings where what is ignored is said
     */
    static PullSecrets in(Path directory, Consumer<String> warnings) {
        return (namespace, name) -> new SecretDirectory(directory, namespace, name, warnings).read();
    }

    /**
     * The credentials in a secret as Kubernetes has it, for who gets secrets from elsewhere than files.
     *
     * @param where what messages call it
     * @param type its type
     * @param data its data, decoded
     * @param warnings where what is ignored is said
     * @throws FetchException {@code secret.type} or {@code secret.parse}
     */
    static Keychain keychain(String where, String type, Map<String, byte[]> data, Consumer<String> warnings)
            throws FetchException {
        byte[] json = data.get(SecretDirectory.JSON);
        byte[] legacy = data.get(SecretDirectory.LEGACY);
        boolean known = SecretDirectory.TYPES.contains(type);
        if (known && json != null) {
            return DockerConfig.parse(where, json, warnings);
        }
        if (known && legacy != null) {
            return DockerConfig.parseLegacy(where, legacy, warnings);
        }
        throw new FetchException(
                "secret.type",
                where + ": is of another type, or lacks its key (expected: kubernetes.io/dockerconfigjson)");
    }

    /** One secret in files. */
    record SecretDirectory(Path directory, String namespace, String name, Consumer<String> warnings) {
        private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");
        private static final String JSON = ".dockerconfigjson";
        private static final String LEGACY = ".dockercfg";
        private static final String TYPE = "kubernetes.io/dockerconfigjson";
        private static final Set<String> TYPES = Set.of(TYPE, "kubernetes.io/dockercfg");
        private static final int MOST_BYTES = 1024 * 1024;

        Keychain read() throws FetchException {
            String where = "secret " + namespace + "/" + name;
            boolean named = NAME.matcher(namespace).matches()
                    && NAME.matcher(name).matches()
                    && !namespace.contains("..")
                    && !name.contains("..");
            Path secret = named ? directory.resolve(namespace).resolve(name) : directory;
            if (!named || !Files.isDirectory(secret)) {
                throw new FetchException(
                        "secret.notFound",
                        where + ": there is no such secret (expected: a directory NAMESPACE/NAME with the file " + JSON
                                + ")");
            }
            Map<String, byte[]> data = new HashMap<>();
            for (String file : List.of("type", JSON, LEGACY)) {
                if (Files.isRegularFile(secret.resolve(file))) {
                    data.put(file, bytes(where, secret.resolve(file)));
                }
            }
            byte[] type = data.get("type");
            return keychain(
                    where, type == null ? TYPE : new String(type, StandardCharsets.UTF_8).trim(), data, warnings);
        }

        private static byte[] bytes(String where, Path file) throws FetchException {
            try {
                if (Files.size(file) > MOST_BYTES) {
                    throw new FetchException(
                            "secret.parse", where + ": is larger than " + MOST_BYTES + " bytes (limit)");
                }
                return Files.readAllBytes(file);
            } catch (FetchException e) {
                throw e;
            } catch (IOException e) {
                throw new FetchException("secret.parse", where + ": cannot be read");
            }
        }
    }
}
