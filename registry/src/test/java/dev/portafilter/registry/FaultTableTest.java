package dev.portafilter.registry;

import static dev.portafilter.registry.FixedVectors.MANIFEST;
import static dev.portafilter.registry.FixedVectors.TINY_MODULE;
import static dev.portafilter.registry.FixedVectors.TINY_SHA256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.sun.net.httpserver.HttpExchange;
import dev.portafilter.resources.ModuleLocator;
import dev.portafilter.resources.ModuleReference;
import dev.portafilter.resources.ModuleReference.Layout;
import dev.portafilter.resources.ModuleReference.PullPolicy;
import dev.portafilter.resources.ModuleUrl;
import dev.portafilter.runtime.service.MetricStore;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of a module when its registry fails: each fault, with each policy, cached or not. Only who must ask sees the
 * fault, and nobody gets other bytes than those that were asked for.
 */
class FaultTableTest {
    private static final byte[] BOMB = Boxes.gzip(new byte[3_000_000]);

    @TempDir
    private Path directory;

    /** What the registry does, and what is said of it. */
    private record Fault(String name, String code, TestRegistry.Gate gate) {}

    private static final List<Fault> FAULTS = List.of(
            new Fault("connections are cut", "fetch.network", exchange -> {
                throw new IOException("cut");
            }),
            new Fault("500 for ever", "fetch.http(500)", status(500)),
            new Fault("429 for ever", "fetch.http(429)", status(429)),
            new Fault("404", "image.notFound", status(404)),
            new Fault("401 for ever", "image.unauthorized", exchange -> {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"x\"");
                return refuse(exchange, 401);
            }),
            new Fault("403", "image.unauthorized", status(403)),
            new Fault("a redirect to a blocked address", "fetch.blockedAddress", exchange -> {
                exchange.getResponseHeaders().set("Location", "http://169.254.169.254/");
                return refuse(exchange, 307);
            }),
            new Fault("redirects in a circle", "fetch.redirects", exchange -> {
                exchange.getResponseHeaders()
                        .set("Location", exchange.getRequestURI().toString());
                return refuse(exchange, 307);
            }),
            new Fault("layers of another digest", "image.layerDigestMismatch", exchange -> {
                if (!exchange.getRequestURI().getPath().endsWith(TINY_SHA256)) {
                    return true;
                }
                byte[] other = TINY_MODULE.clone();
                other[4] = 2;
                exchange.sendResponseHeaders(200, other.length);
                exchange.getResponseBody().write(other);
                return false;
            }),
            new Fault("layers of another size", "image.layerSizeMismatch", exchange -> {
                if (!exchange.getRequestURI().getPath().endsWith(TINY_SHA256)) {
                    return true;
                }
                exchange.sendResponseHeaders(200, BOMB.length);
                exchange.getResponseBody().write(BOMB);
                return false;
            }));

    private static TestRegistry.Gate status(int status) {
        return exchange -> refuse(exchange, status);
    }

    private static boolean refuse(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
        return false;
    }

    @TestFactory
    Stream<DynamicTest> faults() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Fault fault : FAULTS) {
            for (PullPolicy policy : PullPolicy.values()) {
                for (boolean cached : new boolean[] {false, true}) {
                    String name = fault.name + ", " + policy + (cached ? ", cached" : ", not cached");
                    tests.add(dynamicTest(name, () -> check(fault, policy, cached)));
                }
            }
        }
        assertThat(tests).hasSize(60);
        return tests.stream();
    }

    private void check(Fault fault, PullPolicy policy, boolean cached) throws Exception {
        try (TestRegistry server = TestRegistry.plain();
                RegistryModules modules = open(server)) {
            server.putBlob("{}".getBytes(StandardCharsets.UTF_8));
            server.putBlob(TINY_MODULE);
            server.putManifest("v1", FakeRepository.OCI_MANIFEST, MANIFEST);
            if (cached) {
                assertThat(load(modules, server, policy, "1")).isEqualTo(TINY_MODULE);
            }
            server.guard(fault.gate);
            // The manifest has not changed, so the layers of what is cached are not asked for.
            boolean onlyLayers = fault.code.startsWith("image.layer");
            boolean asks = !cached || policy == PullPolicy.ALWAYS && !onlyLayers;
            if (!asks) {
                assertThat(load(modules, server, policy, "2")).isEqualTo(TINY_MODULE);
                return;
            }
            for (int i = 0; i < 2; i++) {
                assertThat(refused(modules, server, policy).code()).isEqualTo(fault.code);
            }
            assertThat(modules.cached()).hasSize(cached ? 1 : 0);
            server.guard(exchange -> true);
            assertThat(load(modules, server, policy, "2")).isEqualTo(TINY_MODULE);
        }
    }

    private RegistryModules open(TestRegistry server) throws IOException {
        FakeTime time = new FakeTime();
        RegistryOptions options = RegistryOptions.DEFAULT.withPlainRegistries(List.of(server.host()));
        RegistryClient client = new RegistryClient(options, InetAddress::getAllByName, time);
        return new RegistryModules(
                ModuleOptions.DEFAULT.withCacheDirectory(directory.resolve(String.valueOf(server.port()))),
                new WebTransport(client.web(), client.options()),
                new RegistryImages(client, new ImageFetcher(ImageOptions.DEFAULT), PullSecrets.NONE, Keychain.EMPTY),
                new MetricStore(),
                time,
                () -> 1_000_000_000_000L);
    }

    private static byte[] load(RegistryModules modules, TestRegistry server, PullPolicy policy, String revision)
            throws IOException {
        String url = "oci://" + server.host() + "/" + TestRegistry.REPOSITORY + ":v1";
        ModuleReference module =
                new ModuleReference(ModuleUrl.parse(url), Layout.PLUGIN, "", policy, List.of(), List.of());
        return modules.locate(module, new ModuleLocator.Requester("ns", "a", revision), Path.of(""))
                .load();
    }

    private static FetchException refused(RegistryModules modules, TestRegistry server, PullPolicy policy)
            throws IOException {
        try {
            byte[] module = load(modules, server, policy, "2");
            throw new AssertionError("loaded: " + Arrays.toString(module));
        } catch (FetchException e) {
            return Objects.requireNonNull(e);
        }
    }
}
