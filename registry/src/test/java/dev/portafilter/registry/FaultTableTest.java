package dev.portafilter.registry;

import static dev.portafilter.registry.FixedVectors.MANIFEST;
import static dev.portafilter.registry.FixedVectors.TINY_MODULE;
import static dev.portafilter.registry.FixedVectors.TINY_SHA256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.portafilter.registry.FaultProxy.Fault;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of a module when something between it and its registry fails: each fault, with each policy, cached or not.
 * Only who must ask sees the fault, and nobody gets other bytes than those that were asked for.
 */
class FaultTableTest {
    /** More than the modules of this test may have, in few bytes. */
    private static final byte[] BOMB = Boxes.gzip(new byte[3 << 20]);

    private static final int MOST_MODULE_BYTES = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration HASTE = Duration.ofMillis(150);

    @TempDir
    private Path directory;

    /** What goes wrong. */
    private enum What {
        /** Every answer. */
        ALL,
        /** The bytes of layers only. */
        LAYERS,
        /** What takes longer than anybody may wait. */
        TIME,
        /** Nothing that lasts: the module is had in the end. */
        NOTHING
    }

    /** A fault, and what is said of it. */
    private record Row(String name, What what, String code, Fault fault) {}

    /** The ten faults. Each row has its own state, where it has any. */
    private static List<Row> faults() {
        return List.of(
                new Row("connections are cut", What.ALL, "fetch.network", exchange -> {
                    exchange.send(FaultProxy.half(exchange.answer()));
                    exchange.reset();
                }),
                new Row("answers stall", What.TIME, "fetch.timeout", exchange -> {
                    exchange.send(FaultProxy.half(exchange.answer()));
                    exchange.clientLeaves((int) PATIENCE.toMillis());
                }),
                new Row("layers of another length", What.LAYERS, "image.layerSizeMismatch", layers(answer -> {
                    byte[] longer = Arrays.copyOf(answer, answer.length + 1);
                    return replaced(longer, "Content-length: 8", "Content-length: 9");
                })),
                new Row("layers of another digest", What.LAYERS, "image.layerDigestMismatch", layers(answer -> {
                    answer[answer.length - 1] ^= 1;
                    return answer;
                })),
                new Row("redirects to a blocked address", What.ALL, "fetch.blockedAddress", exchange -> {
                    exchange.send(empty("307 Temporary Redirect", "Location: http://169.254.169.254/latest/"));
                }),
                new Row("401 for ever, with tokens", What.ALL, "image.unauthorized", exchange -> {
                    if (exchange.line().startsWith("GET /token")) {
                        exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{\"token\":\"t\"}");
                        return;
                    }
                    exchange.send(empty(
                            "401 Unauthorized",
                            "WWW-Authenticate: Bearer realm=\"http://" + exchange.host() + "/token\",service=\"s\""));
                }),
                new Row("429, and to come back in an hour", What.ALL, "fetch.http(429)", exchange -> {
                    exchange.send(empty("429 Too Many Requests", "Retry-After: 3600"));
                }),
                new Row("bursts of 503", What.NOTHING, "", burst("503 Service Unavailable", 2)),
                new Row("answers come a byte at a time", What.TIME, "fetch.timeout", exchange -> {
                    for (byte each : exchange.answer()) {
                        exchange.send(new byte[] {each});
                        if (exchange.clientLeaves(20)) {
                            return;
                        }
                    }
                }),
                new Row("a gzip bomb in place of the image", What.ALL, "limit.moduleTooLarge", exchange -> {
                    exchange.send(exchange.answer(exchange.line().replace("/manifests/v1", "/manifests/bomb")));
                }));
    }

    /** What a registry itself may answer. */
    private static List<Row> answers() {
        return List.of(
                new Row("500 for ever", What.ALL, "fetch.http(500)", exchange -> {
                    exchange.send(empty("500 Internal Server Error", "Retry-After: 0"));
                }),
                new Row("404", What.ALL, "image.notFound", exchange -> exchange.send(empty("404 Not Found", "A: b"))),
                new Row(
                        "403",
                        What.ALL,
                        "image.unauthorized",
                        exchange -> exchange.send(empty("403 Forbidden", "A: b"))),
                new Row("redirects in a circle", What.ALL, "fetch.redirects", exchange -> {
                    exchange.send(empty("307 Temporary Redirect", "Location: " + exchange.path()));
                }));
    }

