package dev.portafilter.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/**
 * A bar that moves while something takes its time, on a terminal; elsewhere nothing.
 *
 * @param err where it is drawn
 * @param terminal whether that is a terminal
 * @param transfer how many bytes have passed, where that is known
 */
record Progress(PrintWriter err, boolean terminal, Transfer transfer) {
    Progress(PrintWriter err, boolean terminal) {
        this(err, terminal, new Transfer());
    }

    private static final int WIDTH = 20;
    private static final long QUIET_MILLIS = 500;
    private static final long STEP_MILLIS = 100;
    private static final int KILO = 1_000;

    /** Something that is waited for. */
    interface Work<T> {
        T run() throws IOException;
    }

    /** On standard error of a command. */
    static Progress of(CommandLine command) {
        return new Progress(command.getErr(), command.getColorScheme().ansi().enabled());
    }

    /** Does the work under a bar; short work gets none. */
    <T> T show(String what, Work<T> work) throws IOException {
        if (!terminal) {
            return work.run();
        }
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "portafilter-progress");
            thread.setDaemon(true);
            return thread;
        });
        long start = System.nanoTime();
        transfer.begin();
        boolean[] drawn = {false};
        try {
            ScheduledFuture<?> unused = clock.scheduleAtFixedRate(
                    () -> {
                        drawn[0] = true;
                        draw(what, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
                    },
                    QUIET_MILLIS,
                    STEP_MILLIS,
                    TimeUnit.MILLISECONDS);
            return work.run();
        } finally {
            stop(clock);
            if (drawn[0]) {
                err.print("\r\u001b[K");
                err.flush();
            }
        }
    }

    private static void stop(ScheduledExecutorService clock) {
        clock.shutdownNow();
        try {
            // The line is wiped after it was drawn for the last time.
            if (!clock.awaitTermination(STEP_MILLIS * 10, TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void draw(String what, long millis) {
        long total = transfer.total();
        String line = total > 0 ? line(what, transfer.bytes(), total) : line(what, millis);
        // The end of a line that is wider than the terminal is left out there, in place of a second line.
        err.print("\r\u001b[K\u001b[?7l" + line + "\u001b[?7h");
        err.flush();
    }

    /** The line after some time: a block that goes to and fro. */
    static String line(String what, long millis) {
        int position = (int) (millis / STEP_MILLIS % (2 * (WIDTH - 1)));
        int at = position < WIDTH ? position : 2 * (WIDTH - 1) - position;
        return what + " [" + " ".repeat(at) + "#" + " ".repeat(WIDTH - 1 - at) + "] " + millis / KILO + " s";
    }

    /** The line after some bytes: a bar. */
    static String line(String what, long bytes, long total) {
        long passed = Math.min(bytes, total);
        int filled = (int) (passed * WIDTH / total);
        return "[" + "#".repeat(filled) + " ".repeat(WIDTH - filled) + "] " + size(passed) + " of " + size(total) + "  "
                + what;
    }

    /** A size for people. */
    static String size(long bytes) {
        if (bytes < KILO) {
            return bytes + " bytes";
        }
        double kilobytes = bytes / (double) KILO;
        return kilobytes < KILO
                ? String.format(Locale.ROOT, "%.1f kB", kilobytes)
                : String.format(Locale.ROOT, "%.1f MB", kilobytes / KILO);
    }
}
