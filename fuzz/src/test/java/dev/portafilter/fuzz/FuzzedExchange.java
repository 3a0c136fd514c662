package dev.portafilter.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.ScriptedHttpCalls.Call;
import java.util.List;

/** An exchange whose client and upstream do what the data says, within what HTTP allows: a head, chunks, an end. */
final class FuzzedExchange {
    private static final int MOST_CHUNK_BYTES = 900;

    private enum Sent {
        NOTHING,
        HEAD,
        ALL
    }

    private final InMemoryExchange exchange;
    private Sent request = Sent.NOTHING;
    private Sent response = Sent.NOTHING;

    FuzzedExchange(InMemoryExchange exchange) {
        this.exchange = exchange;
    }

    /** The next thing that one of the peers does. */
    void event(FuzzedDataProvider data) {
        if (exchange.finished()) {
            return;
        }
        switch (data.consumeInt(0, 11)) {
            case 0 -> exchange.clientReset();
            case 1 -> upstreamFails(data);
            case 2, 3, 4, 5, 6 -> fromClient(data);
            default -> fromUpstream(data);
        }
    }

    /** The client leaves, if it is still there. */
    void finish() {
        if (!exchange.finished()) {
            exchange.clientReset();
        }
    }

    /** A call of a plugin ends somehow. */
    static void answer(FuzzedDataProvider data, List<Call> waiting) {
        Call call = waiting.get(data.consumeInt(0, waiting.size() - 1));
        switch (data.consumeInt(0, 4)) {
            case 0 -> call.unreachable("remote connection failure");
            case 1 -> call.timeOut();
            case 2 -> call.breakOff("reset");
            case 3 -> call.answer(HeaderMap.of(":status", "200", "x", "1"), new byte[10], HeaderMap.of("x-end", "1"));
            default -> call.answer(204, "");
        }
    }

    private void upstreamFails(FuzzedDataProvider data) {
        if (exchange.upstream().headers() == null) {
            return;
        }
        if (data.consumeBoolean()) {
            exchange.upstreamReset("remote reset");
        } else {
            exchange.upstreamTimeout();
        }
        response = Sent.ALL;
    }

    private void fromClient(FuzzedDataProvider data) {
        switch (request) {
            case NOTHING -> {
                boolean end = data.consumeBoolean();
                HeaderMap head = InMemoryExchange.requestHead(end ? "GET" : "POST", "/a?b", "x-up", "a", "x-up", "b");
                if (data.consumeBoolean()) {
                    head.add("content-type", "application/grpc");
                }
                request = end ? Sent.ALL : Sent.HEAD;
                exchange.requestHeaders(head, end);
            }
            case HEAD -> {
                if (data.consumeInt(0, 4) == 0) {
                    request = Sent.ALL;
                    exchange.requestTrailers("x-trailer", "1");
                } else {
                    boolean end = data.consumeBoolean();
                    request = end ? Sent.ALL : Sent.HEAD;
                    exchange.requestBody(new byte[data.consumeInt(end ? 0 : 1, MOST_CHUNK_BYTES)], end);
                }
            }
            case ALL -> {}
        }
    }

    private void fromUpstream(FuzzedDataProvider data) {
        if (exchange.upstream().headers() == null || exchange.upstreamCancelled()) {
            return;
        }
        switch (response) {
            case NOTHING -> {
                boolean end = data.consumeBoolean();
                response = end ? Sent.ALL : Sent.HEAD;
                exchange.responseHeaders(
                        InMemoryExchange.responseHead(data.consumeBoolean() ? 200 : 404, "x-up", "a"), end);
            }
            case HEAD -> {
                if (data.consumeInt(0, 4) == 0) {
                    response = Sent.ALL;
                    exchange.responseTrailers("x-trailer", "1");
                } else {
                    boolean end = data.consumeBoolean();
                    response = end ? Sent.ALL : Sent.HEAD;
                    exchange.responseBody(new byte[data.consumeInt(end ? 0 : 1, MOST_CHUNK_BYTES)], end);
                }
            }
            case ALL -> {}
        }
    }
}
