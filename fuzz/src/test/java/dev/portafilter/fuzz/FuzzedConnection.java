package dev.portafilter.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.portafilter.test.InMemoryConnection;
import dev.portafilter.test.ScriptedGrpcCalls.Call;
import java.util.List;

/** A TCP connection whose two peers do what the data says: send, end, break. */
final class FuzzedConnection {
    private static final int MOST_CHUNK_BYTES = 900;

    private final InMemoryConnection connection;
    private boolean clientEnded;
    private boolean upstreamEnded;

    FuzzedConnection(InMemoryConnection connection) {
        this.connection = connection.connect();
    }

    /** The next thing that one of the peers does. */
    void event(FuzzedDataProvider data) {
        if (connection.finished()) {
            return;
        }
        int kind = data.consumeInt(0, 9);
        if (kind == 0) {
            connection.clientReset();
        } else if (kind == 1 && connection.upstreamWanted()) {
            connection.upstreamReset("remote reset");
        } else if (kind < 6 && !clientEnded) {
            clientEnded = data.consumeInt(0, 3) == 0;
            connection.send(chunk(data, clientEnded), clientEnded);
        } else if (connection.upstreamWanted() && !upstreamEnded) {
            upstreamEnded = data.consumeInt(0, 3) == 0;
            connection.upstreamSends(chunk(data, upstreamEnded), upstreamEnded);
        }
    }

    /** The client breaks off, if it is still there; what left the host until then was well formed. */
    void finish() {
        if (!connection.finished()) {
            connection.clientReset();
        }
        if (!connection.finished()) {
            throw new AssertionError("a connection is open: " + connection.events());
        }
        if (!connection.faults().isEmpty()) {
            throw new AssertionError(connection.faults());
        }
    }

    /** A server does something about a gRPC call or stream of a plugin. */
    static void answer(FuzzedDataProvider data, List<Call> waiting) {
        Call call = waiting.get(data.consumeInt(0, waiting.size() - 1));
        switch (data.consumeInt(0, 7)) {
            case 0 -> call.head("x-init", "i");
            case 1 -> call.message(new byte[data.consumeInt(0, 50)]);
            case 2 -> call.data(data.consumeBytes(12));
            case 3 -> call.status(data.consumeInt(0, 20), "text");
            case 4 -> call.trailers(null);
            case 5 -> call.reset();
            case 6 -> call.timeOut();
            default -> call.answer("answer");
        }
    }

    private static byte[] chunk(FuzzedDataProvider data, boolean end) {
        return new byte[data.consumeInt(end ? 0 : 1, MOST_CHUNK_BYTES)];
    }
}