    private static String empty(String status, String header) {
        return "HTTP/1.1 " + status + "\r\n" + header + "\r\nContent-Length: 0\r\n\r\n";
    }

    private interface Change {
        byte[] of(byte[] answer);
    }

    /** Changes answers that hold the module, and no others. */
    private static Fault layers(Change change) {
        return exchange -> {
            byte[] answer = exchange.answer();
            exchange.send(exchange.line().endsWith(TINY_SHA256) ? change.of(answer) : answer);
        };
    }

    private static byte[] replaced(byte[] answer, String before, String after) {
        String text = new String(answer, StandardCharsets.ISO_8859_1);
        assertThat(text).contains(before);
        return text.replace(before, after).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The first requests of each path fail, the next ones do not. */
    private static Fault burst(String status, int count) {
        List<String> seen = new ArrayList<>();
        return exchange -> {
            int before;
            synchronized (seen) {
                before = (int) seen.stream().filter(exchange.line()::equals).count();
                seen.add(exchange.line());
            }
            exchange.send(
                    before < count ? empty(status, "A: b").getBytes(StandardCharsets.ISO_8859_1) : exchange.answer());
        };
    }

    @TestFactory
    Stream<DynamicTest> faultsOfTheNetwork() {
        List<DynamicTest> tests = table(FaultTableTest::faults);
        assertThat(tests).hasSize(10 * 3 * 2);
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> answersOfTheRegistry() {
        return table(FaultTableTest::answers).stream();
    }

    @TestFactory
    Stream<DynamicTest> authoritiesThatNobodyKnows() {
        List<DynamicTest> tests = new ArrayList<>();
        for (PullPolicy policy : PullPolicy.values()) {
            for (boolean cached : new boolean[] {false, true}) {
                String name = "TLS of an unknown authority, " + policy + (cached ? ", cached" : ", not cached");
                tests.add(dynamicTest(name, () -> checkAuthority(policy, cached)));
            }
        }
        return tests.stream();
    }

    private void checkAuthority(PullPolicy policy, boolean cached) throws Exception {
        Path authority = Path.of(Objects.requireNonNull(getClass().getResource("self-signed.pem"))
                .toURI());
        RegistryOptions options = RegistryOptions.DEFAULT.withTimeout(PATIENCE);
        try (TestRegistry server = TestRegistry.secured();
                RegistryModules knowing = open(server.host(), options.withAuthorities(authority));
                RegistryModules stranger = open(server.host(), options)) {
            fill(server);
            if (cached) {
                assertThat(load(knowing, server.host(), policy, "1")).isEqualTo(TINY_MODULE);
            }
            int before = server.requests().size();
            if (!cached || policy == PullPolicy.ALWAYS) {
                assertThat(refused(stranger, server.host(), policy).code()).isEqualTo("fetch.tls");
            } else {
                assertThat(load(stranger, server.host(), policy, "2")).isEqualTo(TINY_MODULE);
            }
            assertThat(server.requests()).as("nothing is said to a stranger").hasSize(before);
            assertThat(load(knowing, server.host(), policy, "2")).isEqualTo(TINY_MODULE);
        }
    }

    private static void fill(TestRegistry server) {
        server.putBlob("{}".getBytes(StandardCharsets.UTF_8));
        server.putBlob(TINY_MODULE);
        server.putManifest("v1", FakeRepository.OCI_MANIFEST, MANIFEST);
    }

    private List<DynamicTest> table(Supplier<List<Row>> rows) {
        List<DynamicTest> tests = new ArrayList<>();
        int count = rows.get().size();
        for (int i = 0; i < count; i++) {
            for (PullPolicy policy : PullPolicy.values()) {
                for (boolean cached : new boolean[] {false, true}) {
                    Row row = rows.get().get(i);
                    String name = row.name + ", " + policy + (cached ? ", cached" : ", not cached");
                    tests.add(dynamicTest(name, () -> check(row, policy, cached)));
                }
            }
        }
        assertThat(Set.copyOf(tests.stream().map(DynamicTest::getDisplayName).toList()))
                .hasSameSizeAs(tests);
        return tests;
    }

    private void check(Row row, PullPolicy policy, boolean cached) throws Exception {
        try (TestRegistry server = TestRegistry.plain();
                FaultProxy proxy = new FaultProxy(server.port());
                RegistryModules patient = open(proxy, PATIENCE);
                RegistryModules hasty = open(proxy, HASTE)) {
            fill(server);
            server.putManifest("bomb", FakeRepository.OCI_MANIFEST, bomb(server.putBlob(BOMB)));
            if (cached) {
                assertThat(load(patient, proxy.host(), policy, "1")).isEqualTo(TINY_MODULE);
            }
            proxy.breaks(row.fault);
            int before = proxy.requests().size();
            RegistryModules modules = row.what == What.TIME ? hasty : patient;
            boolean asks = !cached || policy == PullPolicy.ALWAYS;
            // The manifest has not changed, so the layers of what is cached are not asked for.
            boolean fails = asks && row.what != What.NOTHING && !(cached && row.what == What.LAYERS);
            if (fails) {
                for (int i = 0; i < 2; i++) {
                    assertThat(refused(modules, proxy.host(), policy).code()).isEqualTo(row.code);
                }
                assertThat(modules.cache().entries()).hasSize(cached ? 1 : 0);
            } else {
                assertThat(load(modules, proxy.host(), policy, "2")).isEqualTo(TINY_MODULE);
            }
            assertThat(proxy.requests().size() > before).as("it asked").isEqualTo(asks);
            proxy.breaks(FaultProxy.NONE);
            assertThat(load(patient, proxy.host(), policy, "2")).isEqualTo(TINY_MODULE);
        }
    }

    private static byte[] bomb(String digest) {
        return new String(MANIFEST, StandardCharsets.UTF_8)
                .replace("sha256:" + TINY_SHA256, digest)
                .replace("\"size\":8", "\"size\":" + BOMB.length)
                .getBytes(StandardCharsets.UTF_8);
    }

    private RegistryModules open(FaultProxy proxy, Duration timeout) throws IOException {
        return open(
                proxy.host(),
                RegistryOptions.DEFAULT
                        .withPlainRegistries(List.of(proxy.host()))
                        .withTimeout(timeout));
    }

    private RegistryModules open(String host, RegistryOptions options) throws IOException {
        HastyPace pace = new HastyPace();
        RegistryClient client = new RegistryClient(options, InetAddress::getAllByName, pace);
        ImageOptions images = new ImageOptions(MOST_MODULE_BYTES, false, false, false);
        return new RegistryModules(
                ModuleOptions.DEFAULT.withCacheDirectory(directory.resolve(host)),
                new WebTransport(client.web(), client.options()),
                new RegistryImages(client, new ImageFetcher(images), PullSecrets.NONE, Keychain.EMPTY),
                new MetricStore(),
                pace,
                () -> 1_000_000_000_000L);
    }

    private static byte[] load(RegistryModules modules, String host, PullPolicy policy, String revision)
            throws IOException {
        String url = "oci://" + host + "/" + TestRegistry.REPOSITORY + ":v1";
        ModuleReference module =
                new ModuleReference(ModuleUrl.parse(url), Layout.PLUGIN, "", policy, List.of(), List.of());
        return modules.locate(module, new ModuleLocator.Requester("ns", "a", revision), Path.of(""))
                .load();
    }

    private static FetchException refused(RegistryModules modules, String host, PullPolicy policy) throws IOException {
        try {
            byte[] module = load(modules, host, policy, "2");
            throw new AssertionError("loaded: " + Arrays.toString(module));
        } catch (FetchException e) {
            return Objects.requireNonNull(e);
        }
    }
}
