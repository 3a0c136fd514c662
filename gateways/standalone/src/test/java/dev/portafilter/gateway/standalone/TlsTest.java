package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class TlsTest {
    @TempDir
    static Path directory;

    private static TestCertificate certificate;
    private static Vertx vertx;

    @BeforeAll
    static void makeCertificate() throws Exception {
        certificate = TestCertificate.create(directory);
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void close() {
        vertx.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = HttpVersion.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void bothSides_negotiateTheirVersion(HttpVersion version) throws Exception {
        int port = vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setUseAlpn(true)
                        .setAlpnVersions(List.of(version))
                        .setKeyCertOptions(keys()))
                .requestHandler(request ->
                        request.response().end(request.version() + " " + request.getHeader("x-forwarded-proto")))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS)
                .actualPort();
        Target upstream = new Target(Target.Protocol.HTTPS, "localhost", port);
        try (GatewayFixture fixture = new GatewayFixture(
                GatewayOptions.builder(upstream)
                        .workers(1)
                        .tls(certificate.certificate(), certificate.key())
                        .ca(certificate.certificate()),
                ProbePlugin.reading(
                        "connection.tls_version",
                        "connection.mtls",
                        "connection.requested_server_name",
                        "connection.subject_local_certificate",
                        "connection.dns_san_local_certificate",
                        "connection.subject_peer_certificate",
                        "upstream.subject_peer_certificate",
                        "request.protocol"))) {
            assertThat(ask(fixture, version)).isEqualTo(version + " https");
            assertThat(fixture.log)
                    .contains(
                            "connection\0tls_version=" + hex("TLSv1.3"),
                            "connection\0mtls=00",
                            "connection\0requested_server_name=" + hex("localhost"),
                            "connection\0subject_local_certificate=" + hex("CN=gateway"),
                            "connection\0dns_san_local_certificate=" + hex("localhost"),
                            "connection\0subject_peer_certificate=",
                            "upstream\0subject_peer_certificate=" + hex("CN=gateway"),
                            "request\0protocol=" + hex(version == HttpVersion.HTTP_2 ? "HTTP/2" : "HTTP/1.1"));
        }
    }

    @Test
    void clientCertificate_isReadAsEnvoyReadsIt() throws Exception {
        TestCertificate client = TestCertificate.create(
                directory.resolve("client"),
                "EMAILADDRESS=a@b.c, CN=client one, OU=Dev, O=\"Acme, Inc.\", ST=Bavaria, C=DE",
                "san=dns:c1.example,dns:c2.example,uri:spiffe://td/ns/a/sa/c");
        List<String> lines = askWithCertificate(client, client);
        String pem = Files.readString(client.certificate());
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        assertThat(lines)
                .contains(
                        "connection\0mtls=01",
                        "connection\0subject_peer_certificate="
                                + hex("emailAddress=a@b.c,CN=client one,OU=Dev,O=Acme\\, Inc.,ST=Bavaria,C=DE"),
                        "connection\0dns_san_peer_certificate=" + hex("c1.example"),
                        "connection\0uri_san_peer_certificate=" + hex("spiffe://td/ns/a/sa/c"),
                        "connection\0sha256_peer_certificate_digest="
                                + hex(HexFormat.of()
                                        .formatHex(MessageDigest.getInstance("SHA-256")
                                                .digest(der))),
                        "connection\0peer_certificate=" + hex(pem));
    }

    @Test
    void clientWithoutCertificate_hasAnEmptySubjectAndNothingElse() throws Exception {
        TestCertificate client = TestCertificate.create(directory.resolve("absent"), "CN=c", "san=dns:c");
        assertThat(askWithCertificate(client, null).stream().filter(line -> line.contains("=")))
                .containsExactly("connection\0mtls=00", "connection\0subject_peer_certificate=");
    }

    @Test
    void certificateWithoutNames_hasNoneToRead() throws Exception {
        TestCertificate client = TestCertificate.create(directory.resolve("plain"), "CN=plain", "bc=ca:false");
        assertThat(askWithCertificate(client, client).stream()
                        .filter(line -> line.contains("="))
                        .map(line -> line.substring(0, line.indexOf('='))))
                .containsExactly(
                        "connection\0mtls",
                        "connection\0subject_peer_certificate",
                        "connection\0sha256_peer_certificate_digest",
                        "connection\0peer_certificate");
    }

    /** What a plugin reads of a client's certificate, from a listener that trusts one. */
    private static List<String> askWithCertificate(TestCertificate trusted, @Nullable TestCertificate presented)
            throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = new GatewayFixture(
                        GatewayOptions.builder(upstream.target())
                                .workers(1)
                                .tls(certificate.certificate(), certificate.key())
                                .clientCa(trusted.certificate()),
                        ProbePlugin.reading(
                                "connection.mtls",
                                "connection.subject_peer_certificate",
                                "connection.dns_san_peer_certificate",
                                "connection.uri_san_peer_certificate",
                                "connection.sha256_peer_certificate_digest",
                                "connection.peer_certificate"))) {
            ask(fixture, HttpVersion.HTTP_1_1, presented);
            return List.copyOf(fixture.log);
        }
    }

    @Test
    void unknownUpstreamCertificate_gives503() throws Exception {
        int port = vertx.createHttpServer(new HttpServerOptions().setSsl(true).setKeyCertOptions(keys()))
                .requestHandler(request -> request.response().end("not to be reached"))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS)
                .actualPort();
        try (GatewayFixture fixture = new GatewayFixture(new Target(Target.Protocol.HTTPS, "localhost", port))) {
            assertThat(fixture.ask("GET / HTTP/1.1\nhost: a\n\n").status()).isEqualTo(503);
        }
    }

    @Test
    void filesThatAreNoCertificates_areNamed() throws Exception {
        Path junk = Files.writeString(directory.resolve("junk.pem"), "junk");
        assertThatThrownBy(() -> new GatewayFixture(
                        GatewayOptions.builder(Target.parse("http://localhost")).tls(junk, junk)))
                .isInstanceOf(GatewayException.class)
                .hasMessageStartingWith("listen: 127.0.0.1:0");
        assertThatThrownBy(() -> GatewayOptions.builder(Target.parse("http://localhost"))
                        .tls(directory.resolve("missing.pem"), null)
                        .workers(0)
                        .build())
                .hasMessageContaining("tls: only tls-cert is given (expected: tls-cert and tls-key, or neither)\n")
                .hasMessageContaining("missing.pem\" cannot be read (expected: a PEM file)\n")
                .hasMessageContaining("workers: 0 is out of range (expected: 1..1024)");
    }

    private static PemKeyCertOptions keys() {
        return new PemKeyCertOptions()
                .addCertPath(certificate.certificate().toString())
                .addKeyPath(certificate.key().toString());
    }

    private static String ask(GatewayFixture fixture, HttpVersion version) throws Exception {
        return ask(fixture, version, null);
    }

    private static String ask(GatewayFixture fixture, HttpVersion version, @Nullable TestCertificate presented)
            throws Exception {
        HttpClientOptions options = new HttpClientOptions();
        if (presented != null) {
            options.setKeyCertOptions(new PemKeyCertOptions()
                    .addCertPath(presented.certificate().toString())
                    .addKeyPath(presented.key().toString()));
        }
        HttpClient client = vertx.createHttpClient(options.setSsl(true)
                .setUseAlpn(true)
                .setForceSni(true)
                .setProtocolVersion(version)
                .setTrustOptions(new PemTrustOptions()
                        .addCertPath(certificate.certificate().toString())));
        String body = client.request(HttpMethod.GET, fixture.gateway.endpoint().port(), "localhost", "/")
                .compose(request -> request.send())
                .compose(response -> response.body())
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS)
                .toString();
        client.close();
        return body;
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }
}
