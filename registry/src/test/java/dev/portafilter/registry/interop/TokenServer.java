package dev.portafilter.registry.interop;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Gives tokens to one user, as the token specification of docker-registry asks: a JSON web token that names what may be
 * done, signed with a key whose certificate the registry trusts.
 */
final class TokenServer implements AutoCloseable {
    private static final char[] STORE_PASSWORD = "changeit".toCharArray();

    private final HttpServer server;
    private final String authorization;
    private final PrivateKey key;
    private final Certificate certificate;
    private final Path certificateFile;

    private TokenServer(Path directory, String authorization) throws Exception {
        Path store = directory.resolve("tokens.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "tokens",
                        "-keyalg",
                        "RSA",
                        "-keysize",
                        "2048",
                        "-dname",
                        "CN=tokens",
                        "-keystore",
                        store.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        String.valueOf(STORE_PASSWORD))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.out").toFile())
                .start();
        if (keytool.waitFor() != 0) {
            throw new IOException(Files.readString(directory.resolve("keytool.out")));
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, STORE_PASSWORD);
        }
        key = (PrivateKey) keys.getKey("tokens", STORE_PASSWORD);
        certificate = keys.getCertificate("tokens");
        certificateFile = Files.writeString(
                directory.resolve("tokens.pem"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        this.authorization = authorization;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/token", this::answer);
        server.start();
    }

    /** Starts one that knows one user. */
    static TokenServer start(Path directory, String user, String password) throws Exception {
        String login = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        return new TokenServer(directory, "Basic " + login);
    }

    /** Where tokens are asked for. */
    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/token";
    }

    /** The certificate that the registry is to trust, PEM. */
    Path certificate() {
        return certificateFile;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String given = exchange.getRequestHeaders().getFirst("Authorization");
        boolean known = authorization.equals(given);
        // Some clients ask by POST first, and fall back.
        int status = !exchange.getRequestMethod().equals("GET") ? 404 : known ? 200 : 401;
        byte[] body = new byte[0];
        if (status == 200) {
            try {
                body = ("{\"token\":\"" + token(exchange.getRequestURI().getRawQuery()) + "\",\"expires_in\":60}")
                        .getBytes(StandardCharsets.UTF_8);
            } catch (GeneralSecurityException e) {
                throw new IOException(e);
            }
        }
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private String token(String query) throws GeneralSecurityException {
        String header = "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5c\":[\""
                + Base64.getEncoder().encodeToString(certificate.getEncoded()) + "\"]}";
        long now = Instant.now().getEpochSecond();
        String claims = "{\"iss\":\"tests\",\"sub\":\"barista\",\"aud\":\"tests\",\"jti\":\"1\",\"nbf\":" + (now - 10)
                + ",\"iat\":" + now + ",\"exp\":" + (now + 60) + ",\"access\":[" + access(query) + "]}";
        String signed =
                base64(header.getBytes(StandardCharsets.UTF_8)) + "." + base64(claims.getBytes(StandardCharsets.UTF_8));
        Signature signer = Signature.getInstance("SHA256withRSA");
        signer.initSign(key);
        signer.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + base64(signer.sign());
    }

    /** Everything that is asked for is granted. */
    private static String access(String query) {
        List<String> granted = new ArrayList<>();
        for (String parameter : query.split("&")) {
            if (parameter.startsWith("scope=")) {
                String scopes = URLDecoder.decode(parameter.substring("scope=".length()), StandardCharsets.UTF_8);
                for (String scope : scopes.split(" ")) {
                    String[] parts = scope.split(":");
                    granted.add("{\"type\":\"" + parts[0] + "\",\"name\":\"" + parts[1] + "\",\"actions\":[\""
                            + parts[2].replace(",", "\",\"") + "\"]}");
                }
            }
        }
        return String.join(",", granted);
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
