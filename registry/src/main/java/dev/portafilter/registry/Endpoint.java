package dev.portafilter.registry;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * One repository at one registry: the registry itself or a mirror. Knows whether it speaks TLS, shows it credentials, tries
 * again. Source: WasmPlugin reference, section 4.7.
 */
final class Endpoint {
    private static final Set<Integer> RETRIED = Set.of(408, 429, 499, 500, 502, 503, 504, 522);
    private static final int ATTEMPTS = 3;
    private static final long[] WAIT_MILLIS = {1000, 3000};
    private static final double JITTER = 0.1;
    /** How long TLS may take to begin where plain HTTP is an alternative. */
    private static final int SHORT_HANDSHAKE_MILLIS = 500;

    private static final int MOST_AUTHORIZATIONS = 2;

    private final RegistryClient client;
    private final String host;
    private final String repository;
    private final Keychain keychain;
    private final String scope;
    private final boolean mirror;

    private @Nullable Credential credential;
    private boolean credentialKnown;
    private String authorization = "";
    private boolean down;

    /**
     * One request.
     *
     * @param method the method
     * @param target where on the registry; or a whole url
     * @param headers its headers
     * @param body its body
     * @param pinned whether the digest of the answer is known, so that it may come from anywhere
     * @param once whether it is not tried again here
     */
    record Call(String method, String target, Map<String, String> headers, byte[] body, boolean pinned, boolean once) {
        static Call get(String target, Map<String, String> headers, boolean pinned) {
            return new Call("GET", target, headers, new byte[0], pinned, false);
        }
    }

    Endpoint(RegistryClient client, String host, String repository, Keychain keychain, String actions, boolean mirror) {
        this.client = client;
        this.host = host;
        this.repository = repository;
        this.keychain = keychain;
        scope = "repository:" + repository + ":" + actions;
        this.mirror = mirror;
    }

    /** The beginning of the targets of this repository. */
    String root() {
        return "/v2/" + repository + "/";
    }

    String name() {
        return host + "/" + repository;
    }

    /** Whether a mirror has failed, and is not asked again. */
    boolean isDown() {
        return down;
    }

    void goDown() {
        down = true;
    }

    /**
     * Sends a request, as often as is allowed.
     *
     * @return the answer, whatever its status; never 401. To be closed
     * @throws FetchException when there is none
     */
    WebResponse send(Call call, Deadline deadline) throws FetchException {
        String where = name() + ": " + call.method;
        for (int attempt = 1; ; attempt++) {
            boolean last = attempt == ATTEMPTS || call.once || mirror;
            FetchException failure;
            long waitMillis = -1;
            try {
                WebResponse response = authorized(call, deadline);
                if (last || !RETRIED.contains(response.status())) {
                    return response;
                }
                waitMillis = retryAfterMillis(response.header("retry-after"));
                failure = unexpected(name(), response.status());
                response.close();
            } catch (IOException e) {
                failure = failure(e);
                if (last || !failure.worthRetrying()) {
                    throw failure;
                }
            }
            pause(attempt, waitMillis, where, failure, deadline);
        }
    }

    /** Waits before the next attempt; gives up when the deadline would pass meanwhile. */
    void pause(int attempt, long askedMillis, String where, FetchException failure, Deadline deadline)
            throws FetchException {
        if (attempt >= ATTEMPTS) {
            throw failure;
        }
        long own =
                (long) (WAIT_MILLIS[attempt - 1] * (1 + JITTER * deadline.pace().chance()));
        if (!deadline.sleep(askedMillis >= 0 ? askedMillis : own, where)) {
            throw failure;
        }
    }

