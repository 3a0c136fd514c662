package dev.portafilter.gateway.standalone;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An absolute target of HTTP/1.1 (RFC 9112, section 3.2.2), taken apart. It decides in place of the {@code Host} line.
 *
 * @param scheme {@code http} or {@code https}
 * @param authority without what stands before an {@code @}
 * @param path with the query; begins with the query when there is no path
 */
record RequestTarget(String scheme, String authority, String path) {
    private static final int LAST_PORT = 65_535;
    private static final String IN_AUTHORITIES = "-._~!$&'()*+,;=%:@[]";

    /** Takes a target apart; null when it is not absolute, or of another scheme. */
    static @Nullable RequestTarget absolute(String uri) {
        String scheme = scheme(uri);
        if (scheme == null) {
            return null;
        }
        int start = scheme.length() + 3;
        int end = start;
        while (end < uri.length() && "/?#".indexOf(uri.charAt(end)) < 0) {
            end++;
        }
        int user = uri.lastIndexOf('@', end - 1);
        String authority = uri.substring(Math.max(start, user + 1), end);
        return new RequestTarget(scheme, authority, end == uri.length() ? "/" : uri.substring(end));
    }

    private static @Nullable String scheme(String uri) {
        int end = uri.indexOf("://");
        String scheme = end < 0 ? "" : uri.substring(0, end);
        return isScheme(scheme) ? scheme.toLowerCase(Locale.ROOT) : null;
    }

    /** Whether it is a scheme that is served, in any case. */
    static boolean isScheme(String text) {
        return text.equalsIgnoreCase("http") || text.equalsIgnoreCase("https");
    }

    /** Whether the authority names a host, with a port that can be one or none. */
    boolean named() {
        int colon = authority.lastIndexOf(':');
        boolean port = colon > authority.lastIndexOf(']');
        String host = port ? authority.substring(0, colon) : authority;
        return !host.isEmpty() && (!port || isPort(authority.substring(colon + 1)));
    }

    private static boolean isPort(String text) {
        long number = text.length() > 5 ? -1 : HeaderLines.number(text);
        return number >= 0 && number <= LAST_PORT;
    }

    /** Whether all characters are such as may be in an authority (RFC 3986, section 3.2). */
    static boolean isAuthority(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && IN_AUTHORITIES.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }
}
