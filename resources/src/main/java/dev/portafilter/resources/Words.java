package dev.portafilter.resources;

import java.util.Collection;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How messages show what operators wrote. */
final class Words {
    private static final int SHOWN_CHARACTERS = 80;
    private static final int MESSAGE_CHARACTERS = 300;
    private static final Pattern PLAIN_KEY = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*");

    private static final Pattern LINE_BREAK = Pattern.compile("\\s*[\\r\\n]+\\s*");
    private static final Pattern TOKEN = Pattern.compile("token '[^']*'");
    private static final Pattern QUOTATION = Pattern.compile("'[^'<>]{24,}'|\"[^\"]{24,}\"");

    private Words() {}

    /** Text in quotes on one line, cut when it is long. */
    static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        int shown = Math.min(text.length(), SHOWN_CHARACTERS);
        for (int i = 0; i < shown; i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (Character.isISOControl(c) || Character.isSurrogate(c) || c == '\u2028' || c == '\u2029') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append(text.length() > shown ? "…\"" : "\"").toString();
    }

    /** A value as messages show it: text quoted, lists and mappings only named. */
    static String show(Node node) {
        if (node instanceof Node.Text text) {
            return quote(text.value());
        }
        if (node instanceof Node.Numeral numeral) {
            String source = numeral.source();
            return source.length() > SHOWN_CHARACTERS ? source.substring(0, SHOWN_CHARACTERS) + "…" : source;
        }
        return node instanceof Node.Truth truth ? String.valueOf(truth.value()) : node.kind();
    }

    /** What a YAML or JSON library says of a text, without longer quotations from it: they may be secret. */
    static String syntax(String message) {
        String cut = message.substring(0, Math.min(message.length(), MESSAGE_CHARACTERS));
        String line = LINE_BREAK.matcher(cut).replaceAll(" ").strip();
        return QUOTATION.matcher(TOKEN.matcher(line).replaceAll("token")).replaceAll("…");
    }

    /** The path of a member. */
    static String path(String parent, String name) {
        if (name.length() > SHOWN_CHARACTERS || !PLAIN_KEY.matcher(name).matches()) {
            return parent + "[" + quote(name) + "]";
        }
        return parent.isEmpty() ? name : parent + "." + name;
    }

    /** The known word that was probably meant; null when none is near. */
    static @Nullable String nearest(String word, Collection<String> known) {
        String folded = fold(word);
        String best = null;
        int bestDistance = Math.max(1, folded.length() / 3) + 1;
        if (folded.length() > SHOWN_CHARACTERS) {
            return null;
        }
        for (String candidate : known) {
            int distance = distance(folded, fold(candidate));
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return best;
    }

    private static String fold(String word) {
        return word.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
    }

    /** The number of characters to insert, remove or replace. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
