package dev.portafilter.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * An HTTP/1.1 client that does one request on one connection, and connects to exactly those addresses that it has checked.
 * Follows no redirects, retries nothing, keeps nothing. Whatever the peer does, a request is over at its deadline: then its
 * socket is closed by another thread.
 */
final class WebClient {
    private static final long MOST_CONNECT_MILLIS = 30_000;
    private static final int HANDSHAKE_MILLIS = 10_000;
    private static final int PORTION = 64 * 1024;

    private final NameResolver resolver;
    private final TransferObserver observer;
    private final AddressRules rules;
    private final TlsContexts trust;
    private final ScheduledThreadPoolExecutor watchdog;

    /** Asks for the addresses of a name. */
    interface NameResolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    /**
     * What is sent.
     *
     * @param method the method
     * @param url where to
     * @param headers all headers but Host, User-Agent, Connection, Content-Length and Accept-Encoding
     * @param body the body; sent with its length unless the method has none
     * @param verified whether the certificate of the peer is checked
     * @param handshakeMillis how long TLS may take to begin
     */
    record Request(
            String method,
            WebAddress url,
            Map<String, String> headers,
            byte[] body,
            boolean verified,
            int handshakeMillis) {
        Request(String method, WebAddress url, Map<String, String> headers, byte[] body, boolean verified) {
            this(method, url, headers, body, verified, HANDSHAKE_MILLIS);
        }

        Request withHandshakeMillis(int millis) {
            return new Request(method, url, headers, body, verified, millis);
        }
    }

    WebClient(NameResolver resolver, AddressRules rules, TlsContexts trust) {
        this(resolver, rules, trust, TransferObserver.NONE);
    }

    WebClient(NameResolver resolver, AddressRules rules, TlsContexts trust, TransferObserver observer) {
        this.observer = observer;
        this.resolver = resolver;
        this.rules = rules;
        this.trust = trust;
        watchdog = new ScheduledThreadPoolExecutor(1, task -> daemon(task, "portafilter-fetch-deadline"));
        watchdog.setRemoveOnCancelPolicy(true);
        watchdog.setKeepAliveTime(1, TimeUnit.SECONDS);
        watchdog.allowCoreThreadTimeOut(true);
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Sends a request and reads the head of the answer.
     *
     * @return the answer; to be closed
     * @throws FetchException when an address is blocked, or there is no time
     * @throws IOException when the network fails, or the peer speaks no HTTP
     */
    WebResponse send(Request request, Deadline deadline) throws IOException {
        String where = request.url().toString();
        InetAddress[] addresses = addresses(request.url().host(), where, deadline);
        Socket raw = connect(addresses, request.url().port(), where, deadline);
        ScheduledFuture<?> end =
                watchdog.schedule(() -> close(raw), deadline.millisLeft(where) + 1, TimeUnit.MILLISECONDS);
        try {
            Socket socket = request.url().tls() ? secured(raw, request, where, deadline) : raw;
            write(request, socket.getOutputStream());
            return WebResponse.read(request.method(), where, socket.getInputStream(), deadline, observer, () -> {
                end.cancel(false);
                raw.close();
            });
        } catch (IOException | RuntimeException e) {
            end.cancel(false);
            raw.close();
            if (e instanceof IOException && deadline.isOver()) {
                throw deadline.expired(where);
            }
            throw e;
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Nobody waits for this socket any more.
            return;
        }
    }

    private InetAddress[] addresses(String host, String where, Deadline deadline) throws IOException {
        InetAddress literal = AddressRules.literal(host);
        InetAddress[] addresses;
        if (literal != null) {
            addresses = new InetAddress[] {literal};
        } else {
            FutureTask<InetAddress[]> lookup = new FutureTask<>(() -> resolver.resolve(host));
            daemon(lookup, "portafilter-fetch-name").start();
            try {
                addresses = lookup.get(deadline.millisLeft(where), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                throw deadline.expired(where);
            } catch (ExecutionException e) {
                throw new UnknownHostException("unknown host " + host);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new FetchException("fetch.interrupted", where + ": interrupted", true);
            }
        }
        if (addresses.length == 0) {
            throw new UnknownHostException("host " + host + " has no address");
        }
        for (InetAddress address : addresses) {
            rules.check(where, address);
        }
        return addresses;
    }

    private static Socket connect(InetAddress[] addresses, int port, String where, Deadline deadline)
            throws IOException {
        IOException failure = null;
        for (int i = 0; i < addresses.length; i++) {
            long millis = Math.min(MOST_CONNECT_MILLIS, deadline.millisLeft(where)) / (addresses.length - i) + 1;
            Socket socket = new Socket(Proxy.NO_PROXY);
            try {
                socket.setTcpNoDelay(true);
                socket.connect(new InetSocketAddress(addresses[i], port), (int) millis);
                return socket;
            } catch (IOException e) {
                socket.close();
                if (failure != null) {
                    e.addSuppressed(failure);
                }
                failure = e;
            }
        }
        if (deadline.isOver()) {
            throw deadline.expired(where);
        }
        if (failure == null) {
            throw new UnknownHostException("no address");
        }
        throw failure;
    }

    private Socket secured(Socket raw, Request request, String where, Deadline deadline) throws IOException {
        String host = request.url().host();
        String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        SSLSocket socket = (SSLSocket) trust.sockets(request.verified())
                .createSocket(raw, name, request.url().port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"http/1.1"});
        if (request.verified()) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        socket.setSSLParameters(parameters);
        raw.setSoTimeout((int) Math.min(request.handshakeMillis(), deadline.millisLeft(where) + 1));
        socket.startHandshake();
        raw.setSoTimeout(0);
        return socket;
    }

    private void write(Request request, OutputStream out) throws IOException {
        StringBuilder head = new StringBuilder(256)
                .append(request.method())
                .append(' ')
                .append(request.url().target())
                .append(" HTTP/1.1\r\nHost: ")
                .append(request.url().authority())
                .append("\r\nUser-Agent: portafilter\r\nConnection: close\r\nAccept-Encoding: identity\r\n");
        request.headers().forEach((name, value) -> {
            if (value.chars().anyMatch(c -> c == '\r' || c == '\n')) {
                throw new IllegalArgumentException("header " + name + ": has a line break");
            }
            head.append(name).append(": ").append(value).append("\r\n");
        });
        boolean hasBody = !request.method().equals("GET") && !request.method().equals("HEAD");
        if (hasBody) {
            head.append("Content-Length: ").append(request.body().length).append("\r\n");
        }
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        for (int i = 0; hasBody && i < request.body().length; i += PORTION) {
            int count = Math.min(PORTION, request.body().length - i);
            out.write(request.body(), i, count);
            observer.transferred(i + count, request.body().length);
        }
        out.flush();
    }

    /** The bytes of a stream, at most some. */
    static byte[] readAtMost(InputStream in, long most, String code, String where) throws IOException {
        byte[] bytes = in.readNBytes((int) Math.min(Integer.MAX_VALUE - 8L, most + 1));
        if (bytes.length > most) {
            throw new FetchException(code, where + ": is larger than " + most + " bytes (limit)");
        }
        return bytes;
    }
}
