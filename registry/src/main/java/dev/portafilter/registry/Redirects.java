package dev.portafilter.registry;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Follows redirects by hand: every hop is checked, and what was meant for one server is not shown to the next. Source:
 * WasmPlugin reference, section 4.7.
 */
final class Redirects {
    private static final int MOST_HOPS = 10;
    private static final Set<Integer> STATUSES = Set.of(301, 302, 303, 307, 308);
    private static final String AUTHORIZATION = "Authorization";

    private final WebClient web;
    private final RegistryOptions options;

    /** Decides whether a hop is allowed. */
    interface Check {
        void hop(WebAddress from, WebAddress to) throws FetchException;
    }

    /**
     * An answer and where it came from.
     *
     * @param response the answer
     * @param from its url
     */
    record Landed(WebResponse response, WebAddress from) {}

    Redirects(WebClient web, RegistryOptions options) {
        this.web = web;
        this.options = options;
    }

    /** Takes the answer to a request, and goes where it says until an answer is no redirect. */
    Landed follow(WebResponse first, WebClient.Request request, Check check, Deadline deadline) throws IOException {
        WebResponse response = first;
        WebAddress url = request.url();
        Map<String, String> headers = request.headers();
        boolean followed = request.method().equals("GET") || request.method().equals("HEAD");
        for (int hop = 0; followed && STATUSES.contains(response.status()); hop++) {
            String location = response.header("location");
            response.close();
            if (hop == MOST_HOPS) {
                throw new FetchException(
                        "fetch.redirects", request.url() + ": redirected more than " + MOST_HOPS + " times (limit)");
            }
            WebAddress next = location == null ? null : url.resolve(location);
            if (next == null) {
                throw new FetchException(
                        "fetch.redirects", url + ": redirects to no place (expected: an http or https url)");
            }
            check.hop(url, next);
            if (!url.sameOrigin(next)) {
                headers = new LinkedHashMap<>(headers);
                headers.remove(AUTHORIZATION);
            }
            url = next;
            boolean verified = !options.isInsecure(next.authority());
            response = web.send(
                    new WebClient.Request(request.method(), next, headers, request.body(), verified), deadline);
        }
        return new Landed(response, url);
    }
}
