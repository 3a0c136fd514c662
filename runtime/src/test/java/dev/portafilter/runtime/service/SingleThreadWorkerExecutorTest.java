package dev.portafilter.runtime.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SingleThreadWorkerExecutorTest {
    private final SingleThreadWorkerExecutor worker = new SingleThreadWorkerExecutor("worker-1");
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        worker.close();
    }

    @Test
    void execute_runsTasksInOrderOnOneDaemonThread() throws Exception {
        for (int i = 0; i < 3; i++) {
            int number = i;
            worker.execute(() -> seen.add(number + " " + Thread.currentThread().getName() + " "
                    + Thread.currentThread().isDaemon()));
        }
        assertThat(next()).isEqualTo("0 worker-1 true");
        assertThat(next()).isEqualTo("1 worker-1 true");
        assertThat(next()).isEqualTo("2 worker-1 true");
    }

    @Test
    void execute_onTheWorker_runsLater() throws Exception {
        worker.execute(() -> {
            worker.execute(() -> seen.add("inner"));
            seen.add("outer");
        });
        assertThat(next()).isEqualTo("outer");
        assertThat(next()).isEqualTo("inner");
    }

    @Test
    void taskThatThrows_isNotTheLast() throws Exception {
        worker.execute(() -> {
            throw new IllegalStateException("of the test");
        });
        worker.execute(() -> seen.add("next"));
        assertThat(next()).isEqualTo("next");
    }

    @Test
    void schedule_runsTasksInTheOrderOfTheirTimes() throws Exception {
        worker.execute(() -> {
            // So far apart that no delay between these lines can turn them round.
            worker.schedule(600_000, () -> seen.add("late"));
            worker.schedule(1, () -> seen.add("soon"));
            seen.add("set");
        });
        assertThat(next()).isEqualTo("set");
        assertThat(next()).isEqualTo("soon");
        assertThat(seen).isEmpty();
    }

    @Test
    void cancel_stopsATimer() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        worker.execute(() -> {
            Cancellable timer = worker.schedule(1, () -> seen.add("cancelled"));
            timer.cancel();
            timer.cancel();
            worker.schedule(2, done::countDown);
        });
        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(seen).isEmpty();
    }

    @Test
    void schedule_below1_isRefused() {
        assertThatThrownBy(() -> worker.schedule(0, () -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("delayMillis: 0 (expected: at least 1)");
    }

    @Test
    void close_runsWaitingTasks_dropsTimers_endsTheThread() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
        worker.execute(() -> {
            threads.add(Thread.currentThread());
            awaitQuietly(hold);
        });
        worker.schedule(1_000_000, () -> seen.add("timer"));
        worker.execute(() -> seen.add("waiting"));
        Thread thread = threads.poll(10, TimeUnit.SECONDS);
        worker.close();
        worker.close();
        assertThatThrownBy(() -> worker.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        hold.countDown();
        assertThat(next()).isEqualTo("waiting");
        thread.join(10_000);
        assertThat(thread.isAlive()).isFalse();
        assertThat(seen).isEmpty();
    }

    private String next() throws InterruptedException {
        return seen.poll(10, TimeUnit.SECONDS);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
