package dev.portafilter.gateway.standalone;

/**
 * A place to listen on.
 *
 * @param host a name or an address; an IPv6 address without brackets
 * @param port 0..65535; 0 lets the system choose
 */
public record Endpoint(String host, int port) {
    /** Checks the parts. */
    public Endpoint {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("host: \"\" is empty (expected: a name or an address)");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port: " + port + " is out of range (expected: 0..65535)");
        }
    }

    /**
     * Reads {@code HOST:PORT} or {@code [IPV6]:PORT}.
     *
     * @throws IllegalArgumentException when the text is neither
     */
    public static Endpoint parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw notAnEndpoint(text);
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw notAnEndpoint(text);
        }
        try {
            return new Endpoint(host, Integer.parseInt(text.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw notAnEndpoint(text);
        }
    }

    private static IllegalArgumentException notAnEndpoint(String text) {
        return new IllegalArgumentException("\"" + text + "\" is no endpoint (expected: HOST:PORT)");
    }

    /** The endpoint with another port. */
    public Endpoint withPort(int newPort) {
        return new Endpoint(host, newPort);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
