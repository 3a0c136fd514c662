package dev.portafilter.test.recordings;

import dev.portafilter.test.InMemoryConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * One connection of a recording: a client that sends and receives by a script, and an upstream that echoes, ends its side
 * after {@code FIN} and breaks off after {@code RST}.
 */
final class TcpPlay {
    private static final String WAIT = "recv";

    private final InMemoryConnection connection;
    private final Iterator<Object> script;
    private final long timeoutMillis;
    private final List<String> client = new ArrayList<>();
    private final List<String> upstream = new ArrayList<>();
    private int clientRead;
    private int upstreamRead;
    private boolean upstreamGone;
    private boolean clientGone;
    private long resumeMillis;
    private long waitsSinceMillis = -1;

    TcpPlay(InMemoryConnection connection, List<Object> script, long timeoutMillis) {
        this.connection = connection;
        this.script = script.iterator();
        this.timeoutMillis = timeoutMillis;
        ProxyProperties.tell(connection);
        connection.connect();
    }

    /** Whether the client has come to the end of its script. */
    boolean over() {
        return clientGone;
    }

    /** What both sides saw. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        client.forEach(line -> lines.add("client: " + line));
        upstream.forEach(line -> lines.add("upstream: " + line));
        return lines;
    }

    /** Goes on as far as both sides can at this time. */
    void react(long now) {
        serve();
        while (!clientGone && now >= resumeMillis && step(now)) {
            serve();
        }
    }

    /** One thing that the client does; false when it has to wait. */
    private boolean step(long now) {
        if (waitsSinceMillis >= 0) {
            return received(now);
        }
        if (!script.hasNext()) {
            leave();
            return true;
        }
        Object next = script.next();
        if (next instanceof Number seconds) {
            resumeMillis = now + Math.round(seconds.doubleValue() * 1000);
        } else if (next.equals(WAIT)) {
            waitsSinceMillis = now;
        } else if (next.equals("fin")) {
            connection.end();
        } else if (next.equals("rst")) {
            clientGone = true;
            connection.clientReset();
        } else if (!closed()) {
            connection.send((String) next);
        }
        return true;
    }

    private boolean received(long now) {
        String text = connection.clientText();
        String line = null;
        if (connection.resetDetails() != null) {
            line = "ConnectionResetError";
        } else if (text.length() > clientRead) {
            line = "recv " + text.substring(clientRead);
            clientRead = text.length();
        } else if (connection.clientEnded() || closed()) {
            line = "eof";
        } else if (now - waitsSinceMillis >= timeoutMillis) {
            line = "no data";
        }
        if (line == null) {
            return false;
        }
        client.add(line);
        waitsSinceMillis = -1;
        return true;
    }

    private boolean closed() {
        return connection.closeDetails() != null;
    }

    /** A client that closes with unread bytes resets. */
    private void leave() {
        clientGone = true;
        if (connection.finished() || connection.upstreamEnded()) {
            return;
        }
        if (connection.clientText().length() > clientRead) {
            connection.clientReset();
        } else {
            connection.end();
        }
    }

    private void serve() {
        if (connection.upstreamWanted() && upstream.isEmpty()) {
            upstream.add("accept");
        }
        while (!upstreamGone && serveOnce()) {
            // Each answer may bring the next question.
        }
    }

    private boolean serveOnce() {
        String text = connection.upstreamText();
        if (text.length() > upstreamRead) {
            String part = text.substring(upstreamRead);
            upstreamRead = text.length();
            upstream.add("recv " + part);
            if (part.contains("RST")) {
                upstreamGone = true;
                connection.upstreamReset("connection termination");
            } else {
                boolean last = connection.upstreamEnded() || part.contains("FIN");
                connection.upstreamSends(("echo:" + part).getBytes(StandardCharsets.ISO_8859_1), last);
            }
            return true;
        }
        if (connection.upstreamEnded() || closed() || connection.resetDetails() != null) {
            upstreamGone = true;
            if (!upstream.isEmpty()) {
                upstream.add(connection.resetDetails() != null ? "error ConnectionResetError" : "eof");
            }
            if (!connection.finished() && !connection.clientEnded()) {
                connection.upstreamEnds();
            }
            return true;
        }
        return false;
    }
}
