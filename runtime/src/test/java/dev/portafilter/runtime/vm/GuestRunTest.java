package dev.portafilter.runtime.vm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The word that the guest's thread and the watchdog share, with a clock made of numbers. */
class GuestRunTest {
    private final GuestRun run = new GuestRun();

    GuestRunTest() {
        run.limitMillis(10);
    }

    @AfterEach
    void clear() {
        Thread.interrupted();
    }

    private void checkAtMillis(long millis) {
        run.check(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    @Test
    void run_seenForLessThanItsLimit_goesOn() {
        run.begin();
        checkAtMillis(100);
        checkAtMillis(109);

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(run.end()).isFalse();
    }

    @Test
    void run_seenForItsLimit_isInterruptedAtTheNextLookAndTheFlagIsTakenBack() {
        run.begin();
        checkAtMillis(100);
        checkAtMillis(110);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        checkAtMillis(111);

        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(run.end()).isTrue();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void runs_followingEachOther_areTimedOneByOne() {
        run.begin();
        checkAtMillis(100);
        run.end();
        run.begin();
        checkAtMillis(110);
        checkAtMillis(119);

        assertThat(run.end()).isFalse();
    }

    @Test
    void run_withoutLimit_goesOn() {
        run.limitMillis(0);
        run.begin();
        checkAtMillis(0);
        checkAtMillis(1_000_000);

        assertThat(run.end()).isFalse();
    }

    @Test
    void run_endingBetweenTheLooks_isNotInterrupted() {
        run.begin();
        checkAtMillis(100);
        checkAtMillis(110);

        assertThat(run.end()).isFalse();
        checkAtMillis(111);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void run_followingOneThatWasToBeStopped_hasItsOwnTime() {
        run.begin();
        checkAtMillis(100);
        checkAtMillis(110);
        run.end();
        run.begin();
        checkAtMillis(111);
        checkAtMillis(120);

        assertThat(run.end()).isFalse();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void run_ended_isNotInterrupted() {
        run.begin();
        checkAtMillis(100);
        run.end();
        checkAtMillis(200);

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void interrupt_swallowed_isRepeated() {
        run.begin();
        checkAtMillis(100);
        checkAtMillis(110);
        checkAtMillis(111);
        Thread.interrupted();
        checkAtMillis(112);

        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(run.end()).isTrue();
    }

    @Test
    void interrupts_racingWithTheEnd_neverLeak() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        run.limitMillis(1);
        Thread watchdog = new Thread(() -> {
            while (!stop.get()) {
                run.check(System.nanoTime());
                spinMicros(1_000);
            }
        });
        watchdog.start();
        int expired = 0;
        for (int i = 0; i < 200; i++) {
            run.begin();
            spinMicros(2_000 + 7 * i);
            expired += run.end() ? 1 : 0;
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
        stop.set(true);
        watchdog.join();

        assertThat(expired).isBetween(1, 200);
    }

    private static void spinMicros(long micros) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < TimeUnit.MICROSECONDS.toNanos(micros)) {
            Thread.onSpinWait();
        }
    }
}
