package dev.portafilter.test.compare;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamFrame;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** One stream of HTTP/2: it writes what a message of HTTP/1.1 says, and takes down what comes. Thread-safe. */
final class Http2Stream implements MessageParser.Sink {
    private static final long CANCEL = 8;
    private static final long INTERNAL_ERROR = 2;

    private final boolean client;
    private final List<String> lines = new ArrayList<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final Channel channel;
    private boolean headSeen;
    private boolean over;

    /** The end of a client or of a server. */
    Http2Stream(boolean client, Channel channel) {
        this.client = client;
        this.channel = channel;
        channel.pipeline().addLast(new SimpleChannelInboundHandler<Http2StreamFrame>() {
            @Override
            protected void channelRead0(ChannelHandlerContext context, Http2StreamFrame frame) {
                came(frame);
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext context, Object event) {
                if (event instanceof Http2ResetFrame reset) {
                    came(reset);
                }
            }

            @Override
            public void channelInactive(ChannelHandlerContext context) {
                end("(closed)");
            }
        });
    }

    private synchronized void came(Http2StreamFrame frame) {
        if (frame instanceof Http2HeadersFrame headers) {
            head(headers.headers());
            if (headers.isEndStream()) {
                end("(end)");
            }
        } else if (frame instanceof Http2DataFrame data) {
            body.writeBytes(ByteBufUtil.getBytes(data.content()));
            if (data.isEndStream()) {
                end("(end)");
            }
        } else if (frame instanceof Http2ResetFrame reset) {
            end("(reset " + reset.errorCode() + ")");
        }
    }

    private void head(Http2Headers headers) {
        String mark = headSeen ? "(trailer) " : "";
        if (headSeen) {
            flushBody();
        }
        List<String> pseudo = new ArrayList<>();
        List<String> others = new ArrayList<>();
        headers.forEach(
                line -> (line.getKey().charAt(0) == ':' ? pseudo : others).add(line.getKey() + ": " + line.getValue()));
        // Their order says nothing, and each proxy has its own.
        Collections.sort(pseudo);
        pseudo.forEach(line -> lines.add(mark + line));
        others.forEach(line -> lines.add(mark + line));
        CharSequence status = headers.status();
        headSeen = status == null || status.charAt(0) != '1';
    }

    private void flushBody() {
        if (body.size() > 0) {
            lines.add("(body of " + body.size() + ") " + Text.shown(body.toByteArray()));
            body.reset();
        }
    }

    private synchronized void end(String how) {
        if (!over) {
            over = true;
            flushBody();
            lines.add(how);
        }
    }

    /** Whether a whole head has come. */
    synchronized boolean begun() {
        return headSeen || over;
    }

    /** Whether nothing more comes. */
    synchronized boolean over() {
        return over;
    }

    /** Whether the request that has come is a HEAD. */
    synchronized boolean headRequest() {
        return lines.contains(":method: HEAD");
    }

    /** What has come so far. */
    synchronized List<String> seen() {
        List<String> seen = new ArrayList<>(lines);
        if (!over) {
            if (body.size() > 0) {
                seen.add("(body of " + body.size() + ") " + Text.shown(body.toByteArray()));
            }
            seen.add("(nothing more)");
        }
        return seen;
    }

    @Override
    public void head(String startLine, List<String> headers, boolean end) {
        Http2Headers head = new DefaultHttp2Headers(false);
        String[] words = startLine.split(" ", 3);
        if (client) {
            head.method(words[0]).scheme("http").path(words[1]);
        } else {
            head.status(words[1]);
        }
        add(head, headers);
        write(new DefaultHttp2HeadersFrame(head, end));
    }

    private void add(Http2Headers to, List<String> lines) {
        for (String line : lines) {
            int colon = line.indexOf(':', 1);
            String name = line.substring(0, Math.max(colon, 0)).toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).strip();
            if (name.equals("host") && client) {
                to.authority(value);
            } else if (!name.equals("transfer-encoding")) {
                to.add(name, value);
            }
        }
    }

    @Override
    public void body(byte[] data, boolean end) {
        write(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(data), end));
    }

    @Override
    public void trailers(List<String> trailers) {
        if (trailers.isEmpty()) {
            body(new byte[0], true);
        } else {
            Http2Headers headers = new DefaultHttp2Headers(false);
            add(headers, trailers);
            write(new DefaultHttp2HeadersFrame(headers, true));
        }
    }

    void reset() {
        write(new DefaultHttp2ResetFrame(client ? CANCEL : INTERNAL_ERROR));
    }

    /** Ends the connection under the stream. */
    void disconnect() {
        ChannelFuture unused = channel.parent().close();
    }

    private void write(Http2StreamFrame frame) {
        ChannelFuture unused = channel.writeAndFlush(frame);
    }
}
