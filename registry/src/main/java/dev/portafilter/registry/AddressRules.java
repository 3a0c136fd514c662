package dev.portafilter.registry;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses are never connected to, whatever name leads there: link-local ones, where clouds keep credentials, the
 * like of other clouds, and what the operator adds. Source: WasmPlugin reference, section 4.7.
 */
final class AddressRules {
    private static final List<String> ALWAYS =
            List.of("169.254.0.0/16", "fe80::/10", "100.100.100.200/32", "fd00:ec2::/32");
    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    /** IPv6 prefixes of 96 bits before an IPv4 address: NAT64 and IPv4-compatible. */
    private static final List<BigInteger> EMBEDDING =
            List.of(new BigInteger("0064ff9b0000000000000000", 16), BigInteger.ZERO);

    private final List<Network> blocked = new ArrayList<>();

    private record Network(String text, BigInteger address, int addressBits, int prefixBits) {
        boolean contains(byte[] other) {
            return other.length * Byte.SIZE == addressBits
                    && new BigInteger(1, other)
                            .shiftRight(addressBits - prefixBits)
                            .equals(address.shiftRight(addressBits - prefixBits));
        }
    }

    /**
     * Rules with some more networks.
     *
     * @throws IllegalArgumentException when one is no network
     */
    AddressRules(List<String> more) {
        for (String network : ALWAYS) {
            blocked.add(network(network));
        }
        for (String network : more) {
            blocked.add(network(network.trim()));
        }
    }

    private static Network network(String text) {
        String[] parts = text.split("/", -1);
        InetAddress address = literal(parts[0]);
        int bits = address == null ? 0 : address.getAddress().length * Byte.SIZE;
        int prefix = parts.length == 2 && parts[1].matches("[0-9]{1,3}") ? Integer.parseInt(parts[1]) : -1;
        if (address == null || prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException(
                    "blocked network \"" + text + "\": is none (expected: such as 10.0.0.0/8 or fd00::/8)");
        }
        return new Network(text, new BigInteger(1, address.getAddress()), bits, prefix);
    }

    /**
     * Checks an address that is about to be connected to.
     *
     * @param where what is fetched
     * @throws FetchException when it is not to be connected to
     */
    void check(String where, InetAddress address) throws FetchException {
        for (byte[] bytes : forms(address)) {
            for (Network network : blocked) {
                if (network.contains(bytes)) {
                    throw new FetchException(
                            "fetch.blockedAddress",
                            where + ": leads to " + address.getHostAddress() + ", which is in " + network.text
                                    + " (expected: an address outside of the blocked networks)");
                }
            }
        }
    }

    private static List<byte[]> forms(InetAddress address) {
        byte[] bytes = address.getAddress();
        List<byte[]> forms = new ArrayList<>(List.of(bytes));
        if (bytes.length == 16 && EMBEDDING.contains(new BigInteger(1, bytes).shiftRight(32))) {
            forms.add(new byte[] {bytes[12], bytes[13], bytes[14], bytes[15]});
        }
        if (address.isAnyLocalAddress()) {
            // Connecting to it reaches this machine.
            forms.add(new byte[] {127, 0, 0, 1});
        }
        return forms;
    }

    /** The address that a text is, never asking for a name; null when it is a name. Brackets are allowed. */
    static @Nullable InetAddress literal(String host) {
        String text = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        if (!IPV4.matcher(text).matches() && text.indexOf(':') < 0) {
            return null;
        }
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** Whether a host is by its very text this machine or in a private network. */
    static boolean isPrivate(String host) {
        if (isLocalName(host)) {
            return true;
        }
        InetAddress address = literal(host);
        return address != null
                && (address.isLoopbackAddress()
                        || address.isSiteLocalAddress()
                        || address.isAnyLocalAddress()
                        || isUniqueLocal(address));
    }

    /** Whether a host may speak plain HTTP where TLS is expected: this machine, and RFC 1918. */
    static boolean mayBePlain(String host) {
        InetAddress address = literal(host);
        return isLocalName(host)
                || address != null
                        && (address.isLoopbackAddress()
                                || address.isSiteLocalAddress() && address.getAddress().length == 4);
    }

    private static boolean isLocalName(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.regionMatches(true, Math.max(0, host.length() - 10), ".localhost", 0, 10);
    }

    private static boolean isUniqueLocal(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == 16 && (bytes[0] & 0xfe) == 0xfc;
    }
}
