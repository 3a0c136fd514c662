package dev.portafilter.runtime.vm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names of C++ functions: namespaces, classes, templates, operators, lambdas. Parameters are not read, and what is rare
 * (expressions in template arguments, for one) is left mangled. Source: Itanium C++ ABI, section 5.1.
 */
final class CppNames {
    private static final Map<String, String> OPERATORS = Map.ofEntries(
            Map.entry("nw", "operator new"),
            Map.entry("na", "operator new[]"),
            Map.entry("dl", "operator delete"),
            Map.entry("da", "operator delete[]"),
            Map.entry("aw", "operator co_await"),
            Map.entry("ps", "operator+"),
            Map.entry("ng", "operator-"),
            Map.entry("ad", "operator&"),
            Map.entry("de", "operator*"),
            Map.entry("co", "operator~"),
            Map.entry("pl", "operator+"),
            Map.entry("mi", "operator-"),
            Map.entry("ml", "operator*"),
            Map.entry("dv", "operator/"),
            Map.entry("rm", "operator%"),
            Map.entry("an", "operator&"),
            Map.entry("or", "operator|"),
            Map.entry("eo", "operator^"),
            Map.entry("aS", "operator="),
            Map.entry("pL", "operator+="),
            Map.entry("mI", "operator-="),
            Map.entry("mL", "operator*="),
            Map.entry("dV", "operator/="),
            Map.entry("rM", "operator%="),
            Map.entry("aN", "operator&="),
            Map.entry("oR", "operator|="),
            Map.entry("eO", "operator^="),
            Map.entry("ls", "operator<<"),
            Map.entry("rs", "operator>>"),
            Map.entry("lS", "operator<<="),
            Map.entry("rS", "operator>>="),
            Map.entry("eq", "operator=="),
            Map.entry("ne", "operator!="),
            Map.entry("lt", "operator<"),
            Map.entry("gt", "operator>"),
            Map.entry("le", "operator<="),
            Map.entry("ge", "operator>="),
            Map.entry("ss", "operator<=>"),
            Map.entry("nt", "operator!"),
            Map.entry("aa", "operator&&"),
            Map.entry("oo", "operator||"),
            Map.entry("pp", "operator++"),
            Map.entry("mm", "operator--"),
            Map.entry("cm", "operator,"),
            Map.entry("pm", "operator->*"),
            Map.entry("pt", "operator->"),
            Map.entry("cl", "operator()"),
            Map.entry("ix", "operator[]"));
    private static final Map<Character, String> BUILTIN_TYPES = Map.ofEntries(
            Map.entry('v', "void"),
            Map.entry('w', "wchar_t"),
            Map.entry('b', "bool"),
            Map.entry('c', "char"),
            Map.entry('a', "signed char"),
            Map.entry('h', "unsigned char"),
            Map.entry('s', "short"),
            Map.entry('t', "unsigned short"),
            Map.entry('i', "int"),
            Map.entry('j', "unsigned int"),
            Map.entry('l', "long"),
            Map.entry('m', "unsigned long"),
            Map.entry('x', "long long"),
            Map.entry('y', "unsigned long long"),
            Map.entry('n', "__int128"),
            Map.entry('o', "unsigned __int128"),
            Map.entry('f', "float"),
            Map.entry('d', "double"),
            Map.entry('e', "long double"),
            Map.entry('g', "__float128"),
            Map.entry('z', "..."));
    private static final Map<Character, String> STANDARD = Map.of(
            't', "std",
            'a', "std::allocator",
            'b', "std::basic_string",
            's', "std::string",
            'i', "std::istream",
            'o', "std::ostream",
            'd', "std::iostream");
    // Substitutions can make a short name as long as one likes.
    private static final int MAX_LENGTH = 2000;
    private static final int MAX_DEPTH = 100;

