package dev.portafilter.runtime.stream;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The plugins that a worker's streams go through, in request order. The list never changes; a change of configuration
 * makes another chain, and a stream keeps the one it began with.
 */
final class FilterChain {
    static final FilterChain EMPTY = new FilterChain(List.of());

    private final ChainFilter[] filters;
    private final int bufferLimit;

    FilterChain(List<ChainFilter> filters) {
        this.filters = filters.toArray(ChainFilter[]::new);
        int smallest = Integer.MAX_VALUE;
        for (ChainFilter filter : filters) {
            smallest = Math.min(smallest, filter.spec().limits().bufferBytes());
        }
        this.bufferLimit = smallest;
    }

    /** The filters in request order; not to be changed. */
    ChainFilter[] all() {
        return filters;
    }

    /** Whether a plugin waits for another VM. */
    boolean reloadable() {
        for (ChainFilter filter : filters) {
            if (filter.reloadable()) {
                return true;
            }
        }
        return false;
    }

    /** Whether a plugin has asked for time before it ends. */
    boolean waits() {
        for (ChainFilter filter : filters) {
            if (filter.waits()) {
                return true;
            }
        }
        return false;
    }

    /** Adds the plugins that wait for another VM to those of the same VM. */
    void addReloadable(Map<String, List<ChainFilter>> byVm) {
        for (ChainFilter filter : filters) {
            if (filter.reloadable()) {
                byVm.computeIfAbsent(filter.loaded().vmKey(), key -> new ArrayList<>())
                        .add(filter);
            }
        }
    }

    /** The most bytes that one plugin may hold of one direction: the smallest limit of the plugins, as in Envoy. */
    int bufferLimit() {
        return bufferLimit;
    }

    /**
     * The contexts of a new stream, with their ids. A plugin that cannot run is left out when it fails open, and is null
     * otherwise.
     */
    @Nullable StreamContext[] open(HttpStream stream) {
        @Nullable StreamContext[] contexts = new StreamContext[filters.length];
        int count = 0;
        for (ChainFilter filter : filters) {
            PluginContext plugin = filter.plugin();
            if (plugin != null && plugin.running()) {
                StreamContext context = new StreamContext(stream, plugin, plugin.vm.nextId());
                plugin.vm.remember(context);
                plugin.streamOpened();
                contexts[count++] = context;
            } else if (!filter.failsOpen()) {
                contexts[count++] = null;
            }
        }
        return count == contexts.length ? contexts : Arrays.copyOf(contexts, count);
    }

    /** The contexts of a new connection, by the same rules. */
    @Nullable TcpContext[] open(TcpStream stream) {
        @Nullable TcpContext[] contexts = new TcpContext[filters.length];
        int count = 0;
        for (ChainFilter filter : filters) {
            PluginContext plugin = filter.plugin();
            if (plugin != null && plugin.running()) {
                TcpContext context = new TcpContext(stream, plugin, plugin.vm.nextId());
                plugin.vm.remember(context);
                plugin.streamOpened();
                contexts[count++] = context;
            } else if (!filter.failsOpen()) {
                contexts[count++] = null;
            }
        }
        return count == contexts.length ? contexts : Arrays.copyOf(contexts, count);
    }
}
