package dev.portafilter.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HttpFetchTest {
    private static final String URL = "https://h/m.wasm";

    private final FakeTime time = new FakeTime();
    private final FakeHttp http = new FakeHttp();

    private byte[] get(ModuleOptions options) throws FetchException {
        http.file(URL, FixedVectors.TINY_MODULE);
        return new HttpFetch(http, options).get(URL, false, Deadline.after(options.fetchTimeout(), time));
    }

    private FetchException refused() {
        return catchThrowableOfType(FetchException.class, () -> get(ModuleOptions.DEFAULT));
    }

    @Test
    @DisplayName("T-089 a: three times 500, then 200: four requests")
    void serverThatRecovers_isAskedAgain() throws Exception {
        http.next(500, 503, 500);
        assertThat(get(ModuleOptions.DEFAULT)).isEqualTo(FixedVectors.TINY_MODULE);
        assertThat(http.requests).hasSize(4);
        assertThat(time.waits).containsExactly(500L, 750L, 1125L);
    }

    @Test
    @DisplayName("T-089 b: 500 forever: five requests")
    void serverThatNeverRecovers_isAskedFiveTimes() {
        http.next(500, 500, 500, 500, 500, 500);
        FetchException e = refused();
        assertThat(http.requests).hasSize(5);
        assertThat(e).hasMessage("fetch.http(500): https://h/m.wasm: answered with 500 (expected: 200)");
        assertThat(e.worthRetrying()).isTrue();
    }

    @Test
    @DisplayName("T-089 c-f: 501, 505, 511, 404: one request")
    void statusThatStays_isAskedOnce() {
        for (int status : new int[] {501, 505, 511, 404, 403, 204, 304}) {
            http.requests.clear();
            http.next(status);
            FetchException e = refused();
            assertThat(http.requests).hasSize(1);
            assertThat(e.code()).isEqualTo("fetch.http(" + status + ")");
            assertThat(e.worthRetrying()).isFalse();
        }
    }

    @Test
    @DisplayName("T-090: the deadline is already over: no request")
    void deadlineThatIsOver_asksNothing() {
        Deadline deadline = Deadline.after(Duration.ofMillis(10), time);
        time.pass(10);
        FetchException e = catchThrowableOfType(
                FetchException.class, () -> new HttpFetch(http, ModuleOptions.DEFAULT).get(URL, false, deadline));
        assertThat(e.code()).isEqualTo("fetch.timeout");
        assertThat(http.requests).isEmpty();
    }

    @Test
    void networkThatFails_isTriedAgain_untilTheDeadline() {
        http.next(0, 0, 0, 0, 0, 0, 0, 0, 0);
        FetchException e = catchThrowableOfType(
                FetchException.class,
                () -> get(ModuleOptions.DEFAULT.withMaxAttempts(100).withFetchTimeout(Duration.ofSeconds(2))));
        assertThat(e).hasMessage("fetch.network: https://h/m.wasm: connection reset");
        assertThat(time.waits).containsExactly(500L, 750L);
    }

    @Test
    void waits_growToAMinute_andNoFurther() {
        http.next(new int[40]);
        ModuleOptions patient = ModuleOptions.DEFAULT.withMaxAttempts(20).withFetchTimeout(Duration.ofHours(1));
        assertThatThrownBy(() -> get(patient)).isInstanceOf(FetchException.class);
        assertThat(time.waits).hasSize(19).endsWith(60_000L);
    }

    @Test
    void request_hasItsOwnTime_withinThatOfTheFetch() throws Exception {
        long[] left = new long[1];
        HttpTransport transport = (url, most, pinned, deadline) -> {
            left[0] = deadline.millisLeft(url);
            return new HttpTransport.Answer(200, new byte[0]);
        };
        HttpFetch fetch = new HttpFetch(transport, ModuleOptions.DEFAULT);
        fetch.get(URL, false, Deadline.after(Duration.ofSeconds(30), time));
        assertThat(left[0]).isEqualTo(15_000);
        fetch.get(URL, false, Deadline.after(Duration.ofSeconds(3), time));
        assertThat(left[0]).isEqualTo(3_000);
    }

    @Test
    void fileBesideAnother_hasItsSuffixBeforeTheQuery() {
        assertThat(HttpFetch.beside("https://h/m.wasm?a=b/c#d", ".sig")).isEqualTo("https://h/m.wasm.sig?a=b/c#d");
        assertThat(HttpFetch.beside("https://h/m.wasm", ".sig")).isEqualTo("https://h/m.wasm.sig");
    }
}
