package dev.portafilter.test.e2e;

import static dev.portafilter.test.e2e.ScriptedServer.response;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.gateway.standalone.GatewayLimits;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.runtime.stream.WorkerOptions;
import io.vertx.core.http.HttpClientRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Many requests at once, and many failures. */
class ManyRequestsTest {
    private static final int PAUSED = 1_000;
    private static final long SEED = 1;

    @Test
    void thousandRequestsThatWaitForCallouts_allEnd_answeredOrBrokenOff() throws Exception {
        List<Wire> clients = new ArrayList<>();
        Map<Integer, Wire> questions = new TreeMap<>();
        try (ScriptedServer upstream = ScriptedServer.echo();
                ScriptedServer auth = ScriptedServer.byHand();
                EndToEnd test = EndToEnd.before(upstream)
                        .cluster("auth", auth)
                        .plugin(SamplePlugin.TOKEN_CHECK.spec("{'timeout_ms': 600000, 'user_header': 'x-user'}"))
                        .limits(GatewayLimits.DEFAULT.withTimeouts(600_000, 600_000))
                        .workers(2)
                        .start()) {
            for (int i = 0; i < PAUSED; i++) {
                Wire client = test.connect();
                clients.add(client);
                client.send(EndToEnd.head("POST", "/", "x-api-key: " + i, "transfer-encoding: chunked"))
                        .chunk("body of ");
            }
            for (int i = 0; i < PAUSED; i++) {
                Wire question = auth.accept();
                questions.put(Integer.valueOf(question.message().header("x-api-key")), question);
            }
            assertThat(questions).hasSize(PAUSED);
            assertThat(test.gateway.activeRequests()).isEqualTo(PAUSED);
            assertThat(WorkerCounts.of(test.host)).isEqualTo(new WorkerCounts(PAUSED, PAUSED + 2, true));
            assertThat(upstream.requestCount()).isZero();

            for (int i = 1; i < PAUSED; i += 2) {
                clients.get(i).reset();
            }
            test.underWay(PAUSED / 2);
            List<Integer> order = new ArrayList<>(questions.keySet());
            Collections.shuffle(order, new Random(SEED));
            for (int i : order) {
                questions.get(i).send(response(200, "", "x-user: user-" + i));
            }
            for (int i = 0; i < PAUSED; i += 2) {
                clients.get(i).chunk(Integer.toString(i)).end();
                Message answer = clients.get(i).message();
                assertThat(answer.text()).isEqualTo("body of " + i);
                assertThat(answer.header("x-user")).isEqualTo("user-" + i);
            }
            test.quiet();
            assertThat(upstream.requestCount()).isEqualTo(PAUSED / 2);
        } finally {
            for (Wire client : clients) {
                client.close();
            }
        }
    }

    @Test
    void thousandHeldStreams_onHttp2Connections_endWithTheirClients() throws Exception {
        List<Http2Client> clients = new ArrayList<>();
        List<HttpClientRequest> streams = new ArrayList<>();
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = EndToEnd.before(upstream)
                        .plugin(SamplePlugin.MISBEHAVE.spec())
                        .workers(2)
                        .start()) {
            for (int i = 0; i < PAUSED; i++) {
                if (i % 100 == 0) {
                    clients.add(new Http2Client(test.gateway.endpoint()));
                }
                HttpClientRequest stream = clients.get(i / 100).open("POST", "/", "x-misbehave: hold");
                streams.add(stream.setChunked(true));
                Http2Client.await(stream.write("some of the body"));
            }
            test.underWay(PAUSED);
            assertThat(WorkerCounts.of(test.host)).isEqualTo(new WorkerCounts(PAUSED, PAUSED + 2, true));

            for (int i = 0; i < PAUSED / 2; i++) {
                Http2Client.reset(streams.get(i));
            }
            test.underWay(PAUSED / 2);
            for (Http2Client client : clients) {
                client.close();
            }
            test.quiet();
            assertThat(test.get("/").header("x-behaved")).isEqualTo("yes");
            assertThat(upstream.requestCount()).isEqualTo(1);
        }
    }

    @Test
    void pluginKilledAgainAndAgain_costsOnlyTheRequestsThatAskedForIt() throws Exception {
        String[] faults = {"trap", "loop", "memory"};
        int kills = 60;
        int ordinaryClients = 4;
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger served = new AtomicInteger();
        List<CompletableFuture<Void>> ordinary = new ArrayList<>();
        PluginLimits limits = PluginLimits.DEFAULT.withDeadlineMillis(200).withMemoryPages(64);
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = EndToEnd.before(upstream)
                        .plugin(SamplePlugin.MISBEHAVE.spec().limits(limits).failurePolicy(FailurePolicy.FAIL_RELOAD))
                        .options(WorkerOptions.DEFAULT.withReloadBaseMillis(0).withSpareInFlight(true))
                        .workers(2)
                        .start()) {
            for (int i = 0; i < ordinaryClients; i++) {
                ordinary.add(CompletableFuture.runAsync(() -> askUntil(test, over, served), test::begin));
            }
            for (int i = 0; i < kills; i++) {
                int before = served.get();
                assertThat(test.get("/", "x-misbehave: " + faults[i % faults.length])
                                .status())
                        .isEqualTo(503);
                Patience.until(() -> served.get() > before || stopped(ordinary), () -> "nobody is served");
            }
            over.set(true);
            for (CompletableFuture<Void> client : ordinary) {
                client.join();
            }

            assertThat(test.hostLog.errors()).hasSize(kills);
            assertThat(test.get("/").header("x-behaved")).isEqualTo("yes");
            test.quiet();
            PluginStatus status = test.status(SamplePlugin.MISBEHAVE);
            assertThat(status.vmCount()).isBetween(1, 2);
            assertThat(status.memoryBytes()).isLessThan(2L * 64 << 16);
        }
    }

    /** Sends ordinary requests, bodies included, and fails with the first that gets anything but its answer. */
    private static void askUntil(EndToEnd test, AtomicBoolean over, AtomicInteger served) {
        try {
            while (!over.get()) {
                try (Wire client = test.connect()) {
                    for (int i = 0; i < 10; i++) {
                        client.send(EndToEnd.head("POST", "/goods", "content-length: 4") + "body");
                        Message answer = client.message();
                        assertThat(answer.status()).isEqualTo(200);
                        assertThat(answer.text()).isEqualTo("/goods");
                        served.incrementAndGet();
                    }
                }
            }
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean stopped(List<CompletableFuture<Void>> clients) {
        return clients.stream().anyMatch(CompletableFuture::isDone);
    }
}
