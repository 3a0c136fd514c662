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
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Plays random combinations, always the same ones: both directions at once, replies and closes in any callback, peers that
 * answer or break off inside of what is sent to them.
 */
class RandomStreamsTest {
    private static final int SCENARIOS = 15_000;
    private static final int MOST_FAULTS = 4;

    @ParameterizedTest(name = "plugins {0}, stop iteration {1}")
    @CsvSource({"a,false", "a+b,false", "a+b,true", "a+b+c,false", "a+b+c,true"})
    void stream_ofAnyCourse_keepsItsPromises(String plugins, boolean stopIteration) {
        String[] names = plugins.split("\\+");
        TestHost.Builder builder = TestHost.builder().cluster("callout");
        for (String name : names) {
            builder.plugin(PlannedFilter.plugin(name)
                    .allowOnHeadersStopIteration(stopIteration)
                    .build());
        }
        List<String> faults = new ArrayList<>();
        Random random = new Random(names.length * 31L + (stopIteration ? 1 : 0));
        try (TestHost host = builder.build()) {
            host.log().take();
            for (int i = 0; i < SCENARIOS && faults.size() < MOST_FAULTS; i++) {
                play(host, names, random, faults);
            }
        }
        assertThat(faults).isEmpty();
    }

    private static void play(TestHost host, String[] names, Random random, List<String> faults) {
        Map<String, Plan> plans = new LinkedHashMap<>();
        for (String name : names) {
            plans.put(name, plan(random));
        }
        Scenario scenario = new Scenario(
                plans,
                Shape.values()[random.nextInt(4)],
                Shape.values()[random.nextInt(4)],
                random.nextBoolean(),
                Disruption.values()[random.nextInt(4)],
                random.nextInt(8));
        int reactAt = random.nextInt(12);
        int reaction = random.nextInt(4);
        List<String> found = new ArrayList<>();
        InMemoryExchange exchange = scenario.play(host, opened -> react(opened, reactAt, reaction));
        if (!exchange.finished()) {
            exchange.clientReset();
        }
        if (!exchange.isReset()
                && exchange.client().headers() != null
                && exchange.client().status() == 403) {
            String body = exchange.client().bodyText();
            if (exchange.client().ended() && !body.equals("no")) {
                found.add("the reply's body is " + body);
            }
        }
        found.addAll(Lives.faults(host.log().lines()));
        host.log().take();
        try {
            host.verify();
        } catch (AssertionError e) {
            found.add(e.getMessage());
        }
        host.clock().advanceMillis(1000);
        if (!found.isEmpty()) {
            faults.add(scenario + " reaction " + reaction + " at " + reactAt + " " + exchange.events() + "\n    "
                    + String.join("\n    ", found));
        }
    }

    /** Peers that do something when they get a certain part of a message. */
    private static void react(InMemoryExchange exchange, int at, int reaction) {
        int[] forwarded = {0};
        exchange.whenForwarded(event -> {
            if (forwarded[0]++ != at) {
                return;
            }
            switch (reaction) {
                case 0 -> exchange.clientReset();
                case 1 -> exchange.upstreamReset("remote reset");
                case 2 -> exchange.upstreamTimeout();
                default -> {
                    if (exchange.upstream().headers() != null) {
                        exchange.respond(200, "at once");
                    }
                }
            }
        });
    }

    private static Plan plan(Random random) {
        Plan plan = Plan.passing().resume(Resume.values()[random.nextInt(4)]);
        int[] most = {5, 5, 2, 5, 5, 2};
        for (int callback = 0; callback < most.length; callback++) {
            if (random.nextInt(3) == 0) {
                plan.result(callback, random.nextInt(most[callback]));
            }
        }
        if (random.nextInt(6) == 0) {
            plan.replyIn(random.nextInt(6));
        }
        if (random.nextInt(10) == 0) {
            plan.closeIn(random.nextInt(6));
        }
        return plan;
    }
}
