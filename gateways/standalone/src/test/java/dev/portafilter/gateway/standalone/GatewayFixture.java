package dev.portafilter.gateway.standalone;

import java.io.IOException;

/** A gateway without plugins before an upstream, on ports that the system chose. */
final class GatewayFixture implements AutoCloseable {
    final PassThrough chain = new PassThrough();
    final Gateway gateway;

    GatewayFixture(Target upstream) {
        this(upstream, GatewayLimits.DEFAULT);
    }

    GatewayFixture(Target upstream, GatewayLimits limits) {
        this(GatewayOptions.builder(upstream).limits(limits));
    }

    GatewayFixture(GatewayOptions.Builder options) {
        gateway = Gateway.prepare(
                options.listen(new Endpoint("127.0.0.1", 0)).workers(1).build());
        gateway.start(chain::newWorker);
    }

    RawClient connect() throws IOException {
        return new RawClient(gateway.endpoint());
    }

    /** One request on a connection of its own. */
    RawClient.Message ask(String request) throws IOException {
        try (RawClient client = connect()) {
            return client.send(request).response();
        }
    }

    @Override
    public void close() {
        gateway.close();
    }
}
