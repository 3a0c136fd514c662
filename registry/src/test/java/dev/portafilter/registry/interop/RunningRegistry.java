package dev.portafilter.registry.interop;

import dev.portafilter.registry.Credential;
import dev.portafilter.registry.Keychain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Debian's docker-registry on a free port of the loopback interface, with its data in a directory of its own. */
final class RunningRegistry implements AutoCloseable {
    private static final String USER = "barista";
    private static final String PASSWORD = "s3cret";
    /** The password as bcrypt has it. */
    private static final String PASSWORD_HASH = "$2b$04$WG7IMxxjnMruCmBWKDkaJOt9CzE9KRwTijMTMpn6JFgaX.KWg4FiK";

    private static final Pattern LISTENING = Pattern.compile("listening on (127\\.0\\.0\\.1:[0-9]+)");

    /** How it asks who is there. */
    enum Authentication {
        NONE,
        BASIC,
        TOKEN
    }

    private final Process process;
    private final @Nullable TokenServer tokens;
    private final String host;
    private final Path home;

    private RunningRegistry(Process process, @Nullable TokenServer tokens, String host, Path home) {
        this.process = process;
        this.tokens = tokens;
        this.host = host;
        this.home = home;
    }

    /**
     * Starts one.
     *
     * @param directory is empty; becomes the home of tools, with the credentials for this registry in it
     */
    static RunningRegistry start(Path directory, Authentication authentication) throws Exception {
        Path program = RegistryTool.DOCKER_REGISTRY.file();
        Path home = Files.createDirectories(directory.resolve("home"));
        TokenServer tokens =
                authentication == Authentication.TOKEN ? TokenServer.start(directory, USER, PASSWORD) : null;
        String auth = switch (authentication) {
            case NONE -> "";
            case BASIC ->
                "auth: {htpasswd: {realm: tests, path: "
                        + Files.writeString(directory.resolve("htpasswd"), USER + ":" + PASSWORD_HASH + "\n") + "}}\n";
            case TOKEN ->
                "auth: {token: {realm: \"" + tokens.url() + "\", service: tests, issuer: tests, rootcertbundle: "
                        + tokens.certificate() + "}}\n";
        };
        Path configuration =
                Files.writeString(directory.resolve("registry.yml"), """
                version: 0.1
                log: {level: info}
                storage:
                  filesystem: {rootdirectory: %s}
                http: {addr: "127.0.0.1:0", secret: tests}
                """.formatted(directory.resolve("data")) + auth);
        Process process = new ProcessBuilder(program.toString(), "serve", configuration.toString())
                .redirectErrorStream(true)
                .start();
        String host = awaitHost(process);
        if (authentication != Authentication.NONE) {
            String login = Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
            Files.writeString(
                    home.resolve("config.json"), "{\"auths\":{\"" + host + "\":{\"auth\":\"" + login + "\"}}}");
        }
        return new RunningRegistry(process, tokens, host, home);
    }

    private static String awaitHost(Process process) throws IOException {
        StringBuilder printed = new StringBuilder();
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            Matcher matcher = LISTENING.matcher(line);
            if (matcher.find()) {
                // What it goes on to print must be read, or it would stop at a full pipe.
                Thread drain = new Thread(() -> reader.lines().forEach(ignored -> {}), "registry-output");
                drain.setDaemon(true);
                drain.start();
                return matcher.group(1);
            }
            printed.append(line).append('\n');
        }
        throw new IOException("docker-registry did not listen: " + printed);
    }

    /** The credentials that it asks for, for this host only. */
    Keychain keychain() {
        return (asked, repository) -> asked.equals(host) && Files.exists(home.resolve("config.json"))
                ? Credential.basic(USER, PASSWORD)
                : null;
    }

    /** {@code 127.0.0.1:PORT}. */
    String host() {
        return host;
    }

    /** Where tools run, with its credentials. */
    Path home() {
        return home;
    }

    @Override
    public void close() throws InterruptedException {
        // Process.destroy would close the pipe under its reader.
        process.toHandle().destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        if (tokens != null) {
            tokens.close();
        }
    }
}
