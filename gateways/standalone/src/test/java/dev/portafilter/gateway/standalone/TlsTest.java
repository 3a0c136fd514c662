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
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
        HttpClient client = vertx.createHttpClient(new HttpClientOptions()
                .setSsl(true)
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
