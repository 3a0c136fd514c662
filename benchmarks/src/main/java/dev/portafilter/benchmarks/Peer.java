package dev.portafilter.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The other Java host, on a class path of its own below the platform's class loader, so that neither host sees the other's
 * engine. The class path is what the build of {@code benchmarks/peer} leaves in its {@code target}.
 */
final class Peer implements AutoCloseable {
    private static final String HOST = "dev.portafilter.benchmarks.peer.PeerHost";

    private final URLClassLoader loader;
    private final Supplier<Callable<String>> host;

    /**
     * Loads a scenario's plugin.
     *
     * @throws IllegalStateException when the other host cannot run it
     */
    Peer(Scenario scenario, PeerSetUp setUp) {
        loader = new URLClassLoader("peer", classPath(), ClassLoader.getPlatformClassLoader());
        host = host(scenario, setUp);
    }

    /**
     * Loads and starts a plugin for the calling thread: {@link Runnable#run} takes one request through, {@link
     * Callable#call} does it too and tells the outcome.
     */
    Callable<String> newLifecycle() {
        return host.get();
    }

    @Override
    public void close() {
        try {
            loader.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked")
    private Supplier<Callable<String>> host(Scenario scenario, PeerSetUp setUp) {
        try {
            return (Supplier<Callable<String>>) loader.loadClass(HOST)
                    .getConstructor(
                            String.class,
                            byte[].class,
                            String.class,
                            String[].class,
                            String[].class,
                            byte[].class,
                            String[].class)
                    .newInstance(
                            setUp.name(),
                            scenario.module(),
                            scenario.configuration(),
                            scenario.requestHeaders(),
                            scenario.responseHeaders(),
                            scenario.responseBody(),
                            scenario.callAnswer());
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("peer " + scenario.label() + ": " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("peer: " + e, e);
        }
    }

    private static URL[] classPath() {
        Path target = target();
        List<URL> urls = new ArrayList<>();
        try (Stream<Path> jars = Files.list(target.resolve("lib"))) {
            urls.add(target.resolve("classes").toUri().toURL());
            for (Path jar : jars.sorted().toList()) {
                urls.add(jar.toUri().toURL());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    target.resolve("lib") + ": " + e + " (expected: the build of benchmarks/peer)", e);
        }
        return urls.toArray(URL[]::new);
    }

    /** {@code benchmarks/peer/target}, from where these classes are: {@code benchmarks/target/classes}, or a jar there. */
    private static Path target() {
        try {
            Path here = Path.of(Peer.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return here.resolveSibling("../peer/target").normalize();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
