package dev.portafilter.resources;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a module is, as {@code spec.url} says it. Not parsed by {@code java.net.URI}, which has no place for hosts with
 * {@code _} nor for {@code host:port/path} without a scheme. Source: WasmPlugin reference, section 1.4.
 *
 * @param scheme how to get it
 * @param text the url as written
 * @param path for files, everything behind {@code file://}, not decoded; else empty
 * @param image for images, the reference; else null
 */
public record ModuleUrl(
        Scheme scheme, String text, String path, @Nullable ImageReference image) {
    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://(.*)", Pattern.DOTALL);
    private static final Pattern BARE_SCHEME = Pattern.compile("(oci|http|https):.*", Pattern.CASE_INSENSITIVE);
    private static final Pattern AUTHORITY = Pattern.compile("([^:\\[\\]]+|\\[[0-9A-Fa-f:.]+])(:[0-9]{0,5})?");

    /** How to get a module. */
    public enum Scheme {
        /** From a registry. */
        OCI,
        /** By HTTP. */
        HTTP,
        /** By HTTP over TLS. */
        HTTPS,
        /** From a file. */
        FILE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT) + "://";
        }
    }

    /** A text that is no module url. The message reads on after the url and does not repeat it. */
    public static final class MalformedUrlException extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        private final String rule;
        private final String expected;

        MalformedUrlException(String rule, String message, String expected) {
            super(message);
            this.rule = rule;
            this.expected = expected;
        }

        /** The rule that is broken, such as {@code V-05}. */
        public String rule() {
            return rule;
        }

        /** What would be right. */
        public String expected() {
            return expected;
        }
    }

    /**
     * Parses a url; a text without scheme is an image.
     *
     * @throws MalformedUrlException when it is none
     */
    public static ModuleUrl parse(String text) {
        if (text.isEmpty()) {
            throw new MalformedUrlException("V-02", "is empty", "oci://, https://, http:// or file:// and a place");
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new MalformedUrlException("V-03", "has a control character", "printable characters");
        }
        Matcher matcher = SCHEME.matcher(text);
        if (matcher.matches()) {
            String scheme = matcher.group(1).toLowerCase(Locale.ROOT);
            String rest = matcher.group(2);
            return switch (scheme) {
                case "oci" -> image(text, rest);
                case "http" -> web(Scheme.HTTP, text, rest);
                case "https" -> web(Scheme.HTTPS, text, rest);
                case "file" -> file(text, rest);
                default ->
                    throw new MalformedUrlException(
                            "V-04", "has an unknown scheme", "oci://, https://, http:// or file://");
            };
        }
        if (text.regionMatches(true, 0, "file:/", 0, 6)) {
            return file(text, text.substring("file:".length()));
        }
        if (BARE_SCHEME.matcher(text).matches()) {
            throw new MalformedUrlException("V-03", "has no // after the scheme", "oci://, https:// or http://");
        }
        return image(text, text);
    }

    private static ModuleUrl image(String text, String rest) {
        return new ModuleUrl(Scheme.OCI, text, "", ImageReference.parse(rest));
    }

    private static ModuleUrl file(String text, String path) {
        if (path.isEmpty()) {
            throw new MalformedUrlException("V-05", "names no file", "file:// and a path");
        }
        return new ModuleUrl(Scheme.FILE, text, path, null);
    }

    private static ModuleUrl web(Scheme scheme, String text, String rest) {
        String authority = rest.split("[/?#]", 2)[0];
        if (authority.indexOf('@') >= 0) {
            throw new MalformedUrlException("V-03", "has a user in it", "a url without user and password");
        }
        if (authority.isEmpty() || authority.startsWith(":")) {
            throw new MalformedUrlException("V-05", "has no host", scheme + "host/path");
        }
        if (!AUTHORITY.matcher(authority).matches() || rest.indexOf(' ') >= 0 || rest.indexOf('\\') >= 0) {
            throw new MalformedUrlException("V-03", "is no url", scheme + "host:port/path without spaces");
        }
        return new ModuleUrl(scheme, text, "", null);
    }

    /** The url as written. */
    @Override
    public String toString() {
        return text;
    }
}
