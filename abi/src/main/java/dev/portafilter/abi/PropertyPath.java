package dev.portafilter.abi;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The path of a property: segments that the guest joins by NUL bytes; one trailing NUL is ignored. Immutable.
 * Source: ABI reference, section 3.12.
 */
public final class PropertyPath {
    private final String text;
    private final List<String> segments;

    private PropertyPath(String text, List<String> segments) {
        this.text = text;
        this.segments = segments;
    }

    /** The path that these bytes spell; the bytes are copied. */
    public static PropertyPath parse(byte[] bytes, int offset, int length) {
        String text = new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
        List<String> segments = new ArrayList<>(4);
        int start = 0;
        while (start < text.length()) {
            int end = text.indexOf('\0', start);
            if (end < 0) {
                segments.add(text.substring(start));
                break;
            }
            segments.add(text.substring(start, end));
            start = end + 1;
        }
        return new PropertyPath(text, List.copyOf(segments));
    }

    /** The path of these segments. */
    public static PropertyPath of(String... segments) {
        return new PropertyPath(String.join("\0", segments), List.of(segments));
    }

    /** This path with another segment before it. */
    public PropertyPath under(String first) {
        List<String> longer = new ArrayList<>(segments.size() + 1);
        longer.add(first);
        longer.addAll(segments);
        return new PropertyPath(first + '\0' + text, List.copyOf(longer));
    }

    /** The number of segments; 0 for an empty path. A path that begins with NUL has an empty first segment. */
    public int size() {
        return segments.size();
    }

    /** Segment {@code index} (0 is the first), ISO-8859-1. */
    public String segment(int index) {
        return segments.get(index);
    }

    /** The path as the guest wrote it, NUL bytes included, ISO-8859-1. */
    public String text() {
        return text;
    }

    /** The path with dots between the segments, for people. */
    @Override
    public String toString() {
        return String.join(".", segments);
    }
}
