package dev.portafilter.runtime.service;

import dev.portafilter.abi.HeaderMap;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns what comes back over HTTP/2 into what a {@link GrpcCallListener} hears: takes messages out of their frames, finds
 * the status, and puts every failure in Envoy's words. When {@link #over}, the transport lets go of the stream, and
 * nothing that still arrives counts. One thread at a time. Source: ABI reference, section 3.8.
 */
public final class GrpcResponse {
    private static final int OK = 0;
    private static final int UNKNOWN = 2;
    private static final int PERMISSION_DENIED = 7;
    private static final int RESOURCE_EXHAUSTED = 8;
    private static final int UNIMPLEMENTED = 12;
    private static final int INTERNAL = 13;
    private static final int UNAVAILABLE = 14;
    private static final int UNAUTHENTICATED = 16;
    private static final int INVALID = -1;

    private static final int PREFIX_SIZE = 5;
    private static final int COMPRESSED = 1;
    private static final byte[] GRPC_STATUS = HeaderMap.nameBytes("grpc-status");
    private static final byte[] GRPC_MESSAGE = HeaderMap.nameBytes("grpc-message");
    private static final String VIA_UPSTREAM = "via_upstream";
    private static final String TIMEOUT = "response_timeout";
    private static final byte[] NOTHING = new byte[0];

    private record Message(boolean compressed, byte[] data) {}

    private final GrpcCallListener listener;
    private final int messageBytes;
    private final ByteBuffer prefix = ByteBuffer.allocate(PREFIX_SIZE);
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private boolean headArrived;
    private boolean over;

    /**
     * The response to a call.
     *
     * @param listener hears about it
     */
    public GrpcResponse(GrpcCallRequest request, GrpcCallListener listener) {
        this.listener = listener;
        this.messageBytes = request.messageBytes();
    }

    /** A message in its frame, to be sent. */
    public static byte[] frame(byte[] message) {
        return ByteBuffer.allocate(PREFIX_SIZE + message.length)
                .put((byte) 0)
                .putInt(message.length)
                .put(message)
                .array();
    }

    /** Whether the listener has been told the end. */
    public boolean over() {
        return over;
    }

    /**
     * The head has arrived.
     *
     * @param headers {@code :status} first; owned by this object
     * @param endOfStream whether it is the whole response
     */
    public void head(HeaderMap headers, boolean endOfStream) {
        if (over) {
            return;
        }
        headArrived = true;
        String status = headers.get(":status");
        boolean success = "200".equals(status);
        if (endOfStream && (success || headers.contains("grpc-status"))) {
            listener.initialMetadata(new HeaderMap());
            trailers(headers);
        } else if (success) {
            listener.initialMetadata(headers);
        } else {
            listener.initialMetadata(new HeaderMap());
            close(statusOfHttp(status), NOTHING, VIA_UPSTREAM, new HeaderMap());
        }
    }

    /** A part of the body has arrived; not kept. */
    public void data(byte[] chunk) {
        if (over) {
            return;
        }
        List<Message> messages = new ArrayList<>();
        int failure = take(chunk, messages);
        if (failure != OK) {
            close(failure, NOTHING, VIA_UPSTREAM, new HeaderMap());
            return;
        }
        for (Message message : messages) {
            if (message.compressed && message.data.length > 0) {
                close(INTERNAL, NOTHING, VIA_UPSTREAM, new HeaderMap());
                return;
            }
            listener.message(message.data);
        }
    }

    /**
     * The response is complete.
     *
     * @param trailers null when the body was its end; owned by this object
     */
    public void trailers(@Nullable HeaderMap trailers) {
        if (over) {
            return;
        }
        if (trailers == null) {
            close(UNKNOWN, NOTHING, VIA_UPSTREAM, new HeaderMap());
            return;
        }
        byte[] status = trailers.joined(GRPC_STATUS);
        byte[] message = trailers.joined(GRPC_MESSAGE);
        close(status == null ? UNKNOWN : number(status), message == null ? NOTHING : message, VIA_UPSTREAM, trailers);
    }

