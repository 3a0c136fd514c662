package dev.portafilter.cli;

import dev.portafilter.runtime.stream.CallbackTrace;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The requests of the demonstration, and what is expected of each. */
final class DemoRequests {
    /**
     * One request.
     *
     * @param title what it shows
     * @param expectation what must hold of the response, in words
     * @param check the same as code
     */
    private record Case(
            String title,
            Map<String, String> headers,
            int status,
            String expectation,
            Predicate<HttpResponse<String>> check) {}

    private static final Map<String, String> NO_KEY = Map.of();
    private static final Map<String, String> BAD_KEY = Map.of("x-api-key", "guess");
    private static final Map<String, String> GOOD_KEY = Map.of("x-api-key", DemoServers.GOOD_KEY);

    private static final List<Case> CASES = List.of(
            new Case("A request without an API key", NO_KEY, 401, "token-check answers", response -> true),
            new Case(
                    "A request with an unknown API key",
                    BAD_KEY,
                    403,
                    "token-check has asked and answers",
                    response -> true),
            new Case(
                    "A request with a good API key",
                    GOOD_KEY,
                    200,
                    "the card number is masked, the path is in x-path",
                    response -> response.body().contains("**** **** **** 1111")
                            && !response.body().contains("4111")
                            && "/hello"
                                    .equals(response.headers()
                                            .firstValue("x-path")
                                            .orElse(""))),
            new Case(
                    "The same key again, which is known by now",
                    GOOD_KEY,
                    200,
                    "one request remains",
                    response -> "1"
                            .equals(response.headers()
                                    .firstValue("x-ratelimit-remaining")
                                    .orElse(""))),
            new Case(
                    "And once more",
                    GOOD_KEY,
                    200,
                    "none remains",
                    response -> "0"
                            .equals(response.headers()
                                    .firstValue("x-ratelimit-remaining")
                                    .orElse(""))),
            new Case(
                    "One request too many",
                    GOOD_KEY,
                    429,
                    "rate-limit answers",
                    response -> response.headers().firstValue("retry-after").isPresent()));

    private final String url;
    private final DemoServers servers;
    private final DemoTrace trace;
    private final DemoReport report;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    DemoRequests(String url, DemoServers servers, DemoTrace trace, DemoReport report) {
        this.url = url;
        this.servers = servers;
        this.trace = trace;
        this.report = report;
    }

    /** Sends them one after the other; true when all went as expected. */
    boolean sendAll() throws IOException, InterruptedException {
        boolean good = true;
        for (int i = 0; i < CASES.size(); i++) {
            good &= send(i + 1, CASES.get(i));
        }
        return good;
    }

    private boolean send(int number, Case one) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + "/hello"))
                .timeout(Duration.ofSeconds(20))
                .header("user-agent", "demo/1.0");
        one.headers().forEach(request::header);
        report.request(number, one.title(), one.headers());
        HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        List<CallbackTrace.Event> events = trace.take();
        List<String> asked = servers.takeSeenByKeys();
        List<String> seen = servers.takeSeenByUpstream();
        report.requestSteps(events, asked);
        report.upstream(seen);
        report.responseSteps(events);
        report.response(response);
        boolean good = response.statusCode() == one.status() && one.check().test(response);
        report.outcome(good, one.status(), one.expectation());
        return good;
    }
}
