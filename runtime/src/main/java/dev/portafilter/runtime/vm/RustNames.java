package dev.portafilter.runtime.vm;

import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Rust's mangling scheme "v0". Source: Rust RFC 2603, section "Syntax of mangled names". */
final class RustNames {
    private static final Map<Character, String> BASIC_TYPES = Map.ofEntries(
            Map.entry('a', "i8"),
            Map.entry('b', "bool"),
            Map.entry('c', "char"),
            Map.entry('d', "f64"),
            Map.entry('e', "str"),
            Map.entry('f', "f32"),
            Map.entry('h', "u8"),
            Map.entry('i', "isize"),
            Map.entry('j', "usize"),
            Map.entry('l', "i32"),
            Map.entry('m', "u32"),
            Map.entry('n', "i128"),
            Map.entry('o', "u128"),
            Map.entry('p', "_"),
            Map.entry('s', "i16"),
            Map.entry('t', "u16"),
            Map.entry('u', "()"),
            Map.entry('v', "..."),
            Map.entry('x', "i64"),
            Map.entry('y', "u64"),
            Map.entry('z', "!"));
    // Back references can make a short name as long as one likes.
    private static final int MAX_LENGTH = 2000;
    private static final int MAX_DEPTH = 100;

    /** The name is no Rust name after all. */
    private static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Malformed() {
            super(null, null, false, false);
        }
    }

    private final String in;
    private int position = 2;
    private int depth;
    private int written;

    private RustNames(String name) {
        this.in = name;
    }

    /** The readable name of one that begins with {@code _R}, or null. */
    static @Nullable String demangle(String name) {
        try {
            return new RustNames(name).path(true);
        } catch (Malformed e) {
            return null;
        }
    }

    private char next() {
        if (position >= in.length()) {
            throw new Malformed();
        }
        return in.charAt(position++);
    }

    private boolean eat(char c) {
        boolean there = position < in.length() && in.charAt(position) == c;
        position += there ? 1 : 0;
        return there;
    }

    private String bounded(String text) {
        written += text.length();
        if (written > MAX_LENGTH * 10 || text.length() > MAX_LENGTH) {
            throw new Malformed();
        }
        return text;
    }

    private <T> T nested(Supplier<T> part) {
        if (++depth > MAX_DEPTH) {
            throw new Malformed();
        }
        T result = part.get();
        depth--;
        return result;
    }

    private String path(boolean value) {
        return nested(() -> bounded(pathUnchecked(value)));
    }

    private String pathUnchecked(boolean value) {
        char kind = next();
        switch (kind) {
            case 'C':
                disambiguator();
                return identifier();
            case 'M':
                disambiguator();
                path(false);
                return "<" + type() + ">";
            case 'X':
                disambiguator();
                path(false);
                return "<" + type() + " as " + path(false) + ">";
            case 'Y':
                return "<" + type() + " as " + path(false) + ">";
            case 'N':
                return nestedPath(next(), path(value));
            case 'I':
                return path(value) + (value ? "::<" : "<") + list(this::genericArgument) + ">";
            case 'B':
                return backReference(() -> path(value));
            default:
                throw new Malformed();
        }
    }

    private String nestedPath(char namespace, String parent) {
        long disambiguator = disambiguator();
        String name = identifier();
        if (Character.isUpperCase(namespace)) {
            String what = namespace == 'C' ? "closure" : namespace == 'S' ? "shim" : String.valueOf(namespace);
            return parent + "::{" + what + (name.isEmpty() ? "" : ":" + name) + "#" + disambiguator + "}";
        }
        return name.isEmpty() ? parent : parent + "::" + name;
    }

    private long disambiguator() {
        return eat('s') ? base62() + 1 : 0;
    }

    private long base62() {
        long value = 0;
        for (int i = 0; i < 12; i++) {
            char c = next();
            if (c == '_') {
                return i == 0 ? 0 : value + 1;
            }
            int digit = c >= '0' && c <= '9'
                    ? c - '0'
                    : c >= 'a' && c <= 'z' ? c - 'a' + 10 : c >= 'A' && c <= 'Z' ? c - 'A' + 36 : -1;
            if (digit < 0) {
                throw new Malformed();
            }
            value = value * 62 + digit;
        }
        throw new Malformed();
    }

    private String identifier() {
        boolean punycode = eat('u');
        int length = 0;
        int digits = 0;
        while (position < in.length() && Character.isDigit(in.charAt(position)) && digits++ < 5) {
            length = length * 10 + next() - '0';
            if (length == 0) {
                break;
            }
        }
        if (digits == 0) {
            throw new Malformed();
        }
        eat('_');
        if (length > in.length() - position) {
            throw new Malformed();
        }
        String name = in.substring(position, position + length);
        position += length;
        return punycode ? "punycode{" + name + "}" : name;
    }

    private String list(Supplier<String> item) {
        StringBuilder out = new StringBuilder();
        while (!eat('E')) {
            out.append(out.length() == 0 ? "" : ", ").append(item.get());
        }
        return out.toString();
    }

    private String genericArgument() {
        if (eat('L')) {
            base62();
            return "'_";
        }
        return eat('K') ? constant() : type();
    }

    private String type() {
        return nested(() -> bounded(typeUnchecked()));
    }

    private String typeUnchecked() {
        char kind = next();
        String basic = BASIC_TYPES.get(kind);
        if (basic != null) {
            return basic;
        }
        switch (kind) {
            case 'A':
                return "[" + type() + "; " + constant() + "]";
            case 'S':
                return "[" + type() + "]";
            case 'T':
                return "(" + list(this::type) + ")";
            case 'R':
                skipLifetime();
                return "&" + type();
            case 'Q':
                skipLifetime();
                return "&mut " + type();
            case 'P':
                return "*const " + type();
            case 'O':
                return "*mut " + type();
            case 'F':
                return functionType();
            case 'D':
                return dynamicType();
            case 'B':
                return backReference(this::type);
            default:
                position--;
                return path(false);
        }
    }

    private void skipLifetime() {
        if (eat('L')) {
            base62();
        }
    }

    private void skipBinder() {
        if (eat('G')) {
            base62();
        }
    }

    private String functionType() {
        skipBinder();
        String unsafe = eat('U') ? "unsafe " : "";
        String abi = "";
        if (eat('K')) {
            abi = "extern \"" + (eat('C') ? "C" : identifier().replace('_', '-')) + "\" ";
        }
        String parameters = list(this::type);
        String result = type();
        return unsafe + abi + "fn(" + parameters + ")" + (result.equals("()") ? "" : " -> " + result);
    }

    private String dynamicType() {
        skipBinder();
        StringBuilder out = new StringBuilder("dyn ");
        boolean first = true;
        while (!eat('E')) {
            out.append(first ? "" : " + ").append(path(false));
            first = false;
            while (eat('p')) {
                out.append('<')
                        .append(identifier())
                        .append(" = ")
                        .append(type())
                        .append('>');
            }
        }
        if (!eat('L')) {
            throw new Malformed();
        }
        base62();
        return out.toString();
    }

    private String constant() {
        if (eat('p')) {
            return "_";
        }
        if (eat('B')) {
            return backReference(this::constant);
        }
        char type = next();
        String sign = eat('n') ? "-" : "";
        int start = position;
        while (next() != '_') {
            if (position - start > 32) {
                throw new Malformed();
            }
        }
        String digits = in.substring(start, position - 1);
        if (!digits.matches("[0-9a-f]{0,15}")) {
            return sign + "0x" + digits;
        }
        long value = digits.isEmpty() ? 0 : Long.parseLong(digits, 16);
        return switch (type) {
            case 'b' -> value == 0 ? "false" : "true";
            case 'c' -> Character.isValidCodePoint((int) value) ? "'" + Character.toString((int) value) + "'" : digits;
            default -> sign + value;
        };
    }

    private String backReference(Supplier<String> part) {
        int start = position - 1;
        long target = base62() + 2;
        if (target >= start) {
            throw new Malformed();
        }
        int after = position;
        position = (int) target;
        String text = part.get();
        position = after;
        return text;
    }
}
