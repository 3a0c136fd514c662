package dev.portafilter.benchmarks.peer;

import io.roastedroot.proxywasm.internal.HttpRequestAdaptor;
import io.roastedroot.proxywasm.internal.PluginHttpContext;
import io.roastedroot.proxywasm.internal.ProxyMap;
import io.roastedroot.proxywasm.internal.WasmResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request and its response; both maps are built from strings, the response's when it arrives. */
final class PeerExchange implements HttpRequestAdaptor {
    private static final List<String> SOURCE_ADDRESS = List.of("source", "address");
    private static final ProxyMap NO_ENTRIES = ProxyMap.of();
    private static final byte[] ADDRESS = "10.1.2.3:4567".getBytes(StandardCharsets.UTF_8);

    private final String[] givenResponseHeaders;
    private final ProxyMap requestHeaders;
    private @Nullable ProxyMap responseHeaders;
    private byte[] responseBody;

    PeerExchange(String[] requestHeaders, String[] responseHeaders, byte[] responseBody) {
        this.requestHeaders = ProxyMap.of(requestHeaders);
        this.givenResponseHeaders = responseHeaders;
        this.responseBody = responseBody;
    }

    void responseArrived() {
        responseHeaders = ProxyMap.of(givenResponseHeaders);
    }

    byte[] responseBody() {
        return responseBody;
    }

    void responseBody(byte[] value) {
        responseBody = value;
    }

    /** The final headers and body in words, in the form that the benchmarks compare. */
    String outcome() {
        return "request " + lines(requestHeaders) + "response " + lines(responseHeaders)
                + new String(responseBody, StandardCharsets.ISO_8859_1);
    }

    private static String lines(@Nullable ProxyMap map) {
        List<String> lines = new ArrayList<>();
        if (map != null) {
            for (Map.Entry<String, String> entry : map.entries()) {
                lines.add(entry.getKey() + ": " + entry.getValue());
            }
        }
        lines.sort(null);
        return lines.size() + "\n" + String.join("\n", lines) + "\n";
    }

    @Override
    public ProxyMap getHttpRequestHeaders() {
        return requestHeaders;
    }

    @Override
    public @Nullable ProxyMap getHttpResponseHeaders() {
        return responseHeaders;
    }

    @Override
    public ProxyMap getHttpRequestTrailers() {
        return NO_ENTRIES;
    }

    @Override
    public ProxyMap getHttpResponseTrailers() {
        return NO_ENTRIES;
    }

    @Override
    public ProxyMap getGrpcReceiveInitialMetaData() {
        return NO_ENTRIES;
    }

    @Override
    public ProxyMap getGrpcReceiveTrailerMetaData() {
        return NO_ENTRIES;
    }

    @Override
    public byte @Nullable [] getProperty(PluginHttpContext context, List<String> path) {
        return path.equals(SOURCE_ADDRESS) ? ADDRESS : null;
    }

    @Override
    public WasmResult setProperty(PluginHttpContext context, List<String> path, byte[] value) {
        return WasmResult.NOT_FOUND;
    }

    @Override
    public String remoteAddress() {
        return "10.1.2.3";
    }

    @Override
    public int remotePort() {
        return 4567;
    }

    @Override
    public String localAddress() {
        return "127.0.0.1";
    }

    @Override
    public int localPort() {
        return 8080;
    }

    @Override
    public String protocol() {
        return "HTTP/1.1";
    }
}
