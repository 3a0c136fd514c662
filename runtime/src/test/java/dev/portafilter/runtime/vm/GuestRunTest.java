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
    void run_seenForItsLimit_isInterruptedAndTheFlagIsTakenBack() {
        run.begin();
        checkAtMillis(100);
        checkAtMillis(110);

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
        Thread.interrupted();
        checkAtMillis(111);

        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(run.end()).isTrue();
    }

    @Test
    void interrupts_racingWithTheEnd_neverLeak() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        Thread watchdog = new Thread(() -> {
            long now = 0;
            while (!stop.get()) {
                now += TimeUnit.MILLISECONDS.toNanos(10);
                run.check(now);
            }
        });
        watchdog.start();
        int expired = 0;
        for (int i = 0; i < 2_000; i++) {
            run.begin();
            expired += run.end() ? 1 : 0;
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
        stop.set(true);
        watchdog.join();

        assertThat(expired).isLessThan(2_000);
    }
}
