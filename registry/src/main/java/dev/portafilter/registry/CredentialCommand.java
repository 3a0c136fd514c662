package dev.portafilter.registry;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Runs Docker's credential helpers: programs named {@code docker-credential-NAME} on the path. */
interface CredentialCommand {
    /** Runs none. */
    CredentialCommand NONE = (name, server) -> null;

    /**
     * Asks a helper.
     *
     * @param name what follows {@code docker-credential-}
     * @param server the key of the registry
     * @return null when it knows none
     * @throws FetchException when it cannot be asked
     */
    @Nullable Credential credential(String name, String server) throws FetchException;

    /** Runs those in the directories of a {@code PATH}, for some seconds at most. */
    static CredentialCommand onPath(String path, long mostMillis) {
        return (name, server) -> new Run(path, name, mostMillis).get(server);
    }

    /** One run. */
    record Run(String path, String name, long mostMillis) {
        private static final String CODE = "secret.helper";
        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
        private static final int MOST_BYTES = 64 * 1024;
        private static final String NONE = "credentials not found";

        @Nullable Credential get(String server) throws FetchException {
            String program = "docker-credential-" + name;
            Process process = start(program);
            try {
                FutureTask<byte[]> output = new FutureTask<>(() -> talk(process, server));
                Thread thread = new Thread(output, "portafilter-" + program);
                thread.setDaemon(true);
                thread.start();
                byte[] bytes = output.get(mostMillis, TimeUnit.MILLISECONDS);
                if (!process.waitFor(mostMillis, TimeUnit.MILLISECONDS)) {
                    throw new TimeoutException();
                }
                return credential(program, process.exitValue(), bytes);
            } catch (TimeoutException e) {
                throw new FetchException(CODE, program + ": gives no answer (limit: " + mostMillis + " ms)");
            } catch (ExecutionException e) {
                throw new FetchException(CODE, program + ": cannot be asked");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new FetchException("fetch.interrupted", program + ": interrupted", true);
            } finally {
                process.destroyForcibly();
            }
        }

        private Process start(String program) throws FetchException {
            Path file = NAME.matcher(name).matches() ? find(program) : null;
            if (file == null) {
                throw new FetchException(CODE, program + ": there is no such program on the path");
            }
            try {
                return new ProcessBuilder(file.toString(), "get")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
            } catch (IOException e) {
                throw new FetchException(CODE, program + ": cannot be run");
            }
        }

        private @Nullable Path find(String program) {
            for (String directory : path.split(File.pathSeparator)) {
                Path file = Path.of(directory, program);
                if (!directory.isEmpty() && Files.isExecutable(file)) {
                    return file;
                }
            }
            return null;
        }

        private static byte[] talk(Process process, String server) throws IOException {
            try (OutputStream out = process.getOutputStream()) {
                out.write((server + "\n").getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // A helper may answer without reading.
                return process.getInputStream().readNBytes(MOST_BYTES);
            }
            return process.getInputStream().readNBytes(MOST_BYTES);
        }

        private static @Nullable Credential credential(String program, int exit, byte[] output) throws FetchException {
            if (exit != 0) {
                if (new String(output, StandardCharsets.UTF_8).contains(NONE)) {
                    return null;
                }
                throw new FetchException(CODE, program + ": ends with " + exit);
            }
            JsonObject json = JsonObject.parse(output, CODE, program);
            String username = json.text("Username");
            String secret = json.text("Secret");
            return username.equals("<token>") ? new Credential("", "", secret, "") : Credential.basic(username, secret);
        }
    }
}
