/**
 * A reverse proxy on Vert.x whose requests and responses pass through the plugins of the runtime. Its event loops are the
 * runtime's workers. Start at {@link dev.portafilter.gateway.standalone.Gateway} and {@link
 * dev.portafilter.gateway.standalone.GatewayOptions}; {@link dev.portafilter.gateway.standalone.ProxyExchange} is what
 * happens to one request, {@link dev.portafilter.gateway.standalone.TcpConnection} what happens to one TCP connection.
 *
 * <p>What it does where specifications leave a choice, as Envoy unless another reason is given:
 *
 * <ul>
 *   <li>Plugins see {@code :authority :path :method :scheme}, the client's lines in their order with lower-case names, and
 *       {@code x-forwarded-proto}; nothing about the connection. Of a response they see every line, {@code
 *       transfer-encoding} included.
 *   <li>Upgrades and WebSockets get 403, {@code CONNECT} 501, {@code OPTIONS *} 404, an expectation other than {@code
 *       100-continue} 417, a target or header line that is not clean 400; plugins see none of these.
 *   <li>{@code 100 Continue} is sent as soon as the request has been let in, unless a plugin has answered by then. Other
 *       informational responses are dropped.
 *   <li>A response that ends before its request closes an HTTP/1.1 connection; over HTTP/2 the request is reset with {@code
 *       NO_ERROR}.
 *   <li>A body that does not fit its {@code content-length} breaks the exchange off. Trailers are dropped only where the
 *       wire has no place for them: HTTP/1.0, and HTTP/1.1 with a fixed length.
 *   <li>Requests are never sent twice: a connection that broke gives 503, also when it was an idle one.
 *   <li>Each TCP connection of a client gets one to the upstream, in clear text. Each direction ends on its own; a reset on
 *       either side becomes one on the other. Silence on both sides for as long as the limit says closes both.
 * </ul>
 */
@NullMarked
package dev.portafilter.gateway.standalone;

import org.jspecify.annotations.NullMarked;