    /** What a failure of the network is called; one that has a name already keeps it. */
    FetchException failure(IOException e) {
        if (e instanceof FetchException named) {
            return named;
        }
        if (isCertificateProblem(e)) {
            return new FetchException(
                    "fetch.tls",
                    name() + ": its certificate is not trusted: " + e.getMessage()
                            + " (expected: one of a known authority for this host)");
        }
        String problem = e instanceof UnknownHostException
                ? String.valueOf(e.getMessage())
                : e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + e.getMessage());
        return new FetchException(
                e instanceof SSLException ? "fetch.tls" : "fetch.network", name() + ": " + problem, true);
    }

    /** What a status is called that is no answer. */
    static FetchException unexpected(String where, int status) {
        return new FetchException(
                "fetch.http(" + status + ")", where + ": answers with " + status, RETRIED.contains(status));
    }

    private static long retryAfterMillis(@Nullable String value) {
        if (value == null) {
            return -1;
        }
        if (value.matches("[0-9]{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value)).toMillis();
        }
        try {
            ZonedDateTime at = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
            return Math.max(0, Duration.between(Instant.now(), at.toInstant()).toMillis());
        } catch (DateTimeException e) {
            return -1;
        }
    }

    private WebResponse authorized(Call call, Deadline deadline) throws IOException {
        if (!credentialKnown) {
            credential = keychain.find(host, repository);
            credentialKnown = true;
            if (credential != null && credential.isEmpty()) {
                credential = null;
            }
        }
        for (int round = 0; ; round++) {
            Redirects.Landed landed = landed(call, deadline);
            WebResponse response = landed.response();
            if (response.status() != 401) {
                return response;
            }
            Challenge challenge = Challenge.choose(response.headerValues("www-authenticate"));
            response.close();
            if (!landed.from().sameOrigin(url("/", isPlain()))) {
                throw new FetchException(
                        "image.unauthorized", name() + ": redirects to " + landed.from() + ", which answers with 401");
            }
            authorize(challenge, round, deadline);
        }
    }

    private void authorize(@Nullable Challenge challenge, int round, Deadline deadline) throws IOException {
        if (challenge == null) {
            throw new FetchException(
                    "image.unauthorized", name() + ": asks for no known authentication (expected: basic or bearer)");
        }
        boolean bearer = challenge.scheme().equals("bearer");
        boolean token = credential != null && !credential.registryToken().isEmpty();
        boolean user = credential != null && !credential.username().isEmpty();
        if (round >= (bearer && !token ? MOST_AUTHORIZATIONS : 1)) {
            throw new FetchException(
                    "image.unauthorized",
                    name() + ": refused with 401"
                            + (credential == null
                                    ? ", without credentials"
                                    : ", with the credentials for the registry"));
        }
        if (token) {
            authorization = credential == null ? "" : "Bearer " + credential.registryToken();
        } else if (bearer) {
            authorization = bearer(challenge, round, deadline);
        } else if (user && credential != null) {
            authorization = credential.basicAuthorization();
        } else {
            throw new FetchException(
                    "image.unauthorized",
                    name() + ": asks for a user and password (expected: credentials for " + host + ")");
        }
    }

    private String bearer(Challenge challenge, int round, Deadline deadline) throws IOException {
        List<String> scopes = new ArrayList<>();
        if (round > 0 && !challenge.parameter("scope").isEmpty()) {
            scopes.addAll(List.of(challenge.parameter("scope").trim().split(" +")));
        }
        if (!scopes.contains(scope)) {
            scopes.add(scope);
        }
        TokenCache.Key key = new TokenCache.Key(host, String.join(" ", scopes), credential);
        String cached = client.tokens().find(key, deadline.pace());
        if (cached != null && !cached.equals(authorization)) {
            return cached;
        }
        client.tokens().forget(key);
        BearerTokens.Token token =
                new BearerTokens(client, host, url("/", isPlain()), credential).ask(challenge, scopes, deadline);
        client.tokens().put(key, token.authorization(), token.seconds(), deadline.pace());
        return token.authorization();
    }

    private boolean isPlain() {
        return client.plainByHost().getOrDefault(host, false);
    }

    private WebAddress url(String target, boolean plain) throws FetchException {
        WebAddress url = WebAddress.parse((plain ? "http://" : "https://") + host + target);
        if (url == null) {
            throw new FetchException("image.refInvalid", name() + ": is no host (expected: host or host:port)");
        }
        return url;
    }

    private Redirects.Landed landed(Call call, Deadline deadline) throws IOException {
        WebResponse first = direct(call, deadline);
        WebClient.Request request = request(call, isPlain());
        Redirects redirects = new Redirects(client.web(), client.options());
        return redirects.follow(
                first,
                request,
                (from, to) -> {
                    if (from.tls() && !to.tls() && !call.pinned) {
                        throw new FetchException(
                                "fetch.redirects", from + ": redirects to " + to + " (expected: https, as before)");
                    }
                },
                deadline);
    }

    private WebClient.Request request(Call call, boolean plain) throws FetchException {
        WebAddress origin = url("/", plain);
        WebAddress whole = call.target.startsWith("/") ? url(call.target, plain) : WebAddress.parse(call.target);
        if (whole == null) {
            throw new FetchException(
                    "fetch.redirects", name() + ": sends to no place (expected: an http or https url)");
        }
        Map<String, String> headers = new LinkedHashMap<>(call.headers);
        if (!authorization.isEmpty() && whole.sameOrigin(origin)) {
            headers.put("Authorization", authorization);
        }
        boolean verified = !client.options().isInsecure(whole.sameOrigin(origin) ? host : whole.authority());
        return new WebClient.Request(call.method, whole, headers, call.body, verified);
    }

    /** Sends a request without looking at the answer, by TLS or, where it may be, by plain HTTP. */
    private WebResponse direct(Call call, Deadline deadline) throws IOException {
        Boolean known = client.plainByHost().get(host);
        if (known != null) {
            return client.web().send(request(call, known), deadline);
        }
        WebClient.Request secured = request(call, false);
        boolean alternative = AddressRules.mayBePlain(url("/", false).host())
                || client.options().isInsecure(host);
        try {
            WebResponse response = client.web()
                    .send(alternative ? secured.withHandshakeMillis(SHORT_HANDSHAKE_MILLIS) : secured, deadline);
            client.plainByHost().put(host, false);
            return response;
        } catch (FetchException e) {
            throw e;
        } catch (IOException e) {
            if (!alternative || isCertificateProblem(e)) {
                throw e;
            }
            WebResponse response = plain(call, deadline, e);
            if (response != null) {
                client.plainByHost().put(host, true);
                return response;
            }
            if (!(e instanceof SocketTimeoutException)) {
                throw e;
            }
        }
        // Plain HTTP it is not: then TLS gets all the time it wants.
        WebResponse response = client.web().send(secured, deadline);
        client.plainByHost().put(host, false);
        return response;
    }

    /** The answer by plain HTTP; null when the peer does not speak it. */
    private @Nullable WebResponse plain(Call call, Deadline deadline, IOException byTls) throws IOException {
        try {
            WebResponse response = client.web().send(request(call, true), deadline);
            if (response.status() != 400) {
                return response;
            }
            // What TLS servers say to plain HTTP.
            response.close();
            return null;
        } catch (FetchException e) {
            throw e;
        } catch (IOException e) {
            byTls.addSuppressed(e);
            return null;
        }
    }

    private static boolean isCertificateProblem(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException || cause instanceof SSLPeerUnverifiedException) {
                return true;
            }
        }
        return false;
    }
}
