package dev.portafilter.benchmarks.peer;

import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import io.roastedroot.proxywasm.PluginFactory;
import io.roastedroot.proxywasm.SimpleMetricsHandler;
import io.roastedroot.proxywasm.SimpleSharedDataHandler;
import io.roastedroot.proxywasm.StartException;
import io.roastedroot.proxywasm.internal.Pool;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One plugin in the other host. Gives one lifecycle to each thread that asks: as a {@link Runnable} it takes one request
 * through, as a {@link Callable} it does the same and tells the outcome.
 *
 * <p>The set-ups are the ones its API has, from the best one down:
 *
 * <dl>
 *   <dt>{@code PER_THREAD}
 *   <dd>compiled once; an instance for each thread, kept
 *   <dt>{@code SHARED}
 *   <dd>compiled once; one instance for all threads, behind its lock ({@code withShared(true)})
 *   <dt>{@code PER_REQUEST}
 *   <dd>compiled once; an instance for each request ({@code withShared(false)})
 *   <dt>{@code DEFAULT}
 *   <dd>what the builder does when nothing is set: interpreted, an instance for each request
 * </dl>
 */
public final class PeerHost implements Supplier<Callable<String>> {
    private final String setUp;
    private final PluginFactory factory;
    private final Supplier<PeerExchange> requests;
    private final PeerServer server;
    private final @Nullable Pool sharedPool;

    /**
     * Compiles the module, unless the set-up interprets.
     *
     * @param setUp one of the names above
     * @param requestHeaders name, value, name, value …
     * @param responseBody empty for none
     * @param callAnswer response headers of every HTTP call that the plugin makes
     * @throws IllegalStateException when the plugin does not start
     */
    public PeerHost(
            String setUp,
            byte[] module,
            String configuration,
            String[] requestHeaders,
            String[] responseHeaders,
            byte[] responseBody,
            String[] callAnswer) {
        this.setUp = setUp;
        this.server = new PeerServer(callAnswer);
        this.requests = () -> new PeerExchange(requestHeaders, responseHeaders, responseBody.clone());
        WasmModule parsed = Parser.parse(module);
        PluginFactory.Builder builder = PluginFactory.builder(parsed)
                .withName("benchmark")
                .withPluginConfig(configuration)
                .withMetricsHandler(new SimpleMetricsHandler())
                .withSharedDataHandler(new SimpleSharedDataHandler());
        if (!setUp.equals("DEFAULT")) {
            builder.withMachineFactory(MachineFactoryCompiler.builder(parsed).compile());
        }
        this.factory = builder.build();
        this.sharedPool = setUp.equals("SHARED") ? started(new Pool.SharedPlugin(server, factory)) : null;
    }

    /** A lifecycle for the calling thread; also a {@link Runnable}. */
    @Override
    public Callable<String> get() {
        return new PeerLifecycle(pool(), requests);
    }

    private Pool pool() {
        if (sharedPool != null) {
            return sharedPool;
        }
        return setUp.equals("PER_THREAD")
                ? started(new Pool.SharedPlugin(server, factory))
                : new Pool.PluginPerRequest(server, factory);
    }

    /** The pool with its instance, which it makes at the first use and without a lock. */
    private static Pool started(Pool pool) {
        try {
            pool.release(pool.borrow());
            return pool;
        } catch (StartException e) {
            throw new IllegalStateException("peer: the plugin does not start: " + e.getMessage(), e);
        }
    }
}
