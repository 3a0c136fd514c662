package dev.portafilter.registry;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gets tokens from where a registry says. Source: WasmPlugin reference, section 4.7. */
final class BearerTokens {
    private static final int MOST_TOKEN_BYTES = 64 * 1024;
    private static final long DEFAULT_SECONDS = 60;
    private static final byte[] NOTHING = {};

    private final RegistryClient client;
    private final String registry;
    private final WebAddress registryUrl;
    private final @Nullable Credential credential;

    /** A token, and for how long it holds. */
    record Token(String authorization, long seconds) {}

    BearerTokens(RegistryClient client, String registry, WebAddress registryUrl, @Nullable Credential credential) {
        this.client = client;
        this.registry = registry;
        this.registryUrl = registryUrl;
        this.credential = credential;
    }

    /**
     * Asks for a token.
     *
     * @param scopes what it is for
     * @throws FetchException when the realm is not to be asked, or gives none
     * @throws IOException when the network fails
     */
    Token ask(Challenge challenge, List<String> scopes, Deadline deadline) throws IOException {
        WebAddress realm = WebAddress.parse(challenge.parameter("realm"));
        if (realm == null) {
            throw new FetchException(
                    "fetch.blockedAddress", registry + ": its token realm is refused (expected: an https url)");
        }
        checkRealm(realm);
        String service = challenge.parameter("service");
        if (credential != null && !credential.identityToken().isEmpty()) {
            Map<String, String> headers = Map.of("Content-Type", "application/x-www-form-urlencoded");
            byte[] form = form(service, scopes, credential.identityToken()).getBytes(StandardCharsets.UTF_8);
            WebClient.Request request = new WebClient.Request("POST", realm, headers, form, verified(realm));
            try (WebResponse response = client.web().send(request, deadline)) {
                if (response.status() != 404) {
                    return token(response, realm);
                }
            }
        }
        WebAddress url = service.isEmpty() ? realm : realm.withQuery("service=" + encoded(service));
        for (String scope : scopes) {
            url = url.withQuery("scope=" + encoded(scope));
        }
        Map<String, String> headers = new LinkedHashMap<>();
        if (credential != null
                && !credential.username().isEmpty()
                && (credential.identityToken().isEmpty()
                        || !credential.password().isEmpty())) {
            headers.put("Authorization", credential.basicAuthorization());
        }
        WebClient.Request request = new WebClient.Request("GET", url, headers, NOTHING, verified(realm));
        Redirects redirects = new Redirects(client.web(), client.options());
        try (WebResponse response = redirects
                .follow(client.web().send(request, deadline), request, (from, to) -> checkRealm(to), deadline)
                .response()) {
            return token(response, realm);
        }
    }

    private boolean verified(WebAddress realm) {
        return !client.options().isInsecure(realm.authority());
    }

    private static String form(String service, List<String> scopes, String identityToken) {
        return "grant_type=refresh_token&service=" + encoded(service) + "&scope=" + encoded(String.join(" ", scopes))
                + "&client_id=portafilter&refresh_token=" + encoded(identityToken);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Whether credentials may be sent to a realm, which is whatever the registry says. */
    private void checkRealm(WebAddress realm) throws FetchException {
        if (!realm.tls() && registryUrl.tls()) {
            throw new FetchException(
                    "fetch.blockedAddress",
                    registry + ": its token realm " + realm + " is refused (expected: https, as the registry)");
        }
        boolean same = realm.host().equals(registryUrl.host()) && realm.port() == registryUrl.port();
        boolean trusted = same
                || AddressRules.isPrivate(registryUrl.host())
                || client.options().isInsecure(registry);
        InetAddress literal = AddressRules.literal(realm.host());
        boolean inside = AddressRules.isPrivate(realm.host())
                || realm.host().equals("metadata.google.internal")
                || literal != null && literal.isLinkLocalAddress();
        if (inside && !trusted) {
            throw new FetchException(
                    "fetch.blockedAddress",
                    registry + ": its token realm " + realm
                            + " is refused (expected: no private address, unless the registry has one)");
        }
    }

    private Token token(WebResponse response, WebAddress realm) throws IOException {
        int status = response.status();
        String where = registry + " token of " + realm;
        if (status == 401 || status == 403) {
            throw new FetchException(
                    "image.unauthorized",
                    where + ": refused with " + status
                            + (credential == null
                                    ? ", without credentials"
                                    : ", with the credentials for the registry"));
        }
        if (status != 200) {
            throw Endpoint.unexpected(where, status);
        }
        byte[] bytes = WebClient.readAtMost(response.body(), MOST_TOKEN_BYTES, "limit.tokenTooLarge", where);
        JsonObject json = JsonObject.parse(bytes, "image.unauthorized", where);
        String token = json.text("access_token").isEmpty() ? json.text("token") : json.text("access_token");
        if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new FetchException(
                    "image.unauthorized", where + ": the answer holds no token (expected: token or access_token)");
        }
        long seconds = json.integer("expires_in");
        return new Token("Bearer " + token, seconds <= 0 ? DEFAULT_SECONDS : seconds);
    }
}
