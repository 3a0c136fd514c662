package dev.portafilter.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The credentials that the other tools of a user have, for images without a pull secret. The files are read anew each time.
 * Source: WasmPlugin reference, section 4.8.
 */
public final class DefaultKeychain implements Keychain {
    private static final long COMMAND_MILLIS = 10_000;

    private final List<Path> files;
    private final CredentialCommand runner;
    private final Consumer<String> warnings;

    private DefaultKeychain(List<Path> files, CredentialCommand runner, Consumer<String> warnings) {
        this.files = files;
        this.runner = runner;
        this.warnings = warnings;
    }

    /**
     * The keychain of a user.
     *
     * @param environment the environment variables
     * @param home the home directory
     * @param commands whether credential helpers that the files name are run; a server has them off
     * @param warnings where what is ignored is said
     */
    public static DefaultKeychain of(
            Map<String, String> environment, Path home, boolean commands, Consumer<String> warnings) {
        List<Path> files = new ArrayList<>();
        files.add(home.resolve(".docker").resolve("config.json"));
        add(files, environment.get("DOCKER_CONFIG"), "config.json");
        add(files, environment.get("REGISTRY_AUTH_FILE"), "");
        add(files, environment.get("XDG_RUNTIME_DIR"), "containers/auth.json");
        files.add(home.resolve(".config").resolve("containers").resolve("auth.json"));
        String path = environment.getOrDefault("PATH", "");
        CredentialCommand runner = commands ? CredentialCommand.onPath(path, COMMAND_MILLIS) : CredentialCommand.NONE;
        return new DefaultKeychain(files, runner, warnings);
    }

    private static void add(List<Path> files, @Nullable String place, String below) {
        if (place != null && !place.isEmpty()) {
            files.add(below.isEmpty() ? Path.of(place) : Path.of(place).resolve(below));
        }
    }

    @Override
    public @Nullable Credential find(String host, String repository) throws FetchException {
        for (Path file : files) {
            if (!Files.isRegularFile(file)) {
                continue;
            }
            byte[] json;
            try {
                json = Files.readAllBytes(file);
            } catch (IOException e) {
                throw new FetchException("secret.notFound", file + ": cannot be read");
            }
            Credential credential =
                    DockerConfig.parse(file.toString(), json, runner, warnings).find(host, repository);
            if (credential != null && !credential.isEmpty()) {
                return credential;
            }
        }
        return null;
    }
}
