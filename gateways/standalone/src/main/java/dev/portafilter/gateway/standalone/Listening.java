package dev.portafilter.gateway.standalone;

/**
 * The port that the worker loops share. When the system chooses it, the first loop that listens tells the others.
 * Thread-safe.
 */
final class Listening {
    private volatile int port;

    /** The port to ask for. */
    int port(int wanted) {
        return wanted == 0 ? port : wanted;
    }

    /** Says which port it has become. */
    void bound(int actual) {
        port = actual;
    }

    /** The port that is listened on; 0 before. */
    int actual() {
        return port;
    }
}
