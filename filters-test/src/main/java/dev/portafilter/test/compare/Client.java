package dev.portafilter.test.compare;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Plays the client of an exchange on a connection of its own. */
final class Client {
    private static final int PATIENCE_MILLIS = 5_000;
    private static final int QUIET_MILLIS = 500;

    private Client() {}

    /** What the client saw; the response is read in the end unless a step has, or the client has gone. */
    static List<String> play(int port, Exchange exchange) throws IOException {
        List<String> seen = new ArrayList<>();
        try (Wire wire = new Wire(new Socket(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS)) {
            boolean read = false;
            boolean open = true;
            for (Step step : exchange.client()) {
                if (step instanceof Step.Send send) {
                    open = open && send(wire, send.bytes());
                } else if (step instanceof Step.Pause pause) {
                    Patience.pause(pause.millis());
                } else if (step instanceof Step.Response response) {
                    wire.response(response.bodiless(), seen);
                    read = true;
                } else if (step instanceof Step.Head) {
                    head(wire, seen);
                    read = true;
                } else if (step instanceof Step.HalfClose) {
                    wire.halfClose();
                } else if (step instanceof Step.AwaitEnd) {
                    seen.add(wire.awaitEnd() ? "(closed by the proxy)" : "(still open)");
                    return seen;
                } else if (step instanceof Step.Reset) {
                    wire.reset();
                    return seen;
                } else if (step instanceof Step.Close) {
                    return seen;
                }
            }
            if (!read) {
                wire.response(exchange.bodiless(), seen);
            }
        }
        return seen;
    }

    /** What a client saw that sends bytes, and takes what comes until the connection ends or nothing more is to be expected. */
    static List<String> playBytes(int port, Exchange exchange) throws IOException {
        try (TcpEnd end = new TcpEnd(new Socket(InetAddress.getLoopbackAddress(), port))) {
            end.play(exchange.client());
            boolean unused = Patience.until(QUIET_MILLIS, end::over);
            return end.seen();
        }
    }

    private static void head(Wire wire, List<String> seen) {
        try {
            Wire.Head head = wire.head();
            if (head == null) {
                seen.add("(closed)");
            } else {
                head.write(seen);
            }
        } catch (IOException e) {
            seen.add("(broken off)");
        }
    }

    /** Sends; that an early answer has closed the connection meanwhile is seen when the answer is read. */
    private static boolean send(Wire wire, byte[] bytes) {
        try {
            wire.send(bytes);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
