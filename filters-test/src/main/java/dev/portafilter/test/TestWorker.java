package dev.portafilter.test;

import dev.portafilter.runtime.stream.Worker;
import java.util.ArrayList;
import java.util.List;

/** A worker of a {@link TestHost}: a thread driven by hand, with VMs of its own. */
public final class TestWorker {
    private final ManualWorkerExecutor executor;
    private final Worker worker;
    private final List<InMemoryExchange> exchanges = new ArrayList<>();
    private final List<InMemoryConnection> connections = new ArrayList<>();

    TestWorker(ManualWorkerExecutor executor, Worker worker) {
        this.executor = executor;
        this.worker = worker;
        executor.runAll();
    }

    /** Opens a stream for a new request. */
    public InMemoryExchange open() {
        InMemoryExchange exchange = new InMemoryExchange(this);
        exchanges.add(exchange);
        return exchange;
    }

    /** Opens a stream for a new TCP connection, which begins with {@link InMemoryConnection#connect}. */
    public InMemoryConnection openConnection() {
        InMemoryConnection connection = new InMemoryConnection(this);
        connections.add(connection);
        return connection;
    }

    /** Runs what waits to be run on this worker, and lets upstreams that are wanted be connected; gives what was run. */
    public int runAll() {
        int count = executor.runAll();
        for (InMemoryConnection connection : List.copyOf(connections)) {
            connection.settle();
        }
        return count;
    }

    /** The thread. */
    public ManualWorkerExecutor executor() {
        return executor;
    }

    /** The worker. */
    public Worker worker() {
        return worker;
    }

    /** Every exchange that was opened and not yet found right by {@link TestHost#verify}, in order. */
    public List<InMemoryExchange> exchanges() {
        return List.copyOf(exchanges);
    }

    /** Adds what is wrong here; see {@link TestHost#verify}. */
    void verify(int rootCount, boolean exactly, List<String> faults) {
        exchanges.forEach(exchange -> faults.addAll(exchange.faults()));
        exchanges.removeIf(InMemoryExchange::finished);
        connections.forEach(connection -> faults.addAll(connection.faults()));
        connections.removeIf(InMemoryConnection::finished);
        if (worker.streamCount() > 0) {
            faults.add(worker.streamCount() + " streams are open (expected: none)");
        }
        int contexts = worker.contextCount();
        if (contexts > rootCount || exactly && contexts < rootCount) {
            faults.add(contexts + " contexts are alive (expected: the " + rootCount + " of the plugins)");
        }
        if (!worker.idle()) {
            faults.add("something that a guest asked for has not been done");
        }
        if (executor.taskCount() > 0) {
            faults.add(executor.taskCount() + " tasks wait (expected: none)");
        }
    }

    /** Adds what is left of a worker that should be gone. */
    void verifyEnded(List<String> faults) {
        if (executor.timerCount() > 0) {
            faults.add(executor.timerCount() + " timers wait (expected: none)");
        }
        if (worker.memoryBytes() > 0) {
            faults.add(worker.memoryBytes() + " bytes of guests are left (expected: none)");
        }
        if (!worker.ended().toCompletableFuture().isDone()) {
            faults.add("the worker has not ended");
        }
    }
}
