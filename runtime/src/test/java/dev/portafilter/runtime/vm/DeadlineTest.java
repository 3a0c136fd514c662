package dev.portafilter.runtime.vm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.Callback;
import dev.portafilter.runtime.vm.GuestFailure.Kind;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Vector 289, and who owns the interrupt flag. */
class DeadlineTest {
    private static final VmOptions SHORT = new VmOptions("trial", 16, 20, 10_000, Set.of());

    private final Trial trial = new Trial();

    @AfterEach
    void close() {
        Thread.interrupted();
        trial.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "false | (loop (br 0)) unreachable",
                "false | (loop (br_if 0 (i32.const 1))) unreachable",
                "false | (loop (br_table 0 0 (i32.const 1))) unreachable",
                "false | (call $f) (i32.const 0)",
                "false | (call $host) (i32.const 0)",
                "true | (loop (br 0)) unreachable",
                "true | (loop (br_if 0 (i32.const 1))) unreachable",
                "true | (loop (br_table 0 0 (i32.const 1))) unreachable",
            })
    void loop_ofAnyForm_isEnded(boolean interpreter, String body) throws Exception {
        try (Trial each = interpreter ? Trial.interpreted() : new Trial()) {
            Vm vm = each.start(
                    Wat.plugin(
                            Wat.proxy("done", 0),
                            "(func $f (loop (block (br_if 0 (i32.eqz (i32.const 1))) (br 1))))",
                            "(func $host (loop (drop (call $done)) (br 0)))",
                            Wat.onRequestHeaders(body)),
                    SHORT);

            GuestFailure failure = each.failure(vm);

            assertThat(failure.kind()).isEqualTo(Kind.DEADLINE);
            assertThat(failure).hasMessageContaining("proxy_on_request_headers(2): ran longer than its 20 ms");
            assertThat(failure.functions()).isNotEmpty();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
    }

    @Test
    void interruptSwallowedByTheHost_isRepeated() throws Exception {
        trial.host.onLog = () -> {
            while (!Thread.interrupted()) {
                Thread.onSpinWait();
            }
        };
        Vm vm = trial.start(
                Wat.plugin(
                        Wat.proxy("log", 3),
                        Wat.onRequestHeaders("(drop (call $log (i32.const 2) (i32.const 0) (i32.const 0)))"
                                + " (loop (br 0)) unreachable")),
                SHORT);

        assertThat(trial.failure(vm).kind()).isEqualTo(Kind.DEADLINE);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void interruptFromElsewhere_beforeTheCall_isKeptAndDoesNotEndTheGuest() throws Exception {
        Vm vm = trial.start(Wat.plugin(
                "(func $f (param i32) (result i32) (local.get 0))",
                Wat.onRequestHeaders("(local $i i32) (loop (br_if 0 (i32.lt_u (local.tee $i"
                        + " (i32.add (local.get $i) (i32.const 1))) (i32.const 100)))) (call $f (local.get 1))")));
        Thread.currentThread().interrupt();

        assertThat(trial.requestHeaders(vm)).isEqualTo(3);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    @Test
    void interruptFromElsewhere_duringTheCall_endsTheGuestAndIsKept() throws Exception {
        Vm vm = trial.start(Wat.plugin(
                Wat.proxy("log", 3),
                Wat.onRequestHeaders(
                        "(drop (call $log (i32.const 2) (i32.const 0) (i32.const 0))) (loop (br 0)) unreachable")));
        CountDownLatch inGuest = new CountDownLatch(1);
        trial.host.onLog = inGuest::countDown;
        AtomicReference<GuestFailure> failure = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread worker = new Thread(() -> {
            failure.set(trial.failure(vm));
            flag.set(Thread.currentThread().isInterrupted());
        });
        worker.start();
        inGuest.await();

        worker.interrupt();
        worker.join();

        assertThat(failure.get().kind()).isEqualTo(Kind.HOST_ERROR);
        assertThat(failure.get()).hasMessageContaining("the thread was interrupted");
        assertThat(flag.get()).isTrue();
    }

    @Test
    void guest_whoseStartHasNoLimit_isStillEnded() throws Exception {
        byte[] code = Wat.plugin(Wat.onRequestHeaders("(loop (br 0)) unreachable"));
        for (int i = 0; i < 20; i++) {
            Vm vm = trial.start(code, new VmOptions("trial", 16, 5, 0, Set.of()));

            assertThat(trial.failure(vm).kind()).isEqualTo(Kind.DEADLINE);
        }
    }

    @Test
    void guests_several_areEndedOneByOne() throws Exception {
        byte[] code = Wat.plugin(Wat.onRequestHeaders("(if (local.get 2) (then (loop (br 0)))) (i32.const 7)"));
        Vm looping = trial.start(code, SHORT);
        Vm other = trial.start(code, SHORT);

        assertThat(trial.failure(looping).kind()).isEqualTo(Kind.DEADLINE);
        assertThat(other.call(Callback.ON_REQUEST_HEADERS, trial.stream, 2, 3, 0))
                .isEqualTo(7);
    }
}
