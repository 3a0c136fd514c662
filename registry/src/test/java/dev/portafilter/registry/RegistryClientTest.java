package dev.portafilter.registry;

import static dev.portafilter.registry.TestRegistry.blobPath;
import static dev.portafilter.registry.TestRegistry.challenge;
import static dev.portafilter.registry.TestRegistry.cut;
import static dev.portafilter.registry.TestRegistry.manifestPath;
import static dev.portafilter.registry.TestRegistry.redirect;
import static dev.portafilter.registry.TestRegistry.status;
import static dev.portafilter.registry.TestRegistry.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.resources.ModuleUrl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryClientTest {
    private static final byte[] BLOB = new byte[100_000];
    private static final Descriptor DESCRIPTOR =
            new Descriptor(MediaTypes.OCI_LAYER, ImageDocument.digestOf(BLOB), BLOB.length, Map.of(), "", "");
    private static final String BLOB_REQUEST = "GET " + blobPath(DESCRIPTOR.digest());
    private static final String MANIFEST_REQUEST = "GET " + manifestPath("v1");

    private final FakePace pace = new FakePace();
    private TestRegistry registry;

    @BeforeEach
    void start() throws IOException {
        registry = TestRegistry.plain();
        registry.putManifest("v1", MediaTypes.OCI_MANIFEST, TestImages.bytes(TestImages.M));
        registry.putBlob(BLOB);
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private RegistryOptions options() {
        return RegistryOptions.DEFAULT.withPlainRegistries(List.of(registry.host()));
    }

    private RegistryClient client(RegistryOptions options) throws IOException {
        return new RegistryClient(options, InetAddress::getAllByName, pace);
    }

    private Repository open() throws IOException {
        return client(options()).open(registry.image(), Keychain.EMPTY);
    }

    private static void fails(String code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        FetchException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void requests_sayWhoAsks() throws IOException {
        registry.guard(exchange -> {
            assertThat(exchange.getRequestHeaders().getFirst("User-Agent")).isEqualTo("portafilter");
            assertThat(exchange.getRequestHeaders().getFirst("Host")).isEqualTo(registry.host());
            return true;
        });

        assertThat(open().manifest("v1")).isNotNull();
    }

    @Test
    void manifest_isReadWithItsDigest() throws IOException {
        RawManifest manifest = open().manifest("v1");

        assertThat(manifest.digest()).isEqualTo(TestImages.M_DIGEST);
        assertThat(manifest.mediaType()).isEqualTo(MediaTypes.OCI_MANIFEST);
        assertThat(manifest.bytes()).isEqualTo(TestImages.bytes(TestImages.M));
        assertThat(open().blob(DESCRIPTOR, 1 << 20)).isEqualTo(BLOB);
    }

    @Test
    @DisplayName("T-080: Authorization is not shown to the host that a blob is redirected to")
    void redirectToAnotherHost_isNotShownTheAuthorization() throws IOException {
        try (TestRegistry storage = TestRegistry.plain()) {
            storage.script(
                    "GET /storage?signature=a%2Fb",
                    exchange -> {
                        exchange.sendResponseHeaders(200, BLOB.length);
                        exchange.getResponseBody().write(BLOB);
                    });
            registry.script(BLOB_REQUEST, challenge("Basic realm=x"), redirect(307, "/here"));
            registry.script("GET /here", redirect(302, storage.url() + "/storage?signature=a%2Fb"));
            Keychain keychain = (host, repository) -> Credential.basic("user", "secret");

            byte[] bytes = client(options()).open(registry.image(), keychain).blob(DESCRIPTOR, 1 << 20);

            assertThat(bytes).isEqualTo(BLOB);
            assertThat(registry.requests().get(2).authorization()).isEqualTo("Basic dXNlcjpzZWNyZXQ=");
            assertThat(storage.requests())
                    .singleElement()
                    .satisfies(request -> assertThat(request.authorization()).isNull());
        }
    }

    @Test
    void redirects_haveALimit() throws IOException {
        TestRegistry.Answer again = redirect(302, manifestPath("v1"));
        TestRegistry.Answer[] answers = new TestRegistry.Answer[11];
        Arrays.fill(answers, again);
        registry.script(MANIFEST_REQUEST, answers);

        fails("fetch.redirects", () -> open().manifest("v1"));
        assertThat(registry.requests()).hasSize(11);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "gopher://x/", "http://user@x/", "http://"})
    void redirectToNoPlace_isRefused(String location) throws IOException {
        registry.script(MANIFEST_REQUEST, redirect(302, location));

        fails("fetch.redirects", () -> open().manifest("v1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"169.254.169.254", "100.100.100.200", "fd00:ec2::230", "fe80::1", "64:ff9b::a9fe:a9fe"})
    @DisplayName("T-082: a name or redirect that leads to a blocked address is refused")
    void blockedAddress_isRefused(String address) throws IOException {
        InetAddress blocked = InetAddress.getByName(address);
        RegistryClient byName = new RegistryClient(RegistryOptions.DEFAULT, host -> new InetAddress[] {blocked}, pace);
        String literal = address.indexOf(':') < 0 ? address : "[" + address + "]";
        registry.script(MANIFEST_REQUEST, redirect(302, "http://" + literal + "/"));

        fails(
                "fetch.blockedAddress",
                () -> byName.open(TestRegistry.image("registry.example.com", "a/b"), Keychain.EMPTY)
                        .manifest("v1"));
        fails("fetch.blockedAddress", () -> open().manifest("v1"));
        assertThat(pace.sleeps()).isEmpty();
    }

    @Test
    @DisplayName("T-082: 10.0.0.1 and 127.0.0.1 are allowed, unless the operator blocks them")
    void privateAddresses_areAllowedUnlessBlocked() throws IOException {
        AddressRules rules = new AddressRules(List.of());
        rules.check("x", InetAddress.getByName("10.0.0.1"));
        rules.check("x", InetAddress.getByName("127.0.0.1"));
        AddressRules more = new AddressRules(List.of(" 127.0.0.0/8", "10.0.0.0/30"));

        fails("fetch.blockedAddress", () -> more.check("x", InetAddress.getByName("127.1.2.3")));
        fails("fetch.blockedAddress", () -> more.check("x", InetAddress.getByName("0.0.0.0")));
        fails("fetch.blockedAddress", () -> more.check("x", InetAddress.getByName("10.0.0.3")));
        more.check("x", InetAddress.getByName("10.0.0.4"));
        RegistryClient client = client(options().withBlockedNetworks(List.of("127.0.0.0/8")));
        fails(
                "fetch.blockedAddress",
                () -> client.open(registry.image(), Keychain.EMPTY).manifest("v1"));
        assertThatThrownBy(() -> new AddressRules(List.of("10.0.0.0/33"))).hasMessageContaining("10.0.0.0/33");
    }

    @Test
    @DisplayName("T-083: 503 is tried again after 1 s and 3 s")
    void busyRegistry_isAskedAgain() throws IOException {
        registry.script(MANIFEST_REQUEST, status(503), status(503));

        assertThat(open().manifest("v1").digest()).isEqualTo(TestImages.M_DIGEST);
        assertThat(pace.sleeps()).containsExactly(1050L, 3150L);
    }

    @Test
    void registryThatStaysBusy_isGivenUpAfterThreeAttempts() throws IOException {
        registry.script(MANIFEST_REQUEST, status(500), status(502), status(504));

        assertThatThrownBy(() -> open().manifest("v1")).isInstanceOfSatisfying(FetchException.class, e -> {
            assertThat(e.code()).isEqualTo("fetch.http(504)");
            assertThat(e.worthRetrying()).isTrue();
        });
        assertThat(registry.requests()).hasSize(3);
    }

    @Test
    @DisplayName("T-083: 404 is no image, at once")
    void missingImage_isNotAskedForAgain() throws IOException {
        assertThat(open().manifest("v2")).isNull();
        fails("image.notFound", () -> new ImageFetcher(ImageOptions.DEFAULT).resolve(open(), "v2"));
        assertThat(pace.sleeps()).isEmpty();
    }

    @Test
    void retryAfter_isWaitedForUpToTheDeadline() throws IOException {
        registry.script(
                MANIFEST_REQUEST,
                exchange -> {
                    exchange.getResponseHeaders().set("Retry-After", "7");
                    TestRegistry.status(exchange, 429);
                },
                exchange -> {
                    exchange.getResponseHeaders().set("Retry-After", "24");
                    TestRegistry.status(exchange, 429);
                });

        fails("fetch.http(429)", () -> open().manifest("v1"));
        assertThat(pace.sleeps()).containsExactly(7000L);
    }

    @Test
    void blobThatIsCut_goesOnWhereItWas() throws IOException {
        registry.script(BLOB_REQUEST, cut(BLOB, 70_000));

        assertThat(open().blob(DESCRIPTOR, 1 << 20)).isEqualTo(BLOB);
        String range = registry.requests().get(1).range();
        assertThat(Integer.parseInt(range.replaceAll("[^0-9]", ""))).isBetween(1, 70_000);
    }

    @Test
    void blobThatIsCut_fromServerWithoutRanges_beginsAnew() throws IOException {
        registry.script(BLOB_REQUEST, cut(BLOB, 70_000), exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(BLOB);
        });

        assertThat(open().blob(DESCRIPTOR, 1 << 20)).isEqualTo(BLOB);
    }

    @Test
    void blobThatIsAlwaysCut_isGivenUp() throws IOException {
        registry.script(BLOB_REQUEST, cut(BLOB, 10), cut(BLOB, 10), cut(BLOB, 10));

        fails("fetch.network", () -> open().blob(DESCRIPTOR, 1 << 20));
    }

    @Test
    @DisplayName("T-067: a blob with another digest, or another length, than its descriptor is refused")
    void blobThatIsAnother_isRefused() throws IOException {
        byte[] other = BLOB.clone();
        other[5] = 1;
        registry.script(
                BLOB_REQUEST,
                exchange -> {
                    exchange.sendResponseHeaders(200, other.length);
                    exchange.getResponseBody().write(other);
                },
                text("short"),
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write(BLOB);
                    exchange.getResponseBody().write(1);
                });
        Repository repository = open();

        fails("image.layerDigestMismatch", () -> repository.blob(DESCRIPTOR, 1 << 20));
        fails("image.layerSizeMismatch", () -> repository.blob(DESCRIPTOR, 1 << 20));
        fails("image.layerSizeMismatch", () -> repository.blob(DESCRIPTOR, 1 << 20));
        fails("limit.moduleTooLarge", () -> repository.blob(DESCRIPTOR, BLOB.length - 1));
        assertThat(pace.sleeps()).isEmpty();
    }

    @Test
    @DisplayName("T-086: the digest of the url is what is asked for, also beside a tag, and nothing else is taken")
    void manifestThatIsAnother_isRefused() throws IOException {
        assertThat(open().manifest(TestImages.M_DIGEST).digest()).isEqualTo(TestImages.M_DIGEST);
        registry.script("GET " + manifestPath(TestImages.M_DIGEST), text(TestImages.M.replace("365", "366") + " "));

        fails("image.manifestDigestMismatch", () -> open().manifest(TestImages.M_DIGEST));
        assertThat(ModuleUrl.parse("oci://h.example/r:v1@" + TestImages.M_DIGEST)
                        .image()
                        .digest())
                .isEqualTo(TestImages.M_DIGEST);
    }

    @Test
    void manifestThatIsTooLarge_isRefused() throws IOException {
        registry.script(MANIFEST_REQUEST, exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(new byte[RegistryRepository.MOST_MANIFEST_BYTES + 1]);
        });

        fails("limit.manifestTooLarge", () -> open().manifest("v1"));
    }

    @Test
    void digestOf_asksForTheHeadAndReadsTheManifestWhereThatSaysNothing() throws IOException {
        String head = "HEAD " + manifestPath("v1");
        assertThat(open().digestOf("v1")).isEqualTo(TestImages.M_DIGEST);
        assertThat(registry.lines()).containsExactly(head);
        registry.script(head, status(200));

        assertThat(open().digestOf("v1")).isEqualTo(TestImages.M_DIGEST);
        assertThat(registry.lines()).containsExactly(head, head, MANIFEST_REQUEST);
        assertThat(open().digestOf("v2")).isNull();
    }

    @Test
    void serverThatStalls_isLeftAtTheDeadline() throws IOException {
        CountDownLatch end = new CountDownLatch(1);
        TestRegistry.Answer stall = exchange -> {
            exchange.sendResponseHeaders(200, BLOB.length);
            exchange.getResponseBody().write(1);
            exchange.getResponseBody().flush();
            try {
                end.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        };
        registry.script(BLOB_REQUEST, stall);
        RegistryOptions options = options().withTimeout(Duration.ofMillis(250));
        Repository repository = new RegistryClient(options, InetAddress::getAllByName, Pace.REAL)
                .open(registry.image(), Keychain.EMPTY);

        fails("fetch.timeout", () -> repository.blob(DESCRIPTOR, 1 << 20));
        fails("fetch.timeout", () -> repository.manifest("v1"));
        end.countDown();
    }

    @Test
    void serverThatNeverBeginsTls_isLeftAtTheDeadline() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            RegistryOptions options = RegistryOptions.DEFAULT.withTimeout(Duration.ofMillis(150));
            RegistryClient client = new RegistryClient(
                    options, name -> new InetAddress[] {InetAddress.getLoopbackAddress()}, Pace.REAL);
            String host = "registry.example.com:" + silent.getLocalPort();

            fails(
                    "fetch.timeout",
                    () -> client.open(TestRegistry.image(host, "a/b"), Keychain.EMPTY)
                            .manifest("v1"));
        }
    }

    @Test
    void nameThatIsNotResolved_isLeftAtTheDeadline() throws IOException {
        CountDownLatch end = new CountDownLatch(1);
        RegistryOptions options = RegistryOptions.DEFAULT.withTimeout(Duration.ofMillis(100));
        WebClient.NameResolver resolver = host -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return new InetAddress[0];
        };
        Repository repository = new RegistryClient(options, resolver, Pace.REAL)
                .open(TestRegistry.image("registry.example.com", "a/b"), Keychain.EMPTY);

        fails("fetch.timeout", () -> repository.manifest("v1"));
        end.countDown();
    }

    @Test
    void mirrors_areAskedFirst_andDoNotMatter() throws IOException {
        try (TestRegistry good = TestRegistry.plain();
                TestRegistry bad = TestRegistry.plain()) {
            byte[] other = BLOB.clone();
            other[0] = 9;
            bad.script("GET /v2/cache/team/auth/blobs/" + DESCRIPTOR.digest(), exchange -> {
                exchange.sendResponseHeaders(200, other.length);
                exchange.getResponseBody().write(other);
            });
            good.putBlob(BLOB);
            RegistryOptions options = RegistryOptions.DEFAULT
                    .withPlainRegistries(List.of(registry.host(), good.host(), bad.host()))
                    .withMirrors(Map.of(registry.host(), List.of(bad.host() + "/cache", good.host())));
            Repository repository = client(options).open(registry.image(), Keychain.EMPTY);

            assertThat(repository.manifest("v1").digest()).isEqualTo(TestImages.M_DIGEST);
            assertThat(repository.blob(DESCRIPTOR, 1 << 20)).isEqualTo(BLOB);
            assertThat(repository.blob(DESCRIPTOR, 1 << 20)).isEqualTo(BLOB);
            assertThat(registry.lines()).containsExactly(MANIFEST_REQUEST);
            assertThat(bad.lines())
                    .containsExactly(
                            "GET /v2/cache/team/auth/manifests/v1",
                            "GET /v2/cache/team/auth/blobs/" + DESCRIPTOR.digest());
        }
    }

    @Test
    void mirrorThatIsDown_isPassedOver() throws IOException {
        TestRegistry gone = TestRegistry.plain();
        gone.close();
        RegistryOptions options = options().withMirrors(Map.of(registry.host(), List.of(gone.host())));

        assertThat(client(options)
                        .open(registry.image(), Keychain.EMPTY)
                        .manifest("v1")
                        .digest())
                .isEqualTo(TestImages.M_DIGEST);
        assertThat(pace.sleeps()).isEmpty();
    }

    private static String index(String digest) {
        return "{\"manifests\":[{\"mediaType\":\"" + MediaTypes.OCI_MANIFEST
                + "\",\"artifactType\":\"a/b\",\"digest\":\"" + digest + "\",\"size\":1}]}";
    }

    @Test
    void referrers_areReadFromAllPages() throws IOException {
        String first = "/v2/team/auth/referrers/" + TestImages.M_DIGEST;
        registry.script("GET " + first, exchange -> {
            exchange.getResponseHeaders().set("Link", "<" + first + "?page=2>; rel=\"next\"");
            text(index(TestImages.X_DIGEST)).send(exchange);
        });
        registry.script("GET " + first + "?page=2", text(index(TestImages.TINY_DIGEST)));

        assertThat(open().referrers(TestImages.M_DIGEST))
                .extracting(Descriptor::digest)
                .containsExactly(TestImages.X_DIGEST, TestImages.TINY_DIGEST);
    }

    @Test
    void referrers_ofRegistryWithoutThem_areThoseOfTheTag() throws IOException {
        assertThat(open().referrers(TestImages.M_DIGEST)).isEmpty();
        registry.putManifest(
                TestImages.M_DIGEST.replace(':', '-'),
                MediaTypes.OCI_INDEX,
                TestImages.bytes(index(TestImages.X_DIGEST)));

        assertThat(open().referrers(TestImages.M_DIGEST)).singleElement().satisfies(referrer -> {
            assertThat(referrer.digest()).isEqualTo(TestImages.X_DIGEST);
            assertThat(referrer.artifactType()).isEqualTo("a/b");
        });
    }

    @Test
    void answerThatIsNoHttp_isAnErrorOfTheNetwork() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> {
                while (true) {
                    try (Socket socket = server.accept()) {
                        socket.getInputStream().read(new byte[4096]);
                        socket.getOutputStream().write(TestImages.bytes("SSH-2.0-x\r\n"));
                    } catch (IOException e) {
                        return;
                    }
                }
            });
            thread.setDaemon(true);
            thread.start();
            String host = "127.0.0.1:" + server.getLocalPort();
            RegistryClient client = client(RegistryOptions.DEFAULT.withPlainRegistries(List.of(host)));

            fails(
                    "fetch.network",
                    () -> client.open(TestRegistry.image(host, "a/b"), Keychain.EMPTY)
                            .manifest("v1"));
        }
    }
}
