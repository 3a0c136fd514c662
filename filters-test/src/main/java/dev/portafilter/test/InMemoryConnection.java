package dev.portafilter.test;

import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import dev.portafilter.runtime.stream.TcpExchange;
import dev.portafilter.runtime.stream.TcpStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection without a network: the test plays the client and the upstream, and sees what leaves the host on both
 * sides. It also checks that what leaves is right: nothing to an upstream that is not connected, nothing behind the end
 * of a direction, nothing once the connection is over; see {@link #faults}.
 *
 * <p>After each event the tasks of the worker run, so what a plugin asked for has happened when the method returns. An
 * upstream that is wanted is connected then, unless the test {@link #connectsByHand connects it by hand}.
 */
public final class InMemoryConnection implements TcpExchange {
    /** What one side has received. */
    private static final class Received {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        boolean ended;
    }

    private final TestWorker worker;
    private final TcpStream stream;
    private final Received toUpstream = new Received();
    private final Received toClient = new Received();
    private final Map<String, byte[]> properties = new HashMap<>();
    private final List<String> events = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private @Nullable String closeDetails;
    private @Nullable String resetDetails;
    private boolean byHand;
    private boolean upstreamWanted;
    private boolean upstreamConnected;
    private boolean readsClient = true;
    private boolean readsUpstream = true;
    private @Nullable Consumer<String> reaction;
    private boolean forwarding;

    InMemoryConnection(TestWorker worker) {
        this.worker = worker;
        this.stream = worker.worker().openTcpStream(this);
    }

    /** Leaves it to the test to connect the upstream, or not. */
    public InMemoryConnection connectsByHand() {
        byHand = true;
        return this;
    }

    /** Sets a property that only a gateway knows; the path's segments are joined by dots. */
    public InMemoryConnection property(String path, byte[] value) {
        properties.put(path, value.clone());
        return this;
    }

    /**
     * Lets the test react inside of what leaves the host, as a gateway does whose peer answers or breaks off at once.
     *
     * @param reaction takes each of the {@link #events} about bytes or an end
     */
    public InMemoryConnection whenForwarded(Consumer<String> reaction) {
        this.reaction = reaction;
        return this;
    }

    // What the client does.

    /** The client connects. */
    public InMemoryConnection connect() {
        stream.newConnection();
        return ran();
    }

    /** The client sends text, ISO-8859-1. */
    public InMemoryConnection send(String text) {
        return send(text.getBytes(StandardCharsets.ISO_8859_1), false);
    }

    /** The client sends bytes, perhaps its last ones. */
    public InMemoryConnection send(byte[] data, boolean end) {
        stream.downstreamData(data, end);
        return ran();
    }

    /** The client half-closes its connection: it sends nothing more. */
    public InMemoryConnection end() {
        return send(new byte[0], true);
    }

    /** The client's connection breaks. */
    public InMemoryConnection clientReset() {
        stream.downstreamReset();
        return ran();
    }

    // What the upstream does.

    /** The upstream accepts the connection; only when that is done {@link #connectsByHand by hand}. */
    public InMemoryConnection upstreamConnects() {
        upstreamConnected = true;
        stream.upstreamConnected();
        return ran();
    }

    /** The upstream sends text, ISO-8859-1. */
    public InMemoryConnection upstreamSends(String text) {
        return upstreamSends(text.getBytes(StandardCharsets.ISO_8859_1), false);
    }

    /** The upstream sends bytes, perhaps its last ones. */
    public InMemoryConnection upstreamSends(byte[] data, boolean end) {
        stream.upstreamData(data, end);
        return ran();
    }

    /** The upstream half-closes its connection: it sends nothing more. */
    public InMemoryConnection upstreamEnds() {
        return upstreamSends(new byte[0], true);
    }

    /** The upstream cannot be reached, or its connection breaks. */
    public InMemoryConnection upstreamReset(String reason) {
        stream.upstreamReset(reason);
        return ran();
    }

    private InMemoryConnection ran() {
        if (!forwarding) {
            worker.runAll();
            settle();
        }
        return this;
    }

    /** Connects the upstream once a plugin has let the connection pass, at whatever moment. */
    void settle() {
        if (upstreamWanted && !upstreamConnected && !byHand && !over()) {
            upstreamConnects();
        }
    }

    // What can be seen.

    /** What the upstream has received, as ISO-8859-1 text. */
    public String upstreamText() {
        return toUpstream.bytes.toString(StandardCharsets.ISO_8859_1);
    }

    /** What the client has received, as ISO-8859-1 text. */
    public String clientText() {
        return toClient.bytes.toString(StandardCharsets.ISO_8859_1);
    }

    /** Whether the upstream has seen the end of the client's bytes. */
    public boolean upstreamEnded() {
        return toUpstream.ended;
    }

    /** Whether the client has seen the end of the upstream's bytes. */
    public boolean clientEnded() {
        return toClient.ended;
    }

    /** Whether the host asked for a connection to the upstream. */
    public boolean upstreamWanted() {
        return upstreamWanted;
    }

    /** Why the host closed both connections; null when it did not. */
    public @Nullable String closeDetails() {
        return closeDetails;
    }

    /** Why the host broke both connections off; null when it did not. */
    public @Nullable String resetDetails() {
        return resetDetails;
    }

    /** Whether the host reads from the client. */
    public boolean readsClient() {
        return readsClient;
    }

    /** Whether the host reads from the upstream. */
    public boolean readsUpstream() {
        return readsUpstream;
    }

    /** The stream. */
    public TcpStream stream() {
        return stream;
    }

    /** Whether the stream is over. */
    public boolean finished() {
        return stream.finished();
    }

    /** All that left the host, in words and in order, such as {@code upstream 5 bytes end}. */
    public List<String> events() {
        return List.copyOf(events);
    }

    /** What was wrong with that; empty when it was right. */
    public List<String> faults() {
        return List.copyOf(faults);
    }

    @Override
    public void connectUpstream() {
        events.add("connects upstream");
        if (upstreamWanted || over()) {
            faults.add("connects upstream: it is too late, or the second time");
        }
        upstreamWanted = true;
    }

    @Override
    public void forwardDownstreamData(byte[] data, boolean endOfStream) {
        if (!upstreamConnected) {
            faults.add("upstream " + data.length + " bytes: it is not connected");
        }
        forward("upstream", toUpstream, data, endOfStream);
    }

    @Override
    public void forwardUpstreamData(byte[] data, boolean endOfStream) {
        forward("client", toClient, data, endOfStream);
    }

    private void forward(String side, Received received, byte[] data, boolean end) {
        String event = side + (data.length == 0 ? "" : " " + data.length + " bytes") + (end ? " end" : "");
        events.add(event);
        if (received.ended || over()) {
            faults.add(event + ": the " + side + " side is over");
        }
        if (data.length == 0 && !end) {
            faults.add(event + ": no bytes, and no end");
        }
        received.bytes.writeBytes(data);
        received.ended |= end;
        if (reaction != null && !forwarding) {
            forwarding = true;
            try {
                reaction.accept(event);
            } finally {
                forwarding = false;
            }
        }
    }

    @Override
    public void readDownstream(boolean wanted) {
        events.add(wanted ? "reads from the client" : "stops reading from the client");
        readsClient = wanted;
    }

    @Override
    public void readUpstream(boolean wanted) {
        events.add(wanted ? "reads from the upstream" : "stops reading from the upstream");
        readsUpstream = wanted;
    }

    @Override
    public void close(String details) {
        over("close " + details);
        closeDetails = details;
    }

    @Override
    public void reset(String details) {
        over("reset " + details);
        resetDetails = details;
    }

    private void over(String event) {
        events.add(event);
        if (over()) {
            faults.add(event + ": the connection is over already");
        }
    }

    private boolean over() {
        return closeDetails != null || resetDetails != null;
    }

    @Override
    public Status property(PropertyPath path, ResultBytes value) {
        byte[] known = properties.get(path.toString());
        if (known == null) {
            return Status.NOT_FOUND;
        }
        value.set(known);
        return Status.OK;
    }
}
