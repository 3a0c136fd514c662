package dev.portafilter.resources;

import java.math.BigInteger;
import java.util.Set;
import java.util.regex.Pattern;

/** What an unquoted word means under the core schema of YAML 1.2. Source: YAML 1.2.2, section 10.3.2. */
final class CoreScalars {
    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
    private static final Set<String> TRUES = Set.of("true", "True", "TRUE");
    private static final Set<String> FALSES = Set.of("false", "False", "FALSE");
    private static final Set<String> YAML_1_1_TRUES = Set.of("yes", "Yes", "YES", "on", "On", "ON");
    private static final Set<String> YAML_1_1_FALSES = Set.of("no", "No", "NO", "off", "Off", "OFF");
    private static final Set<String> NANS = Set.of(".nan", ".NaN", ".NAN");
    private static final Pattern INFINITY = Pattern.compile("[-+]?\\.(inf|Inf|INF)");
    private static final Pattern DECIMAL = Pattern.compile("[-+]?[0-9]+");
    private static final Pattern OCTAL = Pattern.compile("0o[0-7]+");
    private static final Pattern HEXADECIMAL = Pattern.compile("0x[0-9a-fA-F]+");
    private static final Pattern REAL = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");

    private CoreScalars() {}

    /**
     * Resolves a word.
     *
     * @param word not quoted
     * @throws ArithmeticException when it is a number of more than {@link ReadLimits#NUMBER_DIGITS} characters
     */
    static Node resolve(String word, SourcePosition position) {
        if (NULLS.contains(word)) {
            return new Node.Nothing(position);
        }
        if (TRUES.contains(word) || FALSES.contains(word)) {
            return new Node.Truth(TRUES.contains(word), position);
        }
        char first = word.charAt(0);
        if (!(first >= '0' && first <= '9') && first != '-' && first != '+' && first != '.') {
            return new Node.Text(word, true, position);
        }
        if (NANS.contains(word)) {
            return new Node.Numeral(Double.NaN, word, position);
        }
        if (INFINITY.matcher(word).matches()) {
            double value = first == '-' ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            return new Node.Numeral(value, word, position);
        }
        return number(word, position);
    }

    private static Node number(String word, SourcePosition position) {
        Number value;
        if (word.length() > ReadLimits.NUMBER_DIGITS) {
            // The patterns take no backtracking that could hurt, the conversions do.
            if (REAL.matcher(word).matches() || HEXADECIMAL.matcher(word).matches()) {
                throw new ArithmeticException("a number of " + word.length() + " characters");
            }
            return new Node.Text(word, true, position);
        }
        if (DECIMAL.matcher(word).matches()) {
            value = new BigInteger(word);
        } else if (OCTAL.matcher(word).matches()) {
            value = new BigInteger(word.substring(2), 8);
        } else if (HEXADECIMAL.matcher(word).matches()) {
            value = new BigInteger(word.substring(2), 16);
        } else if (REAL.matcher(word).matches()) {
            value = Double.valueOf(word);
        } else {
            return new Node.Text(word, true, position);
        }
        return new Node.Numeral(value, word, position);
    }

    /** Whether an unquoted word is a boolean under YAML 1.1, which Kubernetes tools read, and text under YAML 1.2. */
    static boolean isOldBoolean(String word) {
        return YAML_1_1_TRUES.contains(word) || YAML_1_1_FALSES.contains(word);
    }

    /** What {@link #isOldBoolean} words mean under YAML 1.1. */
    static boolean oldBoolean(String word) {
        return YAML_1_1_TRUES.contains(word);
    }

    /** Whether an unquoted number is octal under YAML 1.1 and decimal under YAML 1.2. */
    static boolean isOldOctal(String word) {
        return word.length() > 1
                && word.charAt(0) == '0'
                && DECIMAL.matcher(word).matches();
    }
}
