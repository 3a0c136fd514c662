package dev.portafilter.test.stream;

import static org.assertj.core.api.Assertions.assertThat;

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

/** Local responses and closes in every callback of every plugin, with whatever result, give exactly one outcome. */
class RepliesTest {
    private static final String[] NAMES = {"a", "b", "c"};
    private static final int NEVER = 99;

    private final List<String> faults = new ArrayList<>();
    private int played;

    private TestHost start(boolean stopIteration) {
        TestHost.Builder builder = TestHost.builder().cluster("callout");
        for (String name : NAMES) {
            builder.plugin(PlannedFilter.plugin(name)
                    .allowOnHeadersStopIteration(stopIteration)
                    .build());
        }
        return builder.build();
    }

    @Test
    void reply_inAnyCallback_isTheOneResponse() {
        everywhere(false);
        everywhere(true);
        assertThat(faults).as("of %d scenarios", played).isEmpty();
    }

    private void everywhere(boolean stopIteration) {
        try (TestHost host = start(stopIteration)) {
            for (String name : NAMES) {
                for (int callback = 0; callback < 6; callback++) {
                    for (int result = 0; result < 4; result++) {
                        for (Resume resume : Resume.values()) {
                            for (Shape shape : Shape.values()) {
                                Plan plan =
                                        Plan.passing().result(callback, result).resume(resume);
                                check(host, name, plan.replyIn(callback), callback, shape, false);
                                plan = Plan.passing().result(callback, result).resume(resume);
                                check(host, name, plan.closeIn(callback), callback, shape, true);
                            }
                        }
                    }
                }
            }
        }
    }

    private void check(TestHost host, String name, Plan plan, int callback, Shape shape, boolean closes) {
        played++;
        Map<String, Plan> plans = new LinkedHashMap<>();
        for (String each : NAMES) {
            plans.put(each, each.equals(name) ? plan : Plan.passing());
        }
        Scenario scenario = new Scenario(plans, shape, shape, true, Disruption.NONE, NEVER);
        InMemoryExchange exchange = scenario.play(host);
        List<String> found = new ArrayList<>();
        boolean happens = callback % 3 == 0 || (callback % 3 == 1 ? shape.chunks > 0 : shape.trailers);
        boolean headGone = callback > Plan.RESPONSE_HEADERS;
        int expected = !happens ? 200 : closes ? (headGone ? 200 : 0) : headGone ? 200 : 403;
        if (exchange.client().status() != expected) {
            found.add("status " + exchange.client().status() + " (expected: " + expected + ")");
        }
        boolean reset = happens && (closes || headGone);
        if (exchange.isReset() != reset) {
            found.add("reset " + exchange.isReset() + " (expected: " + reset + ")");
        }
        if (expected == 403 && !exchange.client().bodyText().equals("no")) {
            found.add("body " + exchange.client().bodyText());
        }
        if (happens && callback == Plan.REQUEST_HEADERS && exchange.upstream().headers() != null) {
            found.add("the upstream got the request");
        }
        if (!exchange.finished()) {
            found.add("the stream is not over");
            exchange.clientReset();
        }
        found.addAll(Lives.faults(host.log().lines()));
        host.log().take();
        try {
            host.verify();
        } catch (AssertionError e) {
            found.add(e.getMessage());
        }
        host.clock().advanceMillis(1000);
        if (!found.isEmpty() && faults.size() < 10) {
            faults.add(scenario + " " + exchange.events() + "\n    " + String.join("\n    ", found));
        }
    }
}
