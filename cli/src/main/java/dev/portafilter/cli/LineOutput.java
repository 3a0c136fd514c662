package dev.portafilter.cli;

import java.io.PrintStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes lines from a thread of its own, so that who logs never waits for a terminal or a pipe. Lines that come faster
 * than they can be written are dropped and counted. Thread-safe.
 */
final class LineOutput implements AutoCloseable {
    private static final int CAPACITY = 65_536;
    private static final long CLOSE_MILLIS = 2_000;

    private final PrintStream out;
    private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(CAPACITY);
    private final AtomicLong dropped = new AtomicLong();
    private final Thread writer = new Thread(this::write, "portafilter-log");
    private volatile boolean closing;

    LineOutput(PrintStream out) {
        this.out = out;
        writer.setDaemon(true);
        writer.start();
    }

    void line(String line) {
        if (!lines.offer(line)) {
            dropped.incrementAndGet();
        }
    }

    /** Writes what waits, within two seconds, and ends the thread. */
    @Override
    public void close() {
        closing = true;
        try {
            writer.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() {
        try {
            while (true) {
                String line = lines.poll(50, TimeUnit.MILLISECONDS);
                if (line == null) {
                    out.flush();
                    if (closing) {
                        return;
                    }
                    continue;
                }
                long lost = dropped.getAndSet(0);
                if (lost > 0) {
                    out.println(lost + " log lines dropped (expected: slower logging, or a faster reader)");
                }
                out.println(line);
                if (lines.isEmpty()) {
                    out.flush();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
