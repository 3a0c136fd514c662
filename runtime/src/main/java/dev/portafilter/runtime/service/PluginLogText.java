package dev.portafilter.runtime.service;

/** The text of a plugin's log line, safe for terminals and line-based files. Source: ABI reference, section 6.4. */
public final class PluginLogText {
    private static final String HEX = "0123456789abcdef";

    private PluginLogText() {}

    /**
     * The message on one line. Line feed, carriage return and tab become {@code \n}, {@code \r} and {@code \t}; all other
     * control characters, Unicode line separators and marks that change the direction of text become a backslash, {@code u}
     * and four hex digits. A backslash stays as it is: the text is for reading, not for parsing back.
     *
     * @return the same string when there is nothing to replace
     */
    public static String escaped(String message) {
        for (int i = 0; i < message.length(); i++) {
            if (harmful(message.charAt(i))) {
                return escapedFrom(message, i);
            }
        }
        return message;
    }

    /** The line {@code plugin=NAMESPACE.NAME context=ID MESSAGE}, the message escaped. */
    public static String line(String plugin, int contextId, String message) {
        return "plugin=" + plugin + " context=" + Integer.toUnsignedString(contextId) + " " + escaped(message);
    }

    private static String escapedFrom(String message, int first) {
        StringBuilder text = new StringBuilder(message.length() + 16).append(message, 0, first);
        for (int i = first; i < message.length(); i++) {
            char c = message.charAt(i);
            if (!harmful(c)) {
                text.append(c);
                continue;
            }
            switch (c) {
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    text.append("\\u");
                    for (int shift = 12; shift >= 0; shift -= 4) {
                        text.append(HEX.charAt(c >> shift & 0xF));
                    }
                }
            }
        }
        return text.toString();
    }

    private static boolean harmful(char c) {
        return c < ' '
                || c >= 0x7F && c <= 0x9F
                || c >= 0x2028 && c <= 0x202E
                || c >= 0x2066 && c <= 0x2069
                || c == 0x200E
                || c == 0x200F
                || c == 0x061C;
    }
}
