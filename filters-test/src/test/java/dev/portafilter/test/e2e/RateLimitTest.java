package dev.portafilter.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.test.FakeClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A plugin that counts in shared data, over all workers. */
class RateLimitTest {
    @Test
    void requestsOverTheLimit_get429_untilTheWindowIsOver() throws Exception {
        FakeClock clock = new FakeClock();
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = limiting(upstream, "{'limit': 2, 'window_seconds': 3}")
                        .clock(clock)
                        .start()) {
            for (String remaining : new String[] {"1", "0"}) {
                Message answer = test.get("/");
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.header("x-ratelimit-limit")).isEqualTo("2");
                assertThat(answer.header("x-ratelimit-remaining")).isEqualTo(remaining);
            }
            clock.advanceMillis(1_500);
            Message denied = test.get("/");
            clock.advanceMillis(1_500);
            Message later = test.get("/");

            assertThat(denied.status()).isEqualTo(429);
            assertThat(denied.text()).isEqualTo("too many requests, try again in 2 s\n");
            assertThat(denied.header("retry-after")).isEqualTo("2");
            assertThat(denied.header("x-ratelimit-limit")).isEqualTo("2");
            assertThat(denied.header("x-ratelimit-remaining")).isEqualTo("0");
            assertThat(later.status()).isEqualTo(200);
            assertThat(test.log.take()).containsExactly("denied: address 127.0.0.1 is over 2 requests in 3s");
            assertThat(test.metric("rate_limit_allowed")).isEqualTo(3);
            assertThat(test.metric("rate_limit_denied")).isEqualTo(1);
            assertThat(upstream.requestCount()).isEqualTo(3);
        }
    }

    @Test
    void clients_areToldApartByTheirKey_whichIsNotLogged() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = limiting(
                                upstream,
                                "{'limit': 1, 'window_seconds': 3600, 'key_header': 'x-api-key',"
                                        + " 'headers': false}")
                        .start()) {
            List<Integer> statuses = new ArrayList<>();
            for (String key : new String[] {"k1", "k2", "k1", ""}) {
                Message answer = test.get("/", "x-api-key: " + key);
                statuses.add(answer.status());
                assertThat(answer.all("x-ratelimit-limit")).isEmpty();
            }

            assertThat(statuses).containsExactly(200, 200, 429, 200);
            assertThat(test.log.take())
                    .hasSize(1)
                    .first()
                    .asString()
                    .matches("denied: key [0-9a-f]{32} is over 1 requests in 1h0m0s");
        }
    }

    @Test
    void workersThatCountTogether_allowExactlyTheLimit() throws Exception {
        int threads = 4;
        ExecutorService clients = Executors.newFixedThreadPool(threads, work -> new Thread(work, "test-client"));
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = limiting(upstream, "{'limit': 50, 'window_seconds': 3600}")
                        .workers(2)
                        .start()) {
            List<Integer> statuses = new ArrayList<>();
            // A new count cannot be compared with, so the first request makes it alone.
            statuses.add(test.get("/").status());
            List<Callable<List<Integer>>> work = new ArrayList<>();
            for (int share : new int[] {25, 25, 25, 24}) {
                work.add(() -> statuses(test, share));
            }
            for (Future<List<Integer>> done : clients.invokeAll(work)) {
                statuses.addAll(done.get());
            }

            assertThat(statuses).filteredOn(status -> status == 200).hasSize(50);
            assertThat(statuses).filteredOn(status -> status == 429).hasSize(50);
            assertThat(test.metric("rate_limit_allowed")).isEqualTo(50);
            assertThat(test.metric("rate_limit_denied")).isEqualTo(50);
        } finally {
            clients.shutdownNow();
        }
    }

    /** Two connections in turn, so that both workers serve each client. */
    private static List<Integer> statuses(EndToEnd test, int count) throws Exception {
        List<Integer> statuses = new ArrayList<>();
        try (Wire one = test.connect();
                Wire other = test.connect()) {
            for (int i = 0; i < count; i++) {
                Wire client = i % 2 == 0 ? one : other;
                statuses.add(client.send(EndToEnd.head("GET", "/")).message().status());
            }
        }
        return statuses;
    }

    private static EndToEnd.Builder limiting(ScriptedServer upstream, String configuration) {
        return EndToEnd.before(upstream).plugin(SamplePlugin.RATE_LIMIT.spec(configuration));
    }
}
