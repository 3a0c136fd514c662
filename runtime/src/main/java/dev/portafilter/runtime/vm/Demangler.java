package dev.portafilter.runtime.vm;

import org.jspecify.annotations.Nullable;

/**
 * Turns the names that compilers give to functions into the ones that people wrote: Rust's two schemes and that of C++.
 * Parameters of functions are left out; for finding a place in a stack the name is enough.
 */
final class Demangler {
    private Demangler() {}

    /** The readable name, or the name itself when it is none of a known kind. */
    static String demangle(String name) {
        String readable = name.startsWith("_R") ? RustNames.demangle(name) : null;
        if (readable == null && name.startsWith("_ZN")) {
            readable = legacyRust(name);
        }
        if (readable == null && name.startsWith("_Z")) {
            readable = CppNames.demangle(name);
        }
        return readable == null ? name : readable;
    }

    /** Rust's older scheme: C++ nested names, the last one a hash: {@code _ZN4core3fmt5Write17h0123456789abcdefE}. */
    private static @Nullable String legacyRust(String name) {
        StringBuilder out = new StringBuilder();
        int position = 3;
        String last = null;
        while (position < name.length() && name.charAt(position) != 'E') {
            int digits = position;
            while (digits < name.length() && Character.isDigit(name.charAt(digits))) {
                digits++;
            }
            if (digits == position || digits - position > 4) {
                return null;
            }
            int end = digits + Integer.parseInt(name, position, digits, 10);
            if (end > name.length()) {
                return null;
            }
            if (last != null) {
                out.append(out.length() == 0 ? "" : "::").append(unescaped(last));
            }
            last = name.substring(digits, end);
            position = end;
        }
        boolean rust = position < name.length() && last != null && last.matches("h[0-9a-f]{16}");
        return rust ? out.toString() : null;
    }

    private static String unescaped(String identifier) {
        StringBuilder out = new StringBuilder();
        int position = identifier.startsWith("_$") ? 1 : 0;
        while (position < identifier.length()) {
            char c = identifier.charAt(position);
            int end = c == '$' ? identifier.indexOf('$', position + 1) : -1;
            String escaped = end < 0 ? null : escaped(identifier.substring(position + 1, end));
            if (escaped != null) {
                out.append(escaped);
                position = end + 1;
            } else if (identifier.startsWith("..", position)) {
                out.append("::");
                position += 2;
            } else {
                out.append(c);
                position++;
            }
        }
        return out.toString();
    }

    private static @Nullable String escaped(String code) {
        switch (code) {
            case "LT":
                return "<";
            case "GT":
                return ">";
            case "RF":
                return "&";
            case "BP":
                return "*";
            case "LP":
                return "(";
            case "RP":
                return ")";
            case "C":
                return ",";
            case "SP":
                return "@";
            default:
                return code.matches("u[0-9a-f]{1,5}")
                        ? Character.toString(Integer.parseInt(code, 1, code.length(), 16))
                        : null;
        }
    }
}
