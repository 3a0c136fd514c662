package dev.portafilter.gateway.standalone;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;

/** An upstream for TCP whose connections the test takes one by one. */
final class TcpServer implements AutoCloseable {
    private final ServerSocket listener;

    TcpServer() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        listener.setSoTimeout((int) TimeUnit.SECONDS.toMillis(10));
    }

    Endpoint endpoint() {
        return new Endpoint("127.0.0.1", listener.getLocalPort());
    }

    TcpPeer accept() throws IOException {
        return new TcpPeer(listener.accept());
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
