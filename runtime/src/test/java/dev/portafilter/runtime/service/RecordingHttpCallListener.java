package dev.portafilter.runtime.service;

import dev.portafilter.abi.HeaderMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps every outcome it hears. */
final class RecordingHttpCallListener implements HttpCallListener {
    /**
     * One outcome.
     *
     * @param kind {@code answered}, {@code unreachable}, {@code timedOut} or {@code broken}
     */
    record Outcome(String kind, HeaderMap headers, byte[] body, HeaderMap trailers, String reason, Thread thread) {}

    private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();

    /** The next outcome, waited for. */
    Outcome next() throws InterruptedException {
        Outcome outcome = outcomes.poll(10, TimeUnit.SECONDS);
        if (outcome == null) {
            throw new AssertionError("no outcome within 10 seconds");
        }
        return outcome;
    }

    /** The number of outcomes heard and not taken. */
    int count() {
        return outcomes.size();
    }

    @Override
    public void answered(HeaderMap headers, byte[] body, HeaderMap trailers) {
        outcomes.add(new Outcome("answered", headers, body, trailers, "", Thread.currentThread()));
    }

    @Override
    public void unreachable(String reason) {
        outcomes.add(new Outcome("unreachable", null, null, null, reason, Thread.currentThread()));
    }

    @Override
    public void timedOut() {
        outcomes.add(new Outcome("timedOut", null, null, null, "", Thread.currentThread()));
    }

    @Override
    public void broken(String reason) {
        outcomes.add(new Outcome("broken", null, null, null, reason, Thread.currentThread()));
    }
}
