package dev.portafilter.resources;

import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a value as compact JSON: keys sorted at every level by code point, no spaces, integers exact, other numbers with
 * the fewest digits that read back as the same double, only the escapes that JSON demands. The same value always gives
 * the same text. Source: WasmPlugin reference, section 7.3.
 */
final class JsonText {
    private static final Comparator<String> BY_CODE_POINT = JsonText::compareCodePoints;
    /** From here on, and below {@link #LEAST_PLAIN}, numbers are written with an exponent, as JavaScript and Go do. */
    private static final double LEAST_WITH_EXPONENT = 1e21;

    private static final double LEAST_PLAIN = 1e-6;

    private final StringBuilder out = new StringBuilder();

    private JsonText() {}

    static String of(Node node) {
        JsonText text = new JsonText();
        text.value(node);
        return text.out.toString();
    }

    static byte[] bytes(Node node) {
        return of(node).getBytes(StandardCharsets.UTF_8);
    }

    private void value(Node node) {
        if (node instanceof Node.Text text) {
            string(text.value());
        } else if (node instanceof Node.Numeral numeral) {
            out.append(number(numeral.value()));
        } else if (node instanceof Node.Truth truth) {
            out.append(truth.value());
        } else if (node instanceof Node.Sequence sequence) {
            String separator = "[";
            for (Node item : sequence.items()) {
                out.append(separator);
                value(item);
                separator = ",";
            }
            out.append(sequence.items().isEmpty() ? "[]" : "]");
        } else if (node instanceof Node.Mapping mapping) {
            Map<String, Node.Member> sorted = new TreeMap<>(BY_CODE_POINT);
            sorted.putAll(mapping.members());
            String separator = "{";
            for (Map.Entry<String, Node.Member> member : sorted.entrySet()) {
                out.append(separator);
                string(member.getKey());
                out.append(':');
                value(member.getValue().value());
                separator = ",";
            }
            out.append(sorted.isEmpty() ? "{}" : "}");
        } else {
            out.append("null");
        }
    }

    /** The number as JSON; infinities and NaN, which JSON lacks, as null. */
    static String number(Number number) {
        if (!(number instanceof Double)) {
            return number.toString();
        }
        double value = number.doubleValue();
        if (!Double.isFinite(value)) {
            return "null";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        BigDecimal shortest = shortest(value);
        double size = Math.abs(value);
        if (size >= LEAST_PLAIN && size < LEAST_WITH_EXPONENT) {
            return shortest.toPlainString();
        }
        String digits = shortest.unscaledValue().abs().toString();
        int exponent = digits.length() - 1 - shortest.scale();
        return (value < 0 ? "-" : "")
                + digits.charAt(0)
                + (digits.length() > 1 ? "." + digits.substring(1) : "")
                + (exponent < 0 ? "e" : "e+")
                + exponent;
    }

    /** Before JDK 19, {@code Double.toString} has a digit too many for some numbers. */
    private static BigDecimal shortest(double value) {
        BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        while (shortest.precision() > 1) {
            BigDecimal shorter = shortest.round(new MathContext(shortest.precision() - 1));
            if (shorter.doubleValue() != value) {
                break;
            }
            shortest = shorter.stripTrailingZeros();
        }
        return shortest;
    }

    private void string(String value) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < ' ' || isLoneSurrogate(value, i)) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static boolean isLoneSurrogate(String value, int i) {
        char c = value.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == value.length() || !Character.isLowSurrogate(value.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(value.charAt(i - 1)));
    }

    private static int compareCodePoints(String a, String b) {
        int shared = Math.min(a.length(), b.length());
        for (int i = 0; i < shared; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                // A surrogate stands for a code point above every char.
                return Character.isSurrogate(x) == Character.isSurrogate(y)
                        ? Character.compare(x, y)
                        : Boolean.compare(Character.isSurrogate(x), Character.isSurrogate(y));
            }
        }
        return Integer.compare(a.length(), b.length());
    }
}
