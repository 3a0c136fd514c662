package dev.portafilter.resources;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** The text of a file: UTF-8, and printable as YAML and JSON want it. */
final class SourceText {
    private SourceText() {}

    /** The text without byte order mark; null after an error. */
    static @Nullable String decode(String file, byte[] bytes, Problems problems) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        boolean utf8 =
                !StandardCharsets.UTF_8.newDecoder().decode(in, out, true).isError();
        String text = out.flip().toString();
        if (!utf8) {
            boolean utf16 = bytes.length > 1 && (bytes[0] == (byte) 0xFE || bytes[0] == (byte) 0xFF);
            String message = utf16 ? "is UTF-16" : "is no UTF-8 from here on";
            problems.error("file.encoding", endOf(file, text), "", null, message, "UTF-8");
            return null;
        }
        int bad = indexOfUnprintable(text);
        if (bad >= 0) {
            String message = String.format("character U+%04X is not allowed", text.codePointAt(bad));
            SourcePosition position = endOf(file, text.substring(0, bad));
            problems.error("yaml.character", position, "", null, message, "printable text");
            return null;
        }
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static int indexOfUnprintable(String text) {
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (!StreamReader.isPrintable(c) && !(c == 0xFEFF && i == 0)) {
                return i;
            }
            i += Character.charCount(c);
        }
        return -1;
    }

    /** The place behind a text that begins a file. */
    private static SourcePosition endOf(String file, String text) {
        int lines = 1 + (int) text.chars().filter(c -> c == '\n').count();
        return new SourcePosition(file, lines, text.length() - text.lastIndexOf('\n'));
    }
}
