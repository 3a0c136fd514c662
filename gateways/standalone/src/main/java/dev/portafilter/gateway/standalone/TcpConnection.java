package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import dev.portafilter.runtime.stream.TcpExchange;
import dev.portafilter.runtime.stream.TcpStream;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's TCP connection and the one to the upstream that goes with it: carries bytes between both sockets and the
 * plugins. A socket is read only while the other one takes what is sent. Event loop only.
 */
final class TcpConnection implements TcpExchange {
    private static final Logger LOG = LoggerFactory.getLogger(TcpConnection.class);

    private static final long NO_TIMER = -1;

    private final TcpLoop loop;
    private final long id;
    private final TcpStream stream;
    private final Client client;
    private @Nullable Server server;
    private boolean upstreamConnected;
    private long lastMoveNanos = System.nanoTime();
    private int sockets = 1;
    private long idleTimer = NO_TIMER;

    /** A connection that was accepted; it begins once its socket is registered. */
    TcpConnection(TcpLoop loop, long id, Channel accepted) {
        this.loop = loop;
        this.id = id;
        this.stream = loop.worker().openTcpStream(this);
        this.client = new Client();
        client.attach(accepted);
        accepted.pipeline().addLast(client);
    }

    /** Ends everything at once, because the event loop ends. */
    void abandon(String details) {
        stream.close(details);
        client.closeNow();
        if (server != null) {
            server.closeNow();
        }
    }

    /** Closes both sockets once all has been sent, because the gateway wants so. */
    void end(String details) {
        stream.close(details);
    }

    @Override
    public void connectUpstream() {
        Endpoint target = loop.route().upstream();
        Server created = new Server();
        server = created;
        sockets++;
        ChannelFuture connecting = new Bootstrap()
                .group(loop.context().nettyEventLoop())
                .channelFactory(loop.sockets())
                .resolver(loop.resolver())
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, loop.limits().connectTimeoutMillis())
                .handler(created)
                .connect(InetSocketAddress.createUnresolved(target.host(), target.port()));
        created.attach(connecting.channel());
        connecting.addListener(connected -> loop.context().dispatch(() -> connected(connected.cause())));
    }

    private void connected(@Nullable Throwable failure) {
        moved();
        if (failure != null) {
            // A socket that was never open does not say that it is gone.
            gone();
            stream.upstreamReset("upstream " + loop.route().upstream() + ": " + failure.getMessage());
        } else if (!stream.finished()) {
            upstreamConnected = true;
            stream.upstreamConnected();
        }
    }

    @Override
    public void forwardDownstreamData(byte[] data, boolean endOfStream) {
        if (server != null) {
            server.send(data, endOfStream);
        }
    }

    @Override
    public void forwardUpstreamData(byte[] data, boolean endOfStream) {
        client.send(data, endOfStream);
    }

    @Override
    public void readDownstream(boolean wanted) {
        client.setWanted(wanted);
    }

    @Override
    public void readUpstream(boolean wanted) {
        if (server != null) {
            server.setWanted(wanted);
        }
    }

    @Override
    public void close(String details) {
        LOG.debug("connection {}: closed ({})", id, details);
        client.closeGently();
        if (server != null) {
            if (upstreamConnected) {
                server.closeGently();
            } else {
                server.closeNow();
            }
        }
    }

    @Override
    public void reset(String details) {
        LOG.debug("connection {}: broken off ({})", id, details);
        client.reset();
        if (server != null) {
            server.reset();
        }
    }

    @Override
    public Status property(PropertyPath path, ResultBytes value) {
        if (path.size() == 1 && path.segment(0).equals("connection_id")) {
            return ConnectionProperties.number(value, id);
        }
        if (path.size() != 2) {
            return Status.NOT_FOUND;
        }
        String name = path.segment(1);
        return switch (path.segment(0)) {
            case "source" -> socket(name, client.remote(), value);
            case "destination" -> socket(name, client.local(), value);
            case "connection" -> ofConnection(name, value);
            case "upstream" -> ofUpstream(name, value);
            default -> Status.NOT_FOUND;
        };
    }

    private Status ofConnection(String name, ResultBytes value) {
        return switch (name) {
            case "id" -> ConnectionProperties.number(value, id);
            case "mtls" -> ConnectionProperties.flag(value, false);
            case "requested_server_name" -> ConnectionProperties.text(value, "");
            default -> Status.NOT_FOUND;
        };
    }

    private Status ofUpstream(String name, ResultBytes value) {
        if (server == null) {
            return Status.NOT_FOUND;
        }
        return name.equals("local_address")
                ? socket("address", server.local(), value)
                : socket(name, server.remote(), value);
    }

    private static Status socket(String name, @Nullable SocketAddress address, ResultBytes value) {
        if (!(address instanceof InetSocketAddress inet)) {
            return Status.NOT_FOUND;
        }
        return ConnectionProperties.socket(name, inet.getAddress().getHostAddress(), inet.getPort(), value);
    }

    private void moved() {
        lastMoveNanos = System.nanoTime();
    }

    private void watchIdleTime(long millis) {
        idleTimer = loop.context().setTimer(millis, passed -> checkIdleTime());
    }

    /** A connection on which nothing has moved is closed; when even that does not move on, it is cut off. */
    private void checkIdleTime() {
        long limit = loop.limits().idleTimeoutMillis();
        long rest = limit - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastMoveNanos);
        if (rest > 0) {
            watchIdleTime(rest);
        } else if (stream.finished()) {
            abandon("idle_timeout");
        } else {
            moved();
            stream.close("idle_timeout");
            watchIdleTime(limit);
        }
    }

    private void gone() {
        sockets--;
        if (sockets == 0) {
            loop.context().owner().cancelTimer(idleTimer);
            loop.closed(this);
        }
    }

    private final class Client extends TcpEnd {
        Client() {
            super(loop.context());
        }

        @Override
        void opened() {
            if (loop.limits().idleTimeoutMillis() > 0) {
                watchIdleTime(loop.limits().idleTimeoutMillis());
            }
            stream.newConnection();
        }

        @Override
        void received(byte[] data, boolean end) {
            stream.downstreamData(data, end);
        }

        @Override
        void broken(String reason) {
            stream.downstreamReset();
        }

        @Override
        void takes(boolean more) {
            if (server != null) {
                server.setTaken(more);
            }
        }

        @Override
        void moved() {
            TcpConnection.this.moved();
        }

        @Override
        void gone() {
            TcpConnection.this.gone();
        }
    }

    private final class Server extends TcpEnd {
        Server() {
            super(loop.context());
        }

        @Override
        void received(byte[] data, boolean end) {
            stream.upstreamData(data, end);
        }

        @Override
        void broken(String reason) {
            stream.upstreamReset(reason);
        }

        @Override
        void takes(boolean more) {
            client.setTaken(more);
        }

        @Override
        void moved() {
            TcpConnection.this.moved();
        }

        @Override
        void gone() {
            TcpConnection.this.gone();
        }
    }
}