    /**
     * There is no connection, or it broke, or the server reset the stream.
     *
     * @param reason in Envoy's words, such as {@code remote reset}
     * @param transportFailure what the network said, or nothing
     */
    public void failed(String reason, String transportFailure) {
        if (over) {
            return;
        }
        String details = details(reason) + (transportFailure.isEmpty() ? "" : "|" + details(transportFailure));
        if (headArrived) {
            close(INTERNAL, NOTHING, "upstream_reset_after_response_started{" + details + "}", new HeaderMap());
        } else {
            answerAsProxy(
                    "upstream connect error or disconnect/reset before headers. reset reason: " + reason,
                    "upstream_reset_before_response_started{" + details + "}");
        }
    }

    /** The time of the call is over. */
    public void timedOut() {
        if (over) {
            return;
        }
        if (headArrived) {
            close(INTERNAL, NOTHING, TIMEOUT, new HeaderMap());
        } else {
            answerAsProxy("upstream request timeout", TIMEOUT);
        }
    }

    /** More is waiting to be sent than the transport keeps. */
    public void overflowed() {
        if (over) {
            return;
        }
        if (!headArrived) {
            listener.initialMetadata(new HeaderMap());
        }
        close(RESOURCE_EXHAUSTED, NOTHING, "request_overflow", new HeaderMap());
    }

    /** The answer that a proxy gives when the server gave none. */
    private void answerAsProxy(String text, String details) {
        HeaderMap trailers = HeaderMap.of(
                ":status",
                "200",
                "content-type",
                "application/grpc",
                "grpc-status",
                Integer.toString(UNAVAILABLE),
                "grpc-message",
                text);
        listener.initialMetadata(new HeaderMap());
        close(UNAVAILABLE, text.getBytes(StandardCharsets.UTF_8), details, trailers);
    }

    private void close(int status, byte[] message, String details, HeaderMap trailers) {
        over = true;
        listener.closed(status, withDetails(message, details), trailers);
    }

    /** Takes messages out of a chunk; 0, or the status that the call fails with before any of them counts. */
    private int take(byte[] chunk, List<Message> messages) {
        int position = 0;
        while (position < chunk.length) {
            if (prefix.hasRemaining()) {
                prefix.put(chunk[position++]);
                if (prefix.hasRemaining()) {
                    continue;
                }
                if ((prefix.get(0) & ~COMPRESSED) != 0) {
                    return INTERNAL;
                }
                if (Integer.compareUnsigned(length(), messageBytes) > 0) {
                    return RESOURCE_EXHAUSTED;
                }
            } else {
                int size = Math.min(length() - data.size(), chunk.length - position);
                data.write(chunk, position, size);
                position += size;
            }
            if (data.size() == length()) {
                messages.add(new Message(prefix.get(0) == COMPRESSED, data.toByteArray()));
                data.reset();
                prefix.clear();
            }
        }
        return OK;
    }

    private int length() {
        return prefix.getInt(1);
    }

    private static byte[] withDetails(byte[] message, String details) {
        byte[] added = (message.length == 0 ? details : "{" + details + "}").getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(message, message.length + added.length);
        System.arraycopy(added, 0, all, message.length, added.length);
        return all;
    }

    private static String details(String reason) {
        return reason.replace(' ', '_');
    }

    private static int number(byte[] status) {
        int number = 0;
        for (byte digit : status) {
            if (digit < '0' || digit > '9') {
                return INVALID;
            }
            number = 10 * number + digit - '0';
            if (number > UNAUTHENTICATED) {
                return INVALID;
            }
        }
        return status.length == 0 ? INVALID : number;
    }

    private static int statusOfHttp(@Nullable String status) {
        return switch (status == null ? "" : status) {
            case "400" -> INTERNAL;
            case "401" -> UNAUTHENTICATED;
            case "403" -> PERMISSION_DENIED;
            case "404" -> UNIMPLEMENTED;
            case "429", "502", "503", "504" -> UNAVAILABLE;
            default -> UNKNOWN;
        };
    }
}
