package dev.portafilter.test.e2e;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * An HTTP/1.1 message as it stood on the wire.
 *
 * @param headers lines; names keep their case
 * @param whole whether the connection lasted until the end of the message
 */
record Message(String startLine, List<String> headers, byte[] body, List<String> trailers, boolean whole) {
    int status() {
        return Integer.parseInt(startLine.split(" ")[1]);
    }

    String path() {
        return startLine.split(" ")[1];
    }

    /** The body, a character for each byte. */
    String text() {
        return new String(body, StandardCharsets.ISO_8859_1);
    }

    /** The values of one name, in any case. */
    List<String> all(String name) {
        return headers.stream()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .toList();
    }

    /** The values of one name, with commas between them; empty when there is none. */
    String header(String name) {
        return String.join(", ", all(name));
    }

    @Override
    public String toString() {
        return startLine + " " + headers + (whole ? " " : " broken off after ") + body.length + " bytes";
    }
}
