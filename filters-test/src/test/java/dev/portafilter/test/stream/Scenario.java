package dev.portafilter.test.stream;

import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestWorker;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One request and its response, played step by step.
 *
 * @param plans what each plugin does
 * @param request the shape of the request
 * @param response the shape of the response
 * @param resumeEachStep whether what waits for a tick or an answer gets it after each step, or only in the end
 * @param disruption what happens in between
 * @param at before which step; beyond the last one never
 */
record Scenario(
        Map<String, Plan> plans, Shape request, Shape response, boolean resumeEachStep, Disruption disruption, int at) {
    /** What a message consists of, beside its head. */
    enum Shape {
        HEAD(0, false),
        BODY(3, false),
        BODY_AND_TRAILERS(2, true),
        TRAILERS(0, true);

        final int chunks;
        final boolean trailers;

        Shape(int chunks, boolean trailers) {
            this.chunks = chunks;
            this.trailers = trailers;
        }

        int steps() {
            return 1 + chunks + (trailers ? 1 : 0);
        }

        /** The chunks, distinct and in alphabetical order. */
        String chunk(int index) {
            return Character.toString((char) ('a' + index)).repeat(index + 1);
        }

        String body() {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < chunks; i++) {
                all.append(chunk(i));
            }
            return all.toString();
        }
    }

    /** What goes wrong. */
    enum Disruption {
        NONE,
        CLIENT_RESET,
        UPSTREAM_RESET,
        EARLY_RESPONSE
    }

    /** Plays it to its end; a stream that stays paused is ended by the client. */
    InMemoryExchange play(TestHost host) {
        return play(host, opened -> {});
    }

    /** The same, with something done to the exchange before it begins. */
    InMemoryExchange play(TestHost host, Consumer<InMemoryExchange> prepare) {
        return play(host, host.worker(), prepare);
    }

    /** The same on a worker of the host. */
    InMemoryExchange play(TestHost host, TestWorker worker) {
        return play(host, worker, opened -> {});
    }

    private InMemoryExchange play(TestHost host, TestWorker worker, Consumer<InMemoryExchange> prepare) {
        InMemoryExchange exchange = worker.open();
        prepare.accept(exchange);
        for (int step = 0; step < request.steps() + response.steps(); step++) {
            if (step == at) {
                disrupt(exchange);
            }
            if (step < request.steps()) {
                requestStep(exchange, step);
            } else if (exchange.upstream().ended()) {
                responseStep(exchange, step - request.steps());
            }
            if (resumeEachStep || step == request.steps() - 1) {
                resume(host, worker);
            }
        }
        resume(host, worker);
        return exchange;
    }

    private void disrupt(InMemoryExchange exchange) {
        boolean upstreamKnows = exchange.upstream().headers() != null;
        switch (disruption) {
            case NONE -> {}
            case CLIENT_RESET -> exchange.clientReset();
            case UPSTREAM_RESET -> {
                if (upstreamKnows) {
                    exchange.upstreamReset("remote reset");
                }
            }
            case EARLY_RESPONSE -> {
                if (upstreamKnows && exchange.client().headers() == null) {
                    exchange.respond(200, "early");
                }
            }
        }
    }

    private void requestStep(InMemoryExchange exchange, int step) {
        if (step == 0) {
            String[] headers = new String[2 * plans.size()];
            int i = 0;
            for (Map.Entry<String, Plan> plan : plans.entrySet()) {
                headers[i++] = PlannedFilter.header(plan.getKey());
                headers[i++] = plan.getValue().toString();
            }
            exchange.requestHeaders(InMemoryExchange.requestHead("POST", "/", headers), request == Shape.HEAD);
        } else if (step <= request.chunks) {
            exchange.requestBody(request.chunk(step - 1), step == request.chunks && !request.trailers);
        } else {
            exchange.requestTrailers("t", "1");
        }
    }

    private void responseStep(InMemoryExchange exchange, int step) {
        if (step == 0) {
            exchange.responseHeaders(InMemoryExchange.responseHead(200), response == Shape.HEAD);
        } else if (step <= response.chunks) {
            exchange.responseBody(response.chunk(step - 1), step == response.chunks && !response.trailers);
        } else {
            exchange.responseTrailers("t", "1");
        }
    }

    /** Lets ticks come and answers all calls, until nothing more follows from it. */
    private static void resume(TestHost host, TestWorker worker) {
        for (int round = 0; round < 4; round++) {
            if (worker.executor().timerCount() > 0) {
                host.advanceMillis(10);
            }
            host.httpCalls().waiting().forEach(call -> call.answer(200, ""));
            host.runAll();
        }
    }
}
