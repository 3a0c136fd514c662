package dev.portafilter.registry;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Gets files by HTTP, with retries. Source: WasmPlugin reference, section 5.1. */
final class HttpFetch {
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int FIRST_SERVER_ERROR = 500;
    /** What will not be otherwise next time: not implemented, version, network authentication. */
    private static final Set<Integer> FINAL = Set.of(501, 505, 511);

    private static final double FIRST_WAIT_MILLIS = 500;
    private static final double WAIT_GROWTH = 1.5;
    private static final double MOST_WAIT_MILLIS = 60_000;

    private final HttpTransport transport;
    private final ModuleOptions options;

    HttpFetch(HttpTransport transport, ModuleOptions options) {
        this.transport = transport;
        this.options = options;
    }

    /**
     * Gets a file that must be there.
     *
     * @param pinned whether only one content will do, or one that somebody signed
     * @throws FetchException when it cannot be had
     */
    byte[] get(String url, boolean pinned, Deadline deadline) throws FetchException {
        byte[] body = get(url, options.maxBytes(), pinned, deadline);
        if (body == null) {
            throw unexpected(url, NOT_FOUND);
        }
        return body;
    }

    /**
     * Gets a file that may be there.
     *
     * @param mostBytes the largest that is read
     * @param pinned whether only one content will do, or one that somebody signed
     * @return null for the status 404
     * @throws FetchException when it cannot be told, or had
     */
    byte @Nullable [] get(String url, long mostBytes, boolean pinned, Deadline deadline) throws FetchException {
        double waitMillis = FIRST_WAIT_MILLIS;
        for (int attempt = 1; ; attempt++) {
            FetchException failure;
            try {
                long millis = Math.min(
                        deadline.millisLeft(url), options.requestTimeout().toMillis());
                Deadline own = Deadline.after(Duration.ofMillis(millis), deadline.pace());
                HttpTransport.Answer answer = transport.get(url, mostBytes, pinned, own);
                if (answer.status() == OK) {
                    return answer.body();
                }
                if (answer.status() == NOT_FOUND) {
                    return null;
                }
                failure = unexpected(url, answer.status());
            } catch (FetchException e) {
                failure = e;
            } catch (IOException e) {
                failure = new FetchException("fetch.network", url + ": " + e.getMessage(), true);
                failure.initCause(e);
            }
            if (!failure.worthRetrying() || attempt >= options.maxAttempts() || deadline.isOver()) {
                throw failure;
            }
            double spread = 0.5 + deadline.pace().chance();
            if (!deadline.sleep(Math.round(waitMillis * spread), url)) {
                throw failure;
            }
            waitMillis = Math.min(MOST_WAIT_MILLIS, waitMillis * WAIT_GROWTH);
        }
    }

    private static FetchException unexpected(String url, int status) {
        boolean retry = status >= FIRST_SERVER_ERROR && !FINAL.contains(status);
        return new FetchException(
                "fetch.http(" + status + ")", url + ": answered with " + status + " (expected: 200)", retry);
    }

    /** The url of a file beside another: the suffix comes before the query. */
    static String beside(String url, String suffix) {
        int end = url.length();
        for (char separator : new char[] {'?', '#'}) {
            int at = url.indexOf(separator);
            end = at < 0 ? end : Math.min(end, at);
        }
        return url.substring(0, end) + suffix + url.substring(end);
    }
}
