package dev.portafilter.test.stream;

import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.keep;
import static dev.portafilter.test.guest.Ops.returns;
import static dev.portafilter.test.guest.Ops.trap;
import static dev.portafilter.test.guest.Ops.var;
import static dev.portafilter.test.guest.Ops.when;
import static dev.portafilter.test.guest.Ops.whenVar;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.Callback;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.PluginType;
import dev.portafilter.runtime.stream.WorkerOptions;
import dev.portafilter.test.InMemoryConnection;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.guest.GuestModule;
import dev.portafilter.test.guest.Op;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Plays random connections, always the same ones, through two plugins that stop, resume, close and trap at sizes that the
 * test happens to send, with peers that answer or break off inside of what is sent to them.
 */
class RandomConnectionsTest {
    private static final int CONNECTIONS = 1_200;
    private static final int OPEN_AT_ONCE = 4;

    /** What a plugin does when the lowest bits of a number are such. */
    private static Op at(String number, int mask, int value, Op... ops) {
        return when("(i32.eq (i32.and " + number + " (i32.const " + mask + ")) (i32.const " + value + "))", ops);
    }

    private static byte[] plugin(int offset) {
        String context = "(local.get 0)";
        String size = "(i32.add (local.get 1) (i32.const " + offset + "))";
        Op pause = returns(1);
        return GuestModule.connectionListener()
                .on(
                        Callback.ON_CONFIGURE,
                        call("set_tick_period_milliseconds", 1).silently())
                .on(
                        Callback.ON_TICK,
                        whenVar(
                                "kept",
                                call("set_effective_context", var("kept")).silently(),
                                call("continue_stream", 2).silently()))
                .on(
                        Callback.ON_NEW_CONNECTION,
                        at(context, 15, 1, keep("kept", 0), pause),
                        at(context, 15, 2, call("close_stream", 2).silently()),
                        at(context, 15, 3, call("continue_stream", 2).silently(), pause))
                .on(
                        Callback.ON_DOWNSTREAM_DATA,
                        at(size, 7, 1, keep("kept", 0), pause),
                        at(size, 7, 2, call("continue_stream", 2).silently(), pause),
                        at(size, 31, 3, call("close_stream", 3).silently()),
                        at(size, 63, 4, trap()))
                .on(
                        Callback.ON_UPSTREAM_DATA,
                        at(size, 7, 1, pause),
                        at(size, 7, 2, call("continue_stream", 2).silently()),
                        at(size, 31, 3, call("close_stream", 2).silently(), pause),
                        at(size, 63, 4, trap()))
                .wasm();
    }

    private static PluginSpec spec(String name, int offset, FailurePolicy policy) {
        return PluginSpec.builder(name, ModuleSource.of(plugin(offset)))
                .type(PluginType.NETWORK)
                .failurePolicy(policy)
                .build();
    }

    /** A connection with what its peers have sent. */
    private static final class Run {
        final InMemoryConnection connection;
        private final StringBuilder fromClient = new StringBuilder();
        private final StringBuilder fromUpstream = new StringBuilder();
        private boolean clientEnds;
        private boolean upstreamEnds;

        Run(InMemoryConnection connection) {
            this.connection = connection;
        }

        void step(TestHost host, Random random) {
            String text = Character.toString((char) ('a' + random.nextInt(26))).repeat(1 + random.nextInt(12));
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> client(text, false);
                case 4, 5, 6 -> upstream(text, false);
                case 7 -> client(text, true);
                case 8 -> upstream(text, true);
                case 9 -> host.advanceMillis(1);
                case 10 -> {
                    client("", true);
                    upstream("", true);
                }
                default -> breakOff(random);
            }
        }

        /** The client sends, unless it has ended. */
        void client(String text, boolean end) {
            if (!clientEnds) {
                clientEnds = end;
                fromClient.append(text);
                connection.send(text.getBytes(StandardCharsets.ISO_8859_1), end);
            }
        }

        /** The upstream sends, unless it has ended or has never been asked for. */
        void upstream(String text, boolean end) {
            if (!upstreamEnds && connection.upstreamWanted()) {
                upstreamEnds = end;
                fromUpstream.append(text);
                connection.upstreamSends(text.getBytes(StandardCharsets.ISO_8859_1), end);
            }
        }

        private void breakOff(Random random) {
            switch (random.nextInt(8)) {
                case 0 -> connection.clientReset();
                case 1 -> connection.upstreamReset("remote reset");
                default -> {}
            }
        }

        /** Adds what was promised and does not hold. */
        void check(List<String> faults) {
            faults.addAll(connection.faults());
            if (!connection.finished()) {
                faults.add("it is not over: " + connection.events());
            }
            boolean broken = connection.closeDetails() != null || connection.resetDetails() != null;
            compare("upstream", connection.upstreamText(), fromClient.toString(), broken, faults);
            compare("client", connection.clientText(), fromUpstream.toString(), broken, faults);
        }

        private static void compare(String side, String received, String sent, boolean broken, List<String> faults) {
            if (broken ? !sent.startsWith(received) : !sent.equals(received)) {
                faults.add(side + " got " + received + " (sent: " + sent + (broken ? ", then broken off)" : ")"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(FailurePolicy.class)
    void connection_ofAnyCourse_keepsItsPromises(FailurePolicy policy) {
        List<String> faults = new ArrayList<>();
        Random random = new Random(7 + policy.ordinal());
        for (int round = 0; round < CONNECTIONS / 100 && faults.isEmpty(); round++) {
            try (TestHost host = TestHost.builder()
                    .options(WorkerOptions.DEFAULT.withReloadBaseMillis(0))
                    .plugin(spec("a", 0, policy))
                    .plugin(spec("b", 5, policy))
                    .build()) {
                Deque<Run> open = new ArrayDeque<>();
                for (int i = 0; i < 100; i++) {
                    open.add(begin(host, random));
                    for (int step = 0; step < 10; step++) {
                        Run run = open.poll();
                        run.step(host, random);
                        open.add(run);
                    }
                    if (open.size() > OPEN_AT_ONCE) {
                        finish(open.poll(), faults);
                    }
                }
                open.forEach(run -> finish(run, faults));
                host.verify();
            }
        }
        assertThat(faults).isEmpty();
    }

    private static Run begin(TestHost host, Random random) {
        Run run = new Run(host.openConnection());
        int reactAt = random.nextInt(8);
        int reaction = random.nextInt(6);
        int[] seen = {0};
        run.connection.whenForwarded(event -> {
            if (seen[0]++ == reactAt) {
                switch (reaction) {
                    case 0 -> run.connection.clientReset();
                    case 1 -> run.connection.upstreamReset("remote reset");
                    case 2 -> run.upstream("answer", false);
                    case 3 -> run.client("more", false);
                    default -> {}
                }
            }
        });
        run.connection.connect();
        return run;
    }

    private static void finish(Run run, List<String> faults) {
        run.connection.clientReset();
        run.check(faults);
    }
}