    /** The name has a part that is not known here. */
    private static final class Unknown extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unknown() {
            super(null, null, false, false);
        }
    }

    private final String in;
    private int position = 2;
    private int depth;
    private final List<String> substitutions = new ArrayList<>();
    private List<String> templateArguments = List.of();

    private CppNames(String name) {
        this.in = name;
    }

    /** The readable name of one that begins with {@code _Z}, or null. */
    static @Nullable String demangle(String name) {
        try {
            return new CppNames(name).encoding();
        } catch (Unknown e) {
            return null;
        }
    }

    private char peek(int ahead) {
        return position + ahead < in.length() ? in.charAt(position + ahead) : '\0';
    }

    private char next() {
        if (position >= in.length()) {
            throw new Unknown();
        }
        return in.charAt(position++);
    }

    private boolean eat(String text) {
        boolean there = in.startsWith(text, position);
        position += there ? text.length() : 0;
        return there;
    }

    private String remember(String text) {
        if (text.length() > MAX_LENGTH || substitutions.size() > MAX_LENGTH) {
            throw new Unknown();
        }
        substitutions.add(text);
        return text;
    }

    private void enter() {
        if (++depth > MAX_DEPTH) {
            throw new Unknown();
        }
    }

    private String encoding() {
        if (eat("TV")) {
            return "vtable for " + type();
        }
        if (eat("Th") || eat("Tv")) {
            // A thunk: adjustments of "this", then what it leads to.
            while (next() != '_') {
                continue;
            }
            return "thunk to " + encoding();
        }
        if (eat("GV")) {
            return "guard variable for " + name();
        }
        return name();
    }

    private String name() {
        enter();
        String text;
        if (peek(0) == 'N') {
            text = nestedName();
        } else if (peek(0) == 'Z') {
            text = localName();
        } else {
            boolean substituted = peek(0) == 'S' && peek(1) != 't';
            String unqualified = substituted ? substitution() : unscopedName();
            if (peek(0) == 'I') {
                if (!substituted) {
                    remember(unqualified);
                }
                text = unqualified + templateArguments();
            } else {
                text = unqualified;
            }
        }
        depth--;
        return text;
    }

    private String unscopedName() {
        return eat("St") ? "std::" + unqualifiedName("") : unqualifiedName("");
    }

    private String nestedName() {
        next();
        while ("rVKRO".indexOf(peek(0)) >= 0) {
            next();
        }
        String text = "";
        String lastName = "";
        while (!eat("E")) {
            char c = peek(0);
            if (c == 'S' && peek(1) != 't') {
                text = substitution();
                lastName = lastName(text);
                continue;
            }
            if (c == 'I') {
                text = text + templateArguments();
            } else if (c == 'T') {
                text = templateParameter();
            } else if (eat("St")) {
                text = "std";
                continue;
            } else {
                String part = unqualifiedName(lastName);
                lastName = part;
                text = text.isEmpty() ? part : text + "::" + part;
            }
            if (peek(0) != 'E') {
                remember(text);
            }
        }
        return text;
    }

    private static String lastName(String text) {
        String plain = text.split("[<\\[]", 2)[0];
        return plain.substring(plain.lastIndexOf(':') + 1);
    }

    private String localName() {
        next();
        String function = encoding();
        // What is left before the E are the function's parameters.
        while (!eat("E")) {
            type();
        }
        if (eat("s")) {
            return function + "::string literal";
        }
        String entity = name();
        if (eat("_")) {
            while (Character.isDigit(peek(0))) {
                next();
            }
        }
        return function + "::" + entity;
    }

    private String unqualifiedName(String enclosing) {
        char c = peek(0);
        String text;
        if (Character.isDigit(c)) {
            text = sourceName();
        } else if (c == 'L') {
            next();
            text = sourceName();
        } else if (c == 'C' && "12345I".indexOf(peek(1)) >= 0) {
            position += 2;
            text = enclosing;
        } else if (c == 'D' && "012345".indexOf(peek(1)) >= 0) {
            position += 2;
            text = "~" + enclosing;
        } else if (eat("Ul")) {
            while (!eat("E")) {
                type();
            }
            text = "{lambda#" + discriminator() + "}";
        } else if (eat("Ut")) {
            text = "{unnamed type#" + discriminator() + "}";
        } else if (eat("cv")) {
            text = "operator " + type();
        } else if (eat("li")) {
            text = "operator\"\" " + sourceName();
        } else {
            text = operator();
        }
        while (eat("B")) {
            text = text + "[abi:" + sourceName() + "]";
        }
        return text;
    }

    private String operator() {
        String code = "" + next() + next();
        String text = OPERATORS.get(code);
        if (text == null) {
            throw new Unknown();
        }
        return text;
    }

    private int discriminator() {
        int number = 1;
        if (Character.isDigit(peek(0))) {
            number = number() + 2;
        }
        if (!eat("_")) {
            throw new Unknown();
        }
        return number;
    }

    private int number() {
        int start = position;
        while (Character.isDigit(peek(0))) {
            next();
        }
        if (start == position || position - start > 6) {
            throw new Unknown();
        }
        return Integer.parseInt(in, start, position, 10);
    }

    private String sourceName() {
        int length = number();
        if (length > in.length() - position) {
            throw new Unknown();
        }
        String text = in.substring(position, position + length);
        position += length;
        return text.startsWith("_GLOBAL__N") ? "(anonymous namespace)" : text;
    }

    private String substitution() {
        next();
        char c = next();
        String standard = STANDARD.get(c);
        if (standard != null) {
            return standard;
        }
        return get(substitutions, index(c));
    }

    private String templateParameter() {
        next();
        return get(templateArguments, index(next()));
    }

    /** A number in base 36 that ends in an underscore; none is 0, and every other one less than its place. */
    private int index(char first) {
        if (first == '_') {
            return 0;
        }
        int index = 0;
        char c = first;
        while (c != '_') {
            int digit = Character.digit(c, 36);
            if (digit < 0 || index > MAX_LENGTH) {
                throw new Unknown();
            }
            index = index * 36 + digit;
            c = next();
        }
        return index + 1;
    }

    private static String get(List<String> texts, int index) {
        if (index >= texts.size()) {
            throw new Unknown();
        }
        return texts.get(index);
    }

    private String templateArguments() {
        enter();
        next();
        List<String> arguments = new ArrayList<>();
        while (!eat("E")) {
            if (eat("J")) {
                while (!eat("E")) {
                    arguments.add(templateArgument());
                }
            } else {
                arguments.add(templateArgument());
            }
        }
        depth--;
        // Only the outermost list is what later parameters mean; inner ones have been used up by then.
        if (depth <= 1) {
            templateArguments = arguments;
        }
        return "<" + String.join(", ", arguments) + ">";
    }

    private String templateArgument() {
        if (peek(0) == 'X') {
            throw new Unknown();
        }
        return eat("L") ? literal() : type();
    }

    private String literal() {
        if (eat("_Z")) {
            String text = encoding();
            while (!eat("E")) {
                type();
            }
            return text;
        }
        String type = type();
        int start = position;
        while (next() != 'E') {
            continue;
        }
        String value = in.substring(start, position - 1);
        if (type.equals("bool")) {
            return value.equals("0") ? "false" : "true";
        }
        return value.startsWith("n") ? "-" + value.substring(1) : value;
    }

    private String type() {
        enter();
        String text = typeUnchecked();
        depth--;
        return text;
    }

    private String typeUnchecked() {
        char c = peek(0);
        String builtin = BUILTIN_TYPES.get(c);
        if (builtin != null) {
            next();
            return builtin;
        }
        switch (c) {
            case 'P':
                next();
                return remember(type() + "*");
            case 'R':
                next();
                return remember(type() + "&");
            case 'O':
                next();
                return remember(type() + "&&");
            case 'K':
                next();
                return remember(type() + " const");
            case 'V':
                next();
                return remember(type() + " volatile");
            case 'F':
                return remember(functionType());
            case 'A':
                return remember(arrayType());
            case 'M':
                next();
                return remember(memberPointer(type(), type()));
            case 'T':
                return maybeTemplate(remember(templateParameter()));
            case 'D':
                return extendedType();
            case 'u':
                next();
                return sourceName();
            case 'S':
                if (peek(1) != 't') {
                    return maybeTemplate(substitution());
                }
                return remember(name());
            default:
                return remember(name());
        }
    }

    private static String memberPointer(String owner, String member) {
        return member + " " + owner + "::*";
    }

    private String maybeTemplate(String text) {
        return peek(0) == 'I' ? remember(text + templateArguments()) : text;
    }

    private String functionType() {
        next();
        eat("Y");
        String result = type();
        List<String> parameters = new ArrayList<>();
        while (!eat("E")) {
            parameters.add(type());
        }
        return result + " (" + (parameters.equals(List.of("void")) ? "" : String.join(", ", parameters)) + ")";
    }

    private String arrayType() {
        next();
        String size = Character.isDigit(peek(0)) ? String.valueOf(number()) : "";
        if (!eat("_")) {
            throw new Unknown();
        }
        return type() + "[" + size + "]";
    }

    private String extendedType() {
        next();
        return switch (next()) {
            case 'p' -> remember(type() + "...");
            case 'n' -> "std::nullptr_t";
            case 'i' -> "char32_t";
            case 's' -> "char16_t";
            case 'u' -> "char8_t";
            case 'a' -> "auto";
            case 'o' -> remember(type() + " noexcept");
            default -> throw new Unknown();
        };
    }
}
