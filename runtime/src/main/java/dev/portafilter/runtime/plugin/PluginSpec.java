package dev.portafilter.runtime.plugin;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that says which plugin runs, where in the chain, and within which limits. Immutable.
 * Source: WasmPlugin reference, sections 1.2 and 7.3 to 7.5.
 */
public final class PluginSpec {
    private static final byte[] EMPTY = new byte[0];

    private final Builder parts;

    private PluginSpec(Builder parts) {
        this.parts = parts;
    }

    /**
     * Starts a spec.
     *
     * @param name the plugin's name, not empty; with the namespace it must be unique in a chain
     * @param module where the code comes from
     */
    public static Builder builder(String name, ModuleSource module) {
        return new Builder(name, module);
    }

    /** The name. */
    public String name() {
        return parts.name;
    }

    /** The namespace, {@code default} unless set. */
    public String namespace() {
        return parts.namespace;
    }

    /** What logs, states and metrics call the plugin; unique in a host; {@code namespace.name} unless set. */
    public String qualifiedName() {
        String set = parts.qualifiedName;
        return set == null ? parts.namespace + "." + parts.name : set;
    }

    /** The property {@code plugin_name}; {@code namespace.name} unless set. */
    public String pluginName() {
        String set = parts.pluginName;
        return set == null ? parts.namespace + "." + parts.name : set;
    }

    /** Where the code comes from. */
    public ModuleSource module() {
        return parts.module;
    }

    /** The property {@code plugin_root_id}; empty unless set. */
    public String rootId() {
        return parts.rootId;
    }

    /** The property {@code plugin_vm_id}, which shares data and queues; empty unless set. */
    public String vmId() {
        return parts.vmId;
    }

    /** What {@code on_configure} reads; a copy. */
    public byte[] configuration() {
        return parts.configuration.clone();
    }

    /** What {@code on_vm_start} reads; a copy. */
    public byte[] vmConfiguration() {
        return parts.vmConfiguration.clone();
    }

    /** The phase. */
    public Phase phase() {
        return parts.phase;
    }

    /** What the plugin filters, which decides the chain that it is in. */
    public PluginType type() {
        return parts.type;
    }

    /** The priority within the phase; higher comes first. */
    public long priority() {
        return parts.priority;
    }

    /** What decides among plugins of equal phase and priority, in this order; name and namespace unless set. */
    public List<TieBreak> tieBreaks() {
        List<TieBreak> set = parts.tieBreaks;
        return set == null ? TieBreak.standard(parts.name, parts.namespace) : set;
    }

    /** What happens to requests when the plugin cannot run. */
    public FailurePolicy failurePolicy() {
        return parts.failurePolicy;
    }

    /** Environment variables of the VM, in order. */
    public Map<String, String> environment() {
        return parts.environment;
    }

    /** Names of host functions, callbacks and WASI functions that may be used; empty for all. */
    public Set<String> allowedCapabilities() {
        return parts.allowedCapabilities;
    }

    /** Whether a pause in a headers callback lets body callbacks go on (ABI reference, section 4.3). */
    public boolean allowOnHeadersStopIteration() {
        return parts.allowOnHeadersStopIteration;
    }

    /** Whether the plugin is in no chain but runs once, on a worker of its own. */
    public boolean service() {
        return parts.service;
    }

    /** Whether the plugin has a VM of its own even where another one could share it. */
    public boolean isolated() {
        return parts.isolated;
    }

    /**
     * Whether requests pass without the plugin until it has been loaded for the first time, whatever its failure policy:
     * what a ServiceMeshExtension does. From then on the failure policy holds.
     */
    public boolean joinsWhenReady() {
        return parts.joinsWhenReady;
    }

    /** The limits. */
    public PluginLimits limits() {
        return parts.limits;
    }

    /**
     * Whether what runs for the other spec can go on for this one, if the code is the same: nothing differs but the place in
     * the chain and where the code comes from.
     */
    public boolean runsAs(PluginSpec other) {
        return qualifiedName().equals(other.qualifiedName())
                && pluginName().equals(other.pluginName())
                && parts.name.equals(other.parts.name)
                && parts.namespace.equals(other.parts.namespace)
                && parts.rootId.equals(other.parts.rootId)
                && parts.vmId.equals(other.parts.vmId)
                && Arrays.equals(parts.configuration, other.parts.configuration)
                && Arrays.equals(parts.vmConfiguration, other.parts.vmConfiguration)
                && parts.type == other.parts.type
                && parts.failurePolicy == other.parts.failurePolicy
                && parts.environment.equals(other.parts.environment)
                && parts.allowedCapabilities.equals(other.parts.allowedCapabilities)
                && parts.allowOnHeadersStopIteration == other.parts.allowOnHeadersStopIteration
                && parts.service == other.parts.service
                && parts.isolated == other.parts.isolated
                && parts.limits.equals(other.parts.limits);
    }

    /** A builder that starts with the parts of this spec. */
    public Builder toBuilder() {
        return new Builder(parts);
    }

    @Override
    public String toString() {
        return qualifiedName() + " (" + parts.phase + ", priority " + parts.priority + ", " + parts.module.location()
                + ")";
    }

