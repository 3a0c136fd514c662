package dev.portafilter.gateway.standalone;

/** Which values of {@code referer} go on, as in Envoy: those that RFC 9110, section 10.1.3, allows. */
final class Referer {
    private static final String UNRESERVED_AND_MORE = "-._~%!$&'()*+,;=@?";

    private Referer() {}

    /** Whether it is an absolute URI or a relative one, without user information and fragment. */
    static boolean valid(String value) {
        int scheme = value.indexOf("://");
        return scheme > 0 && letters(value, scheme) && hasHost(value, scheme + 3)
                ? absolute(value, scheme + 3)
                : relative(value);
    }

    private static boolean letters(String value, int end) {
        for (int i = 0; i < end; i++) {
            char c = (char) (value.charAt(i) | ' ');
            if (c < 'a' || c > 'z') {
                return false;
            }
        }
        return true;
    }

    private static boolean hasHost(String value, int start) {
        return start < value.length() && "/?#:".indexOf(value.charAt(start)) < 0;
    }

    private static boolean absolute(String value, int authority) {
        boolean inAuthority = true;
        for (int i = authority; i < value.length(); i++) {
            char c = value.charAt(i);
            inAuthority &= c != '/' && c != '?';
            if (c <= ' ' || c == 0x7f || c == '#' || (inAuthority && c == '@')) {
                return false;
            }
        }
        return true;
    }

    private static boolean relative(String value) {
        boolean slash = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '/') {
                slash = true;
            } else if (c == ':' ? !slash : !plain(c)) {
                return false;
            }
        }
        return true;
    }

    private static boolean plain(char c) {
        return c >= '0' && c <= '9'
                || c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || UNRESERVED_AND_MORE.indexOf(c) >= 0;
    }
}
