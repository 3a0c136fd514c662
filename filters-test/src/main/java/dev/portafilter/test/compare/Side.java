package dev.portafilter.test.compare;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** One of the two that are compared. */
interface Side extends AutoCloseable {
    /** What the report calls it. */
    String label();

    /** Where clients connect, on the loopback. */
    int port();

    /** Whether clients speak bytes and nothing else. */
    boolean tcp();

    /** What stands behind it. */
    Servers servers();

    /** What plugins have logged on the worker so far: {@code NAME LEVEL: message}. */
    List<String> log();

    /** The plugins' metrics as they are now: a counter's sum, a gauge's value. */
    Map<String, String> metrics() throws IOException;

    @Override
    void close() throws IOException;
}
