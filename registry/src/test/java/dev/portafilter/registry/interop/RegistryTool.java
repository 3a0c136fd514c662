package dev.portafilter.registry.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A program that works with registries. */
enum RegistryTool {
    DOCKER_REGISTRY,
    CRANE,
    ORAS,
    SKOPEO,
    COSIGN,
    COSIGN3;

    /** Names the directory that holds them all. */
    static final String VARIABLE = "PORTAFILTER_REGISTRY_TOOLS";

    private static final long MOST_SECONDS = 60;

    /** Where it is; without it the test is skipped, and says so. */
    Path file() {
        String directory = System.getenv(VARIABLE);
        Assumptions.assumeTrue(
                directory != null && !directory.isEmpty(),
                () -> this + ": " + VARIABLE + " is not set (expected: what .ci/registry-tools prints)");
        Path file = Path.of(String.valueOf(directory), toString());
        Assumptions.assumeTrue(Files.isExecutable(file), () -> file + ": there is no such program");
        return file;
    }

    /** Runs it to its end, in a directory that is its home too, and gives what it printed. */
    String run(Path home, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(file().toString()));
        command.addAll(Arrays.asList(arguments));
        Path output = Files.createTempFile(home, name(), ".out");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("HOME", home.toString());
        builder.environment().put("DOCKER_CONFIG", home.toString());
        builder.environment()
                .put("REGISTRY_AUTH_FILE", home.resolve("config.json").toString());
        builder.environment().put("COSIGN_PASSWORD", "");
        Process process = builder.start();
        boolean ended = process.waitFor(MOST_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly();
        }
        String printed = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(ended).as("%s ended in time: %s", command, printed).isTrue();
        assertThat(process.exitValue()).as("%s printed: %s", command, printed).isZero();
        return printed;
    }

    /** Its name, as the file's. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
