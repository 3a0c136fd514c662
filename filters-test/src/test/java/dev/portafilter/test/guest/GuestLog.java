package dev.portafilter.test.guest;

import dev.portafilter.abi.Callback;
import dev.portafilter.abi.HeaderCodec;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.HostFunctions;
import dev.portafilter.abi.Status;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the lines that guests write: {@code on_request_headers 2 4 1} for a callback with its arguments, {@code
 * get_header_map_value NOT_FOUND -} for a host call with its status and what it gave out, maps decoded.
 */
public final class GuestLog {
    private static final Pattern HOST_CALL = Pattern.compile("^([a-z_]+) ([0-9]+)(.*)$");
    private static final Pattern PAIRS = Pattern.compile("\\{([^}]*)}");

    private GuestLog() {}

    /** The lines in words. */
    public static List<String> read(List<String> messages) {
        return messages.stream().map(GuestLog::read).toList();
    }

    /** The lines about one callback. */
    public static List<String> callbacks(List<String> lines, Callback callback) {
        String name = callback.exportName().substring("proxy_".length());
        return lines.stream().filter(line -> line.startsWith(name + " ")).toList();
    }

    /** The lines about any callback, with what the guest was told. */
    public static List<String> callbacks(List<String> lines) {
        return lines.stream().filter(line -> line.startsWith("on_")).toList();
    }

    /** The lines that are not about callbacks, without the host's own warnings. */
    public static List<String> calls(List<String> lines) {
        return lines.stream()
                .filter(line -> !line.startsWith("on_") && !line.startsWith("proxy_"))
                .toList();
    }

    private static String read(String line) {
        Matcher call = HOST_CALL.matcher(line);
        if (!call.matches() || HostFunctions.of("proxy_" + call.group(1)) == null) {
            return line;
        }
        int status = Integer.parseInt(call.group(2));
        return call.group(1) + " " + Status.values()[status]
                + PAIRS.matcher(call.group(3)).replaceAll(match -> Matcher.quoteReplacement(map(match.group(1))));
    }

    private static String map(String escaped) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < escaped.length(); i++) {
            if (escaped.charAt(i) == '%') {
                bytes.write(Integer.parseInt(escaped.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(escaped.charAt(i));
            }
        }
        byte[] all = bytes.toByteArray();
        HeaderMap map = HeaderCodec.decode(all, 0, all.length);
        return map.toString();
    }
}
