package dev.portafilter.test.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.stream.WorkerOptions;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.RecordingPluginLog;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestWorker;
import dev.portafilter.test.guest.Callbacks;
import dev.portafilter.test.stream.Plan.Resume;
import dev.portafilter.test.stream.Scenario.Disruption;
import dev.portafilter.test.stream.Scenario.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A trap in every callback, under every policy, with something held or not. Fail-open: the message arrives as if the plugin
 * were absent. Otherwise: 503 while the response's head is here, a reset afterwards. Other plugins live on.
 */
class TrapsTest {
    private static final int NEVER = 99;

    private final List<String> faults = new ArrayList<>();
    private int played;

    @ParameterizedTest
    @CsvSource({
        "FAIL_CLOSED,a,a", "FAIL_CLOSED,a,a+b", "FAIL_CLOSED,b,a+b",
        "FAIL_OPEN,a,a", "FAIL_OPEN,a,a+b", "FAIL_OPEN,b,a+b",
        "FAIL_RELOAD,a,a", "FAIL_RELOAD,a,a+b", "FAIL_RELOAD,b,a+b"
    })
    void trap_inAnyCallback_goesByPolicy(FailurePolicy policy, String trapping, String plugins) {
        TestHost.Builder builder =
                TestHost.builder().cluster("callout").options(WorkerOptions.DEFAULT.withReloadBaseMillis(0));
        String[] names = plugins.split("\\+");
        for (String name : names) {
            builder.plugin(PlannedFilter.plugin(name).failurePolicy(policy).build());
        }
        try (TestHost host = builder.build()) {
            for (Shape shape : Shape.values()) {
                for (int callback = 0; callback < 6; callback++) {
                    for (int held : new int[] {0, 1, 2}) {
                        check(host, policy, trapping, names, shape, callback, held);
                    }
                }
            }
        }
        assertThat(faults).as("of %d scenarios", played).isEmpty();
    }

    private void check(
            TestHost host, FailurePolicy policy, String trapping, String[] names, Shape shape, int callback, int held) {
        played++;
        // Each scenario has VMs of its own.
        TestWorker worker = host.addWorker();
        host.log().take();
        Plan plan = Plan.passing().resume(Resume.TICK).trapIn(callback);
        if (callback % 3 > 0) {
            // The callback before has held something, and lets it go at a tick.
            plan.result(callback - 1, held);
        }
        Map<String, Plan> plans = new LinkedHashMap<>();
        for (String name : names) {
            plans.put(name, name.equals(trapping) ? plan : Plan.passing());
        }
        Scenario scenario = new Scenario(plans, shape, shape, true, Disruption.NONE, NEVER);
        InMemoryExchange exchange = scenario.play(host, worker);
        boolean happens = callback % 3 == 0 || (callback % 3 == 1 ? shape.chunks > 0 : shape.trailers);
        boolean passes = policy == FailurePolicy.FAIL_OPEN || !happens;
        boolean headGone = callback > Plan.RESPONSE_HEADERS;
        List<String> found = new ArrayList<>();
        int expected = passes || headGone ? 200 : 503;
        if (exchange.client().status() != expected) {
            found.add("status " + exchange.client().status() + " (expected: " + expected + ")");
        }
        if (exchange.isReset() != (headGone && !passes)) {
            found.add("reset " + exchange.isReset());
        }
        if (passes) {
            expectWhole(exchange, shape, found);
        }
        if (!exchange.finished()) {
            found.add("the stream is not over");
            exchange.clientReset();
        }
        found.addAll(exchange.faults());
        found.addAll(Lives.faults(host.log().lines().stream()
                .filter(line -> !happens || !line.plugin().equals("default." + trapping))
                .toList()));
        found.addAll(afterTheTrap(host.log().lines(), trapping, callback));
        if (worker.worker().streamCount() > 0 || !worker.worker().idle()) {
            found.add("something is left");
        }
        if (!found.isEmpty() && faults.size() < 10) {
            faults.add(policy + " " + scenario + " " + exchange.events() + "\n    " + String.join("\n    ", found));
        }
        worker.worker().close();
        worker.runAll();
        host.clock().advanceMillis(1000);
    }

    private static void expectWhole(InMemoryExchange exchange, Shape shape, List<String> found) {
        if (!exchange.upstream().ended() || !exchange.client().ended()) {
            found.add("a message has no end");
        }
        if (!exchange.upstream().bodyText().equals(shape.body())
                || !exchange.client().bodyText().equals(shape.body())) {
            found.add("bodies " + exchange.upstream().bodyText() + ", "
                    + exchange.client().bodyText());
        }
    }

    /** Whatever the failed guest heard of after its trap. */
    private static List<String> afterTheTrap(List<RecordingPluginLog.Line> lines, String trapping, int callback) {
        String name = Callbacks.MESSAGE.get(callback).exportName().substring("proxy_".length());
        List<String> later = new ArrayList<>();
        boolean trapped = false;
        for (RecordingPluginLog.Line line : lines) {
            if (line.plugin().equals("default." + trapping)) {
                if (trapped) {
                    later.add("after the trap: " + line.message());
                }
                trapped |= line.message().startsWith(name + " ");
            }
        }
        return later;
    }
}
