package dev.portafilter.test.compare;

import java.util.List;

/**
 * What a server does with a request.
 *
 * @param early whether it acts once the head is there, before the body
 * @param steps what it does; the connection stays open behind them unless they close it
 */
record Answer(boolean early, List<Step> steps) {
    static final Answer DEFAULT = new Answer(
            false,
            List.of(new Step.Send(
                    Text.bytes("HTTP/1.1 200 OK\nx-up: a\nx-up: b\ncontent-length: 13\n\n", "upstream-body"))));

    static final Answer EMPTY =
            new Answer(false, List.of(new Step.Send(Text.bytes("HTTP/1.1 200 OK\ncontent-length: 0\n\n", ""))));

    static final Answer BYTES = new Answer(false, List.of(new Step.Send(Text.bytes("upstream-data"))));

    /** Whether the connection can be used for another request. */
    boolean keepsOpen() {
        return steps.stream()
                .noneMatch(step -> step instanceof Step.Close
                        || step instanceof Step.Reset
                        || step instanceof Step.HalfClose
                        || step instanceof Step.AwaitEnd);
    }
}
