package dev.portafilter.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a registry wants to be asked, from {@code WWW-Authenticate}.
 *
 * @param scheme {@code basic}, {@code bearer} or another, lower case
 * @param parameters the parameters, names in lower case
 */
record Challenge(String scheme, Map<String, String> parameters) {
    /** The first that is basic or bearer; null when there is none. */
    static @Nullable Challenge choose(List<String> headers) {
        for (String header : headers) {
            for (Challenge challenge : parse(header)) {
                if (challenge.scheme.equals("basic") || challenge.scheme.equals("bearer")) {
                    return challenge;
                }
            }
        }
        return null;
    }

    String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }

    /** All challenges of one header, in order. */
    static List<Challenge> parse(String header) {
        List<Challenge> challenges = new ArrayList<>();
        Scanner scanner = new Scanner(header);
        Map<String, String> parameters = Map.of();
        while (scanner.skipSeparators()) {
            String word = scanner.token();
            if (word.isEmpty()) {
                return challenges;
            }
            if (scanner.skipEquals()) {
                // A parameter before any scheme belongs to nothing.
                String value = scanner.value();
                if (!challenges.isEmpty()) {
                    parameters.putIfAbsent(word.toLowerCase(Locale.ROOT), value);
                }
            } else {
                parameters = new LinkedHashMap<>();
                challenges.add(new Challenge(word.toLowerCase(Locale.ROOT), parameters));
            }
        }
        return challenges;
    }

    private static final class Scanner {
        private final String text;
        private int at;

        Scanner(String text) {
            this.text = text;
        }

        /** Whether something is left. */
        boolean skipSeparators() {
            while (at < text.length() && " \t,".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            return at < text.length();
        }

        /** A word; with the {@code =} at the end that base64 of other schemes may have. */
        String token() {
            int start = at;
            while (at < text.length() && " \t,=\"".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(start, at);
        }

        boolean skipEquals() {
            int mark = at;
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
                at++;
            }
            if (at < text.length() && text.charAt(at) == '=') {
                at++;
                return true;
            }
            at = mark;
            return false;
        }

        String value() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
                at++;
            }
            if (at == text.length() || text.charAt(at) != '"') {
                int start = at;
                while (at < text.length() && text.charAt(at) != ',' && text.charAt(at) != ' ') {
                    at++;
                }
                return text.substring(start, at);
            }
            StringBuilder value = new StringBuilder();
            for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                value.append(text.charAt(at));
            }
            at++;
            return value.toString();
        }
    }
}
