package dev.portafilter.registry;

import static dev.portafilter.registry.TestRegistry.challenge;
import static dev.portafilter.registry.TestRegistry.manifestPath;
import static dev.portafilter.registry.TestRegistry.status;
import static dev.portafilter.registry.TestRegistry.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryAuthenticationTest {
    private static final String SECRET = "p455w0rd:of-the-user";
    private static final String TOKEN_REQUEST = "GET /token?account=x&service=S&scope=repository%3Ateam%2Fauth%3Apull";
    private static final Keychain USER = (host, repository) -> Credential.basic("user", SECRET);

    private final FakePace pace = new FakePace();
    private TestRegistry registry;
    private RegistryClient client;

    @BeforeEach
    void start() throws IOException {
        registry = TestRegistry.plain();
        registry.putManifest("v1", MediaTypes.OCI_MANIFEST, TestImages.bytes(TestImages.M));
        client = new RegistryClient(
                RegistryOptions.DEFAULT.withPlainRegistries(List.of(registry.host())), InetAddress::getAllByName, pace);
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private Repository open(Keychain keychain) {
        return client.open(registry.image(), keychain);
    }

    /** Lets requests with this authorization pass. */
    private void ask(String authorization, String... challenges) {
        registry.guard(exchange -> {
            if (authorization.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                return true;
            }
            challenge(challenges).send(exchange);
            return false;
        });
    }

    private String bearer() {
        return "Bearer realm=\"" + registry.url() + "/token?account=x\",service=\"S\"";
    }

    private static String basic() {
        return "Basic " + Base64.getEncoder().encodeToString(("user:" + SECRET).getBytes(StandardCharsets.UTF_8));
    }

    private static void fails(String code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(FetchException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.getMessage())
                    .doesNotContain(SECRET)
                    .doesNotContain("Basic ")
                    .doesNotContain("t0k3n");
        });
    }

    @Test
    @DisplayName("T-072: a bearer challenge leads to its realm with service and scope, then the token is shown")
    void bearerChallenge_leadsToAToken() throws IOException {
        ask("Bearer t0k3n", bearer());
        registry.script(TOKEN_REQUEST, text("{\"token\":\"t0k3n\"}"));

        assertThat(open(Keychain.EMPTY).manifest("v1").digest()).isEqualTo(TestImages.M_DIGEST);
        assertThat(registry.lines())
                .containsExactly("GET " + manifestPath("v1"), TOKEN_REQUEST, "GET " + manifestPath("v1"));
        assertThat(registry.requests().get(1).authorization()).isNull();
    }

    @Test
    void tokenServer_isShownTheUser() throws IOException {
        ask("Bearer t0k3n", bearer());
        registry.script(TOKEN_REQUEST, text("{\"token\":\"t0k3n\"}"));

        assertThat(open(USER).manifest("v1")).isNotNull();
        assertThat(registry.requests().get(1).authorization()).isEqualTo(basic());
    }

    @Test
    @DisplayName("T-073: access_token is a token, and wins; an answer without token is an error")
    void accessToken_isAToken() throws IOException {
        ask("Bearer t0k3n", bearer());
        registry.script(
                TOKEN_REQUEST, text("{\"token\":\"other\",\"access_token\":\"t0k3n\",\"expires_in\":1}"), text("{}"));

        assertThat(open(Keychain.EMPTY).manifest("v1")).isNotNull();
        fails("image.unauthorized", () -> open(Keychain.EMPTY).manifest("v1"));
    }

    @Test
    @DisplayName("T-074: of Negotiate and Basic, Basic is taken")
    void unknownChallenges_arePassedOver() throws IOException {
        ask(basic(), "Negotiate abc==", "Digest realm=\"a, b\", nonce=\"x\\\"y\", BASIC realm=z");

        assertThat(open(USER).manifest("v1")).isNotNull();
        assertThat(Challenge.parse("Digest realm=\"a, b\", nonce=\"x\\\"y\", BASIC realm=z"))
                .extracting(Challenge::scheme)
                .containsExactly("digest", "basic");
    }

    @Test
    void registryThatAsksForAUser_isNotHadAnonymously() {
        ask(basic(), "Basic realm=x");

        fails("image.unauthorized", () -> open(Keychain.EMPTY).manifest("v1"));
        fails(
                "image.unauthorized",
                () -> open((h, r) -> Credential.basic("user", "x")).manifest("v1"));
        assertThat(registry.requests()).hasSize(3);
    }

    @Test
    void registryThatAsksForUnknownThings_isNotHad() {
        ask("never", "Negotiate");

        fails("image.unauthorized", () -> open(USER).manifest("v1"));
    }

    @Test
    void endlessChallenges_end() {
        ask("never", bearer());
        for (int i = 0; i < 10; i++) {
            registry.script(TOKEN_REQUEST, text("{\"token\":\"t0k3n" + i + "\"}"));
        }

        fails("image.unauthorized", () -> open(USER).manifest("v1"));
        assertThat(registry.requests()).hasSizeLessThan(7);
    }

    @Test
    void laterChallenge_isAnsweredWithItsScopeFirst() throws IOException {
        ask("Bearer wide", bearer() + ",scope=\"repository:base:pull\"");
        registry.script(TOKEN_REQUEST, text("{\"token\":\"narrow\"}"));
        registry.script(
                "GET /token?account=x&service=S&scope=repository%3Abase%3Apull&scope=repository%3Ateam%2Fauth%3Apull",
                text("{\"token\":\"wide\"}"));

        assertThat(open(Keychain.EMPTY).manifest("v1")).isNotNull();
    }

    @Test
    void tokens_areKeptUntilShortlyBeforeTheirEnd() throws IOException {
        ask("Bearer t0k3n", bearer());
        registry.script(
                TOKEN_REQUEST,
                text("{\"token\":\"t0k3n\",\"expires_in\":300}"),
                text("{\"token\":\"t0k3n\",\"expires_in\":300}"));
        open(USER).manifest("v1");
        pace.pass(289);
        open(USER).manifest("v1");
        assertThat(registry.lines()).filteredOn(TOKEN_REQUEST::equals).hasSize(1);
        pace.pass(2);

        open(USER).manifest("v1");

        assertThat(registry.lines()).filteredOn(TOKEN_REQUEST::equals).hasSize(2);
    }

    @Test
    void identityToken_isExchanged_andWhereItCannotBe_aTokenIsAskedFor() throws IOException {
        ask("Bearer t0k3n", bearer());
        Keychain keychain = (host, repository) -> new Credential("", "", "identity", "");
        registry.script("POST /token?account=x", text("{\"access_token\":\"t0k3n\",\"expires_in\":1}"), status(404));
        registry.script(TOKEN_REQUEST, text("{\"token\":\"t0k3n\"}"));

        assertThat(open(keychain).manifest("v1")).isNotNull();
        assertThat(registry.requests().get(1).body())
                .isEqualTo("grant_type=refresh_token&service=S&scope=repository%3Ateam%2Fauth%3Apull"
                        + "&client_id=portafilter&refresh_token=identity");
        assertThat(open(keychain).manifest("v1")).isNotNull();
    }

    @Test
    void registryToken_isShownAsItIs() throws IOException {
        ask("Bearer mine", bearer());

        assertThat(open((host, repository) -> new Credential("", "", "", "mine"))
                        .manifest("v1"))
                .isNotNull();
        fails(
                "image.unauthorized",
                () -> open((host, repository) -> new Credential("", "", "", "t0k3n"))
                        .manifest("v1"));
    }

    @Test
    void tokenServerThatRefuses_isNotAskedAgain() {
        ask("Bearer t0k3n", bearer());
        registry.script(TOKEN_REQUEST, status(403));

        fails("image.unauthorized", () -> open(USER).manifest("v1"));
        assertThat(pace.sleeps()).isEmpty();
    }

    @Test
    void tokenServerThatIsBusy_isAskedAgain() throws IOException {
        ask("Bearer t0k3n", bearer());
        registry.script(TOKEN_REQUEST, status(503), text("{\"token\":\"t0k3n\"}"));

        assertThat(open(USER).manifest("v1")).isNotNull();
        assertThat(pace.sleeps()).hasSize(1);
    }

    @Test
    void tokenAnswer_hasALimit() {
        ask("Bearer t0k3n", bearer());
        registry.script(TOKEN_REQUEST, text("{\"token\":\"" + "x".repeat(70_000) + "\"}"));

        fails("limit.tokenTooLarge", () -> open(USER).manifest("v1"));
    }

    @Test
    void refusalAfterAuthentication_isUnauthorized() {
        registry.script("GET " + manifestPath("v1"), status(403));

        fails("image.unauthorized", () -> open(USER).manifest("v1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://169.254.169.254/x", "file:///x", "gopher://x", ""})
    @DisplayName("T-081: a realm that is link-local or no url is refused, and is not shown the user")
    void realmThatIsUnsafe_isRefused(String realm) {
        ask("Bearer t0k3n", "Bearer realm=\"" + realm + "\"");

        fails("fetch.blockedAddress", () -> open(USER).manifest("v1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://10.0.0.5/t", "https://localhost/t", "https://127.0.0.1/t",
                        "https://metadata.google.internal/t",
                "https://[::1]/t", "https://[fd00::1]/t", "http://auth.example.com/t", "https://169.254.1.1/t"
            })
    @DisplayName("T-081: a public registry cannot send its users to a private realm, nor to one without TLS")
    void realmOfPublicRegistry_isPublicAndTls(String realm) {
        WebAddress url = WebAddress.parse("https://registry.example.com/");
        BearerTokens tokens = new BearerTokens(client, "registry.example.com", url, Credential.basic("user", SECRET));
        Challenge challenge = Challenge.choose(List.of("Bearer realm=\"" + realm + "\""));

        fails(
                "fetch.blockedAddress",
                () -> tokens.ask(challenge, List.of("s"), Deadline.after(RegistryOptions.DEFAULT.timeout(), pace)));
    }
}
