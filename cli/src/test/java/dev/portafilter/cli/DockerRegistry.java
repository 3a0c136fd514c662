package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** Debian's docker-registry with one user, on a free port of the loopback interface, and the programs that work with it. */
final class DockerRegistry implements AutoCloseable {
    private static final String TOOLS = "PORTAFILTER_REGISTRY_TOOLS";
    private static final String USER = "barista";
    private static final String PASSWORD = "s3cret";
    /** The password as bcrypt has it. */
    private static final String PASSWORD_HASH = "$2b$04$WG7IMxxjnMruCmBWKDkaJOt9CzE9KRwTijMTMpn6JFgaX.KWg4FiK";

    private static final Pattern LISTENING = Pattern.compile("listening on (127\\.0\\.0\\.1:[0-9]+)");
    private static final long MOST_SECONDS = 60;

    private final Process process;
    private final String host;
    private final Path directory;

    private DockerRegistry(Process process, String host, Path directory) {
        this.process = process;
        this.host = host;
        this.directory = directory;
    }

    /** Where a program is; without it the test is skipped, and says so. */
    static Path tool(String name) {
        String tools = System.getenv(TOOLS);
        Assumptions.assumeTrue(
                tools != null && !tools.isEmpty(),
                () -> name + ": " + TOOLS + " is not set (expected: what .ci/registry-tools prints)");
        Path file = Path.of(String.valueOf(tools), name);
        Assumptions.assumeTrue(Files.isExecutable(file), () -> file + ": there is no such program");
        return file;
    }

    /**
     * Starts one.
     *
     * @param directory is empty; the home of what is run here, with the user's credentials
     */
    static DockerRegistry start(Path directory) throws IOException {
        Path program = tool("docker-registry");
        Path users = Files.writeString(directory.resolve("htpasswd"), USER + ":" + PASSWORD_HASH + "\n");
        Path configuration =
                Files.writeString(directory.resolve("registry.yml"), """
                version: 0.1
                log: {level: info}
                storage:
                  filesystem: {rootdirectory: %s}
                http: {addr: "127.0.0.1:0", secret: tests}
                auth: {htpasswd: {realm: tests, path: %s}}
                """.formatted(directory.resolve("data"), users));
        Process process = new ProcessBuilder(program.toString(), "serve", configuration.toString())
                .redirectErrorStream(true)
                .start();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        StringBuilder printed = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            Matcher matcher = LISTENING.matcher(line);
            if (matcher.find()) {
                drain(output);
                DockerRegistry registry = new DockerRegistry(process, matcher.group(1), directory);
                registry.writeLogin(directory.resolve("config.json"));
                return registry;
            }
            printed.append(line).append('\n');
        }
        throw new IOException("docker-registry did not listen: " + printed);
    }

    /** What a process goes on to print must be read, or it would stop at a full pipe. */
    static void drain(BufferedReader output) {
        Thread thread = new Thread(() -> output.lines().forEach(ignored -> {}), "output");
        thread.setDaemon(true);
        thread.start();
    }

    /** Writes the user's credentials, as Docker has them. */
    void writeLogin(Path file) throws IOException {
        Files.writeString(
                file, "{\"auths\":{\"" + host + "\":{\"auth\":\"" + MemoryRegistry.login(USER, PASSWORD) + "\"}}}");
    }

    /** {@code 127.0.0.1:PORT}. */
    String host() {
        return host;
    }

    /** The file in which the registry keeps the bytes of a digest. */
    Path stored(String digest) {
        String hex = digest.substring("sha256:".length());
        return directory
                .resolve("data/docker/registry/v2/blobs/sha256")
                .resolve(hex.substring(0, 2))
                .resolve(hex)
                .resolve("data");
    }

    /** Runs a program to its end, as the user, and gives what it printed. */
    String run(String tool, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(tool(tool).toString()));
        command.addAll(Arrays.asList(arguments));
        return run(command);
    }

    /** Runs {@code portafilter} in a process of its own to its end, as the user, and gives what it printed. */
    String portafilter(String... arguments) throws IOException, InterruptedException {
        return run(portafilterCommand(arguments)).trim();
    }

    static List<String> portafilterCommand(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.portafilter.cli.Main"));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    private String run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "run", ".out");
        Path errors = Files.createTempFile(directory, "run", ".err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile());
        builder.environment().put("HOME", directory.toString());
        builder.environment().put("DOCKER_CONFIG", directory.toString());
        builder.environment().put("COSIGN_PASSWORD", "");
        Process run = builder.start();
        boolean ended = run.waitFor(MOST_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            run.destroyForcibly();
        }
        String printed = Files.readString(output) + Files.readString(errors);
        assertThat(ended).as("%s ended in time: %s", command, printed).isTrue();
        assertThat(run.exitValue()).as("%s printed: %s", command, printed).isZero();
        return Files.readString(output);
    }

    @Override
    public void close() throws InterruptedException {
        // Process.destroy would close the pipe under its reader.
        process.toHandle().destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
