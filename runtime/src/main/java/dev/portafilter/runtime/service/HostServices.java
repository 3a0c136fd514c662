package dev.portafilter.runtime.service;

import dev.portafilter.abi.ForeignFunction;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What the machine takes from outside: time, randomness, the log, the network, foreign functions. Immutable; what it
 * holds must be thread-safe. Everything has a default, so an embedder sets only what differs.
 */
public final class HostServices {
    private final Builder parts;

    private HostServices(Builder parts) {
        this.parts = parts;
    }

    /** Starts with the defaults: system clocks, a secure random, the log through slf4j, no cluster to call. */
    public static Builder builder() {
        return new Builder();
    }

    /** The clocks. */
    public HostClock clock() {
        return parts.clock;
    }

    /** The source of randomness. */
    public RandomGenerator random() {
        return parts.random;
    }

    /** The log of the plugins. */
    public PluginLog log() {
        return parts.log;
    }

    /** The network for HTTP calls of plugins. */
    public HttpCallTransport httpCalls() {
        return parts.httpCalls;
    }

    /** The network for gRPC calls of plugins. */
    public GrpcCallTransport grpcCalls() {
        return parts.grpcCalls;
    }

    /** Functions that guests can call by name, the built-in ones included. */
    public Map<String, ForeignFunction> foreignFunctions() {
        return parts.foreignFunctions;
    }

    /** What the proxy is called in its mesh, or null. */
    public @Nullable NodeInfo node() {
        return parts.node;
    }

    /** The host's own steps among the plugins. */
    public Map<HostStep.Place, HostStep> hostSteps() {
        return parts.hostSteps;
    }

    /** Shared data of all VMs. */
    public SharedDataStore sharedData() {
        return parts.sharedData;
    }

    /** Shared queues of all VMs. */
    public SharedQueueStore sharedQueues() {
        return parts.sharedQueues;
    }

    /** Metrics of all VMs and of the host. */
    public MetricStore metrics() {
        return parts.metrics;
    }

    /** Collects the services. Not thread-safe. */
    public static final class Builder {
        private HostClock clock = HostClock.system();
        private RandomGenerator random = new SecureRandom();
        private PluginLog log = PluginLog.slf4j();
        private HttpCallTransport httpCalls = HttpCallTransport.none();
        private GrpcCallTransport grpcCalls = GrpcCallTransport.none();
        private Map<String, ForeignFunction> foreignFunctions = BuiltInForeignFunctions.all();
        private Map<HostStep.Place, HostStep> hostSteps = Map.of();
        private @Nullable NodeInfo node;
        private SharedDataStore sharedData = new SharedDataStore();
        private SharedQueueStore sharedQueues = new SharedQueueStore();
        private MetricStore metrics = new MetricStore();

        private Builder() {}

        /** Sets the clocks. */
        public Builder clock(HostClock value) {
            clock = Objects.requireNonNull(value, "clock");
            return this;
        }

        /** Sets the source of randomness, which must be thread-safe. */
        public Builder random(RandomGenerator value) {
            random = Objects.requireNonNull(value, "random");
            return this;
        }

        /** Sets the log of the plugins. */
        public Builder log(PluginLog value) {
            log = Objects.requireNonNull(value, "log");
            return this;
        }

        /** Sets the network for HTTP calls. */
        public Builder httpCalls(HttpCallTransport value) {
            httpCalls = Objects.requireNonNull(value, "httpCalls");
            return this;
        }

        /** Sets the network for gRPC calls. */
        public Builder grpcCalls(GrpcCallTransport value) {
            grpcCalls = Objects.requireNonNull(value, "grpcCalls");
            return this;
        }

        /** Adds a foreign function, in the place of a built-in one of the same name. */
        public Builder foreignFunction(String name, ForeignFunction function) {
            Map<String, ForeignFunction> functions = new LinkedHashMap<>(foreignFunctions);
            functions.put(name, Objects.requireNonNull(function, "function"));
            foreignFunctions = java.util.Collections.unmodifiableMap(functions);
            return this;
        }

        /** Puts a step of the host's own among the plugins, in the place of one that was there. */
        public Builder hostStep(HostStep.Place place, HostStep step) {
            Map<HostStep.Place, HostStep> steps = new EnumMap<>(HostStep.Place.class);
            steps.putAll(hostSteps);
            steps.put(place, Objects.requireNonNull(step, "step"));
            hostSteps = java.util.Collections.unmodifiableMap(steps);
            return this;
        }

        /** Makes the stores anew with these limits, and limits the foreign functions. */
        public Builder limits(ServiceLimits value) {
            sharedData = new SharedDataStore(value.sharedDataBytes());
            sharedQueues = new SharedQueueStore(
                    new SharedQueueStore.Limits(value.queueCount(), value.queueItems(), value.queueBytes()));
            metrics = new MetricStore(value.metricCount());
            return foreignFunction("uncompress", BuiltInForeignFunctions.uncompress(value.uncompressedBytes()));
        }

        /** Sets what the proxy is called in its mesh; plugins read it as {@code xds.node}. */
        public Builder node(@Nullable NodeInfo value) {
            node = value;
            return this;
        }

        /** Sets the store of shared data, for several hosts that share it or for other limits. */
        public Builder sharedData(SharedDataStore value) {
            sharedData = Objects.requireNonNull(value, "sharedData");
            return this;
        }

        /** Sets the store of shared queues, for several hosts that share it or for other limits. */
        public Builder sharedQueues(SharedQueueStore value) {
            sharedQueues = Objects.requireNonNull(value, "sharedQueues");
            return this;
        }

        /** Sets the store of metrics. */
        public Builder metrics(MetricStore value) {
            metrics = Objects.requireNonNull(value, "metrics");
            return this;
        }

        /** The services. */
        public HostServices build() {
            Builder copy = new Builder();
            copy.clock = clock;
            copy.random = random;
            copy.log = log;
            copy.httpCalls = httpCalls;
            copy.grpcCalls = grpcCalls;
            copy.foreignFunctions = foreignFunctions;
            copy.hostSteps = hostSteps;
            copy.node = node;
            copy.sharedData = sharedData;
            copy.sharedQueues = sharedQueues;
            copy.metrics = metrics;
            return new HostServices(copy);
        }
    }
}
