package dev.portafilter.runtime.stream;

import dev.portafilter.abi.HeaderMap;
import java.nio.charset.StandardCharsets;

/**
 * How an HTTP call ended, as the guest sees it. Source: ABI reference, section 3.7.
 *
 * @param failed whether the answer broke off: the callback gets zeros and the call status says why
 */
record CallAnswer(HeaderMap headers, BytesView body, HeaderMap trailers, boolean failed) {
    static final byte[] RESET = "reset".getBytes(StandardCharsets.US_ASCII);

    static CallAnswer of(HeaderMap headers, byte[] body, HeaderMap trailers) {
        return new CallAnswer(headers, new BytesView(body), trailers, false);
    }

    /** No connection, or no HTTP: the answer that a proxy would give. */
    static CallAnswer unreachable(String reason) {
        return made(UpstreamReset.status(reason), UpstreamReset.body(reason));
    }

    /** No answer in time: the answer that a proxy would give. */
    static CallAnswer timedOut() {
        return made(504, "upstream request timeout");
    }

    static CallAnswer broken() {
        return new CallAnswer(new HeaderMap(), BytesView.EMPTY, new HeaderMap(), true);
    }

    private static CallAnswer made(int status, String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        return of(
                HeaderMap.of(
                        ":status",
                        Integer.toString(status),
                        "content-length",
                        Integer.toString(body.length),
                        "content-type",
                        "text/plain"),
                body,
                new HeaderMap());
    }
}