    /** Collects the parts of a {@link PluginSpec}. Not thread-safe. */
    public static final class Builder {
        private final String name;
        private final ModuleSource module;
        private String namespace = "default";
        private @Nullable String qualifiedName;
        private @Nullable String pluginName;
        private String rootId = "";
        private String vmId = "";
        private byte[] configuration = EMPTY;
        private byte[] vmConfiguration = EMPTY;
        private PluginType type = PluginType.HTTP;
        private Phase phase = Phase.UNSPECIFIED;
        private long priority;
        private @Nullable List<TieBreak> tieBreaks;
        private FailurePolicy failurePolicy = FailurePolicy.FAIL_CLOSED;
        private Map<String, String> environment = Map.of();
        private Set<String> allowedCapabilities = Set.of();
        private boolean allowOnHeadersStopIteration;
        private boolean service;
        private boolean isolated;
        private boolean joinsWhenReady;
        private PluginLimits limits = PluginLimits.DEFAULT;

        private Builder(String name, ModuleSource module) {
            if (name.isEmpty()) {
                throw new IllegalArgumentException("plugin name: \"\" (expected: at least one character)");
            }
            this.name = name;
            this.module = Objects.requireNonNull(module, "module");
        }

        private Builder(Builder other) {
            this(other.name, other.module);
            namespace = other.namespace;
            qualifiedName = other.qualifiedName;
            pluginName = other.pluginName;
            rootId = other.rootId;
            vmId = other.vmId;
            configuration = other.configuration;
            vmConfiguration = other.vmConfiguration;
            type = other.type;
            phase = other.phase;
            priority = other.priority;
            tieBreaks = other.tieBreaks;
            failurePolicy = other.failurePolicy;
            environment = other.environment;
            allowedCapabilities = other.allowedCapabilities;
            allowOnHeadersStopIteration = other.allowOnHeadersStopIteration;
            service = other.service;
            isolated = other.isolated;
            joinsWhenReady = other.joinsWhenReady;
            limits = other.limits;
        }

        /** Sets the namespace. */
        public Builder namespace(String value) {
            namespace = Objects.requireNonNull(value, "namespace");
            return this;
        }

        /** Sets what logs, states and metrics call the plugin; it must be unique in a host. */
        public Builder qualifiedName(String value) {
            qualifiedName = Objects.requireNonNull(value, "qualifiedName");
            return this;
        }

        /** Sets the property {@code plugin_name}. */
        public Builder pluginName(String value) {
            pluginName = Objects.requireNonNull(value, "pluginName");
            return this;
        }

        /** Sets the root id. */
        public Builder rootId(String value) {
            rootId = Objects.requireNonNull(value, "rootId");
            return this;
        }

        /** Sets the VM id. */
        public Builder vmId(String value) {
            vmId = Objects.requireNonNull(value, "vmId");
            return this;
        }

        /** Sets the plugin configuration; copied. */
        public Builder configuration(byte[] value) {
            configuration = value.clone();
            return this;
        }

        /** Sets the VM configuration; copied. */
        public Builder vmConfiguration(byte[] value) {
            vmConfiguration = value.clone();
            return this;
        }

        /** Sets what the plugin filters; HTTP unless set. */
        public Builder type(PluginType value) {
            type = Objects.requireNonNull(value, "type");
            return this;
        }

        /** Sets the phase. */
        public Builder phase(Phase value) {
            phase = Objects.requireNonNull(value, "phase");
            return this;
        }

        /** Sets the priority. */
        public Builder priority(long value) {
            priority = value;
            return this;
        }

        /**
         * Sets what decides among plugins of equal phase and priority; copied. Plugins of one chain and phase are to have it
         * from the same rule, and the last step must tell any two apart.
         */
        public Builder tieBreaks(List<TieBreak> value) {
            tieBreaks = List.copyOf(value);
            return this;
        }

        /** Sets the failure policy. */
        public Builder failurePolicy(FailurePolicy value) {
            failurePolicy = Objects.requireNonNull(value, "failurePolicy");
            return this;
        }

        /** Sets the environment; copied, order kept. */
        public Builder environment(Map<String, String> value) {
            environment = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(value));
            return this;
        }

        /** Sets the allowed capabilities; copied; empty allows all. */
        public Builder allowedCapabilities(Set<String> value) {
            allowedCapabilities = Set.copyOf(value);
            return this;
        }

        /** Lets body callbacks go on while headers are paused. */
        public Builder allowOnHeadersStopIteration(boolean value) {
            allowOnHeadersStopIteration = value;
            return this;
        }

        /** Makes the plugin a service. */
        public Builder service(boolean value) {
            service = value;
            return this;
        }

        /** Gives the plugin a VM of its own. */
        public Builder isolated(boolean value) {
            isolated = value;
            return this;
        }

        /** Lets requests pass without the plugin until it has been loaded for the first time. */
        public Builder joinsWhenReady(boolean value) {
            joinsWhenReady = value;
            return this;
        }

        /** Sets the limits. */
        public Builder limits(PluginLimits value) {
            limits = Objects.requireNonNull(value, "limits");
            return this;
        }

        /** The spec; the builder can go on. */
        public PluginSpec build() {
            return new PluginSpec(new Builder(this));
        }
    }
}
