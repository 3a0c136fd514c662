package dev.portafilter.runtime.stream;

import dev.portafilter.runtime.plugin.Phase;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.runtime.service.HostStep;
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
    static final FilterChain EMPTY = new FilterChain(List.of(), Map.of());

    private final ChainFilter[] filters;
    private final int bufferLimit;
    // Behind how many filters each step stands, in the order of the chain.
    private final List<PlacedStep> steps = new ArrayList<>();

    /** A step of the host's own, and how many plugins come before it. */
    private record PlacedStep(HostStep.Place place, HostStep step, int position) {}

    FilterChain(List<ChainFilter> filters, Map<HostStep.Place, HostStep> hostSteps) {
        for (HostStep.Place place : HostStep.Place.values()) {
            HostStep step = hostSteps.get(place);
            if (step != null) {
                int before = (int) filters.stream()
                        .filter(filter -> filter.spec().phase().compareTo(lastBefore(place)) <= 0)
                        .count();
                steps.add(new PlacedStep(place, step, before));
            }
        }
        this.filters = filters.toArray(ChainFilter[]::new);
        // A step may hold a request where no plugin has a limit.
        int smallest = steps.isEmpty() ? Integer.MAX_VALUE : PluginLimits.DEFAULT.bufferBytes();
        for (ChainFilter filter : filters) {
            smallest = Math.min(smallest, filter.spec().limits().bufferBytes());
        }
        this.bufferLimit = smallest;
    }

    private static Phase lastBefore(HostStep.Place place) {
        return switch (place) {
            case AUTHENTICATION -> Phase.PRE_AUTHN;
            case AUTHORIZATION -> Phase.PRE_AUTHZ;
            case STATISTICS -> Phase.PRE_STATS;
        };
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
    @Nullable StreamFilter[] open(HttpStream stream, Worker worker) {
        @Nullable StreamFilter[] contexts = new StreamFilter[filters.length + steps.size()];
        int count = 0;
        int nextStep = 0;
        for (int i = 0; i < filters.length; i++) {
            while (nextStep < steps.size() && steps.get(nextStep).position == i) {
                contexts[count++] = open(steps.get(nextStep++), stream, worker);
            }
            ChainFilter filter = filters[i];
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
        while (nextStep < steps.size()) {
            contexts[count++] = open(steps.get(nextStep++), stream, worker);
        }
        return count == contexts.length ? contexts : Arrays.copyOf(contexts, count);
    }

    private static StreamFilter open(PlacedStep placed, HttpStream stream, Worker worker) {
        return new StepContext(stream, worker, placed.place, placed.step);
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
