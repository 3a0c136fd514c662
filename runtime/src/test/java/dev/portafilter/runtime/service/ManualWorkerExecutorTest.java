package dev.portafilter.runtime.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManualWorkerExecutorTest {
    private final ManualWorkerExecutor worker = new ManualWorkerExecutor();
    private final List<String> seen = new ArrayList<>();
    private final long startNanos = worker.clock().monotonicNanos();

    @Test
    void tasks_waitUntilRun_inOrder() {
        worker.execute(() -> seen.add("a"));
        worker.execute(() -> seen.add("b"));
        assertThat(seen).isEmpty();
        assertThat(worker.taskCount()).isEqualTo(2);
        assertThat(worker.runNext()).isTrue();
        assertThat(seen).containsExactly("a");
        worker.execute(() -> worker.execute(() -> seen.add("c")));
        assertThat(worker.runAll()).isEqualTo(3);
        assertThat(seen).containsExactly("a", "b", "c");
        assertThat(worker.runNext()).isFalse();
    }

    @Test
    void advance_runsDueTimersInTheOrderOfTheirTimes_eachAtItsTime() {
        worker.schedule(30, () -> note("30"));
        worker.schedule(10, () -> note("10a"));
        worker.schedule(10, () -> note("10b"));
        worker.schedule(31, () -> note("31"));
        worker.advanceMillis(30);
        assertThat(seen).containsExactly("10a at 10", "10b at 10", "30 at 30");
        assertThat(worker.timerCount()).isEqualTo(1);
        worker.advanceMillis(1);
        assertThat(seen).last().isEqualTo("31 at 31");
        assertThat(worker.clock().wallNanos()).isEqualTo(FakeClock.START_WALL_NANOS + 31_000_000L);
    }

    @Test
    void advance_runsTasksAndTimersThatTimersSet() {
        worker.execute(() -> worker.schedule(10, this::tick));
        worker.advanceMillis(35);
        assertThat(seen)
                .containsExactly("tick at 10", "task at 10", "tick at 20", "task at 20", "tick at 30", "task at 30");
    }

    private void tick() {
        note("tick");
        worker.execute(() -> note("task"));
        worker.schedule(10, this::tick);
    }

    @Test
    void cancelledTimer_doesNotRun() {
        Cancellable timer = worker.schedule(10, () -> note("10"));
        timer.cancel();
        timer.cancel();
        assertThat(worker.timerCount()).isZero();
        worker.advanceMillis(10);
        assertThat(seen).isEmpty();
    }

    @Test
    void timer_cancelledByAnEarlierOne_doesNotRun() {
        Cancellable[] second = new Cancellable[1];
        worker.schedule(10, () -> second[0].cancel());
        second[0] = worker.schedule(10, () -> note("second"));
        worker.advanceMillis(10);
        assertThat(seen).isEmpty();
    }

    @Test
    void tasksWithoutEnd_failTheTest() {
        worker.execute(this::again);
        assertThatThrownBy(worker::runAll).isInstanceOf(AssertionError.class);
    }

    private void again() {
        worker.execute(this::again);
    }

    private void note(String what) {
        seen.add(what + " at " + (worker.clock().monotonicNanos() - startNanos) / 1_000_000L);
    }
}
