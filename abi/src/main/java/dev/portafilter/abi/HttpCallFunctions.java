package dev.portafilter.abi;

import org.jspecify.annotations.Nullable;

/** HTTP calls made by a plugin. Source: ABI reference, section 3.7. */
final class HttpCallFunctions {
    private HttpCallFunctions() {}

    /**
     * Slots: upstream, its size, headers, their size, body, its size, trailers, their size, timeout, token out. Token 0
     * is written before anything is looked at.
     */
    static Status httpCall(HostCall call) {
        if (!call.writeU32(call.int32(9), 0)) {
            return Status.INVALID_MEMORY_ACCESS;
        }
        int timeoutMillis = call.int32(8);
        if (timeoutMillis < 0) {
            return refused(call, "timeout " + Integer.toUnsignedString(timeoutMillis) + " ms (expected: below 2^31)");
        }
        HeaderMap given = HeaderFunctions.decode(call, "proxy_http_call", 2);
        String fault = fault(given);
        if (fault != null) {
            return refused(call, fault);
        }
        HeaderMap headers = new HeaderMap();
        for (int i = 0; i < given.count(); i++) {
            byte[] name = given.name(i);
            boolean host = HeaderNames.isHost(name, 0, name.length);
            if (name.length > 0) {
                HeaderFunctions.addOrJoin(headers, host ? HeaderNames.AUTHORITY : name, given.value(i));
            }
        }
        HeaderMap trailers = new HeaderMap();
        HeaderMap givenTrailers = HeaderFunctions.decode(call, "proxy_http_call", 6);
        for (int i = 0; i < givenTrailers.count(); i++) {
            byte[] name = givenTrailers.name(i);
            if (HeaderFunctions.breaksMessage(givenTrailers, i)) {
                return refused(call, "trailer " + i + " holds CR, LF or NUL");
            }
            if (name.length > 0 && !HeaderNames.isPseudo(name)) {
                trailers.add(name, givenTrailers.value(i));
            }
        }
        CallToken token = call.token();
        Status status = call.context().httpCall(call.bytes(0), headers, call.bytes(4), trailers, timeoutMillis, token);
        return status == Status.OK ? call.returnU32(9, token.value()) : status;
    }

    /** What is wrong with the headers of a request, or null. */
    private static @Nullable String fault(HeaderMap headers) {
        for (int i = 0; i < headers.count(); i++) {
            if (HeaderFunctions.breaksMessage(headers, i)) {
                return "header " + i + " holds CR, LF or NUL";
            }
        }
        if (headers.indexOf(HeaderNames.METHOD) < 0) {
            return "no :method (expected: :method, :path and :authority)";
        }
        if (headers.indexOf(HeaderNames.PATH) < 0) {
            return "no :path (expected: :method, :path and :authority)";
        }
        if (headers.indexOf(HeaderNames.AUTHORITY) < 0 && headers.indexOf(HeaderNames.HOST) < 0) {
            return "no :authority (expected: :method, :path and :authority)";
        }
        if (repeated(headers, HeaderNames.METHOD)
                || repeated(headers, HeaderNames.PATH)
                || repeated(headers, HeaderNames.AUTHORITY)) {
            return "repeated pseudo-header (expected: :method, :path and :authority once)";
        }
        if (hasSpace(headers, HeaderNames.METHOD) || hasSpace(headers, HeaderNames.PATH)) {
            return "space in :method or :path (expected: none, it would split the request line)";
        }
        return null;
    }

    private static boolean repeated(HeaderMap headers, byte[] name) {
        return headers.indexOf(name, headers.indexOf(name) + 1) >= 0;
    }

    private static boolean hasSpace(HeaderMap headers, byte[] name) {
        int index = headers.indexOf(name);
        for (byte b : headers.value(index)) {
            if (b == ' ') {
                return true;
            }
        }
        return false;
    }

    private static Status refused(HostCall call, String fault) {
        if (call.warns()) {
            call.warn("proxy_http_call " + call.shown(0) + ": " + fault);
        }
        return Status.BAD_ARGUMENT;
    }
}
