package dev.portafilter.test.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.test.Forwarded;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.stream.Plan.Resume;
import dev.portafilter.test.stream.Scenario.Disruption;
import dev.portafilter.test.stream.Scenario.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Plays every combination of results, shapes of messages, ways to resume and disruptions through one and two plugins. What
 * must hold in all of them is checked for each; where it can be foretold, so is whether the message arrives.
 */
class StreamStatesTest {
    private static final int[] HEADER_RESULTS = {0, 1, 2, 3, 4, 7};
    private static final int[] BODY_RESULTS = {0, 1, 2, 3, 4};
    private static final int[] TRAILER_RESULTS = {0, 1};
    private static final int MOST_FAULTS = 20;

    private final List<String> faults = new ArrayList<>();
    private TestHost host;
    private boolean stopIteration;
    private int played;

    private void start(String plugins, boolean allowStopIteration) {
        stopIteration = allowStopIteration;
        TestHost.Builder builder = TestHost.builder().cluster("callout");
        for (String name : plugins.split("\\+")) {
            builder.plugin(PlannedFilter.plugin(name)
                    .allowOnHeadersStopIteration(allowStopIteration)
                    .build());
        }
        host = builder.build();
        host.log().take();
    }

    @ParameterizedTest(name = "{0} of {1}, stop iteration {2}, direction {3}")
    @CsvSource({
        "a,a,false,0",
        "a,a,true,0",
        "a,a,false,3",
        "a,a,true,3",
        "a,a+b,false,0",
        "b,a+b,false,0",
        "a,a+b,true,0",
        "a,a+b,false,3",
        "b,a+b,false,3",
        "b,a+b,true,3",
        "a+b,a+b,false,0",
        "a+b,a+b,true,0",
        "a+b,a+b,false,3",
        "a+b,a+b,true,3"
    })
    void stream_ofAnyResults_keepsItsPromises(
            String planned, String plugins, boolean allowStopIteration, int direction) {
        start(plugins, allowStopIteration);
        for (Shape shape : Shape.values()) {
            for (Plan plan : plans(shape, direction)) {
                Map<String, Plan> plans = new LinkedHashMap<>();
                for (String name : planned.split("\\+")) {
                    plans.put(name, plan);
                }
                playAll(plans, plan, shape, direction);
            }
        }
        host.close();
        assertThat(faults).as("of %d scenarios", played).isEmpty();
    }

    /** Every plan that makes a difference for a message of this shape. */
    private static List<Plan> plans(Shape shape, int direction) {
        List<Plan> plans = new ArrayList<>();
        for (int headers : HEADER_RESULTS) {
            for (int body : shape.chunks == 0 ? new int[] {0} : BODY_RESULTS) {
                for (int trailers : shape.trailers ? TRAILER_RESULTS : new int[] {0}) {
                    boolean passes = (headers == 0 || headers == 2) && body == 0 && trailers == 0;
                    for (Resume resume : passes ? new Resume[] {Resume.NEVER} : Resume.values()) {
                        plans.add(Plan.passing()
                                .result(direction, headers)
                                .result(direction + 1, body)
                                .result(direction + 2, trailers)
                                .resume(resume));
                    }
                }
            }
        }
        return plans;
    }

    private void playAll(Map<String, Plan> plans, Plan plan, Shape shape, int direction) {
        boolean request = direction == 0;
        Shape requestShape = request ? shape : Shape.HEAD;
        Shape responseShape = request ? Shape.HEAD : shape;
        int steps = requestShape.steps() + responseShape.steps();
        for (boolean eachStep : plan.resumes() ? new boolean[] {true, false} : new boolean[] {false}) {
            for (Disruption disruption : Disruption.values()) {
                int first = disruption == Disruption.NONE ? steps : disruption == Disruption.CLIENT_RESET ? 0 : 1;
                int last = disruption == Disruption.NONE ? steps : steps - 1;
                if (disruption == Disruption.EARLY_RESPONSE) {
                    last = request ? requestShape.steps() - 1 : 0;
                }
                for (int at = first; at <= last; at++) {
                    check(new Scenario(plans, requestShape, responseShape, eachStep, disruption, at), plan, direction);
                }
            }
        }
    }

    private void check(Scenario scenario, Plan plan, int direction) {
        if (faults.size() >= MOST_FAULTS) {
            return;
        }
        played++;
        List<String> found = new ArrayList<>();
        InMemoryExchange exchange = scenario.play(host);
        Forwarded upstream = exchange.upstream();
        Forwarded client = exchange.client();
        if (scenario.disruption() == Disruption.NONE) {
            expectArrival(scenario, plan, direction, exchange, found);
        }
        if (!exchange.finished()) {
            exchange.clientReset();
        }
        boolean early = client.bodyText().startsWith("e");
        body("upstream", upstream, scenario.request(), plan.drops(Plan.REQUEST_BODY), found);
        if (!early && client.status() == 200) {
            body("client", client, scenario.response(), plan.drops(Plan.RESPONSE_BODY), found);
        }
        if (upstream.ended()
                && scenario.request().trailers
                && !HeaderMap.of("t", "1").equals(upstream.trailers())) {
            found.add("trailers upstream " + upstream.trailers());
        }
        found.addAll(Lives.faults(host.log().lines()));
        host.log().take();
        try {
            host.verify();
        } catch (AssertionError e) {
            found.add(e.getMessage());
        }
        // The log takes so many lines a second.
        host.clock().advanceMillis(1000);
        if (!found.isEmpty()) {
            faults.add(scenario + " " + exchange.events() + "\n    " + String.join("\n    ", found));
        }
    }

    /** What arrives is made of the chunks that were sent, in order; all of them where none is dropped. */
    private static void body(String side, Forwarded message, Shape shape, boolean drops, List<String> found) {
        String body = message.bodyText();
        String whole = shape.body();
        boolean right =
                drops ? isMadeOfChunks(body, shape) : message.ended() ? body.equals(whole) : whole.startsWith(body);
        if (!right) {
            found.add(side + " got " + body + " of " + whole);
        }
    }

    private static boolean isMadeOfChunks(String body, Shape shape) {
        String rest = body;
        for (int i = 0; i < shape.chunks; i++) {
            if (rest.startsWith(shape.chunk(i))) {
                rest = rest.substring(shape.chunk(i).length());
            }
        }
        return rest.isEmpty();
    }

    private void expectArrival(
            Scenario scenario, Plan plan, int direction, InMemoryExchange exchange, List<String> found) {
        Forwarded message = direction == 0 ? exchange.upstream() : exchange.client();
        Shape shape = direction == 0 ? scenario.request() : scenario.response();
        boolean arrives = plan.resumes() || !isHeld(plan, shape, direction);
        if (message.ended() != arrives) {
            found.add("ended " + message.ended() + " (expected: " + arrives + ")");
        }
        if (arrives && !exchange.finished()) {
            found.add("the stream is not over");
        }
    }

    /** Whether a message stays held when nothing resumes it. */
    private boolean isHeld(Plan plan, Shape shape, int direction) {
        int headers = plan.result(direction);
        boolean headersHeld = headers != 0 && headers != 2;
        if (headersHeld && !(stopIteration && headers == 1)) {
            return true;
        }
        if (shape.trailers) {
            return plan.result(direction + 2) != 0;
        }
        return shape.chunks > 0 ? plan.result(direction + 1) != 0 : headersHeld;
    }

    @Test
    void plans_ofADirection_areManyAndDistinct() {
        assertThat(plans(Shape.BODY_AND_TRAILERS, 0)).hasSize(2 + 58 * 4).doesNotHaveDuplicates();
    }
}
