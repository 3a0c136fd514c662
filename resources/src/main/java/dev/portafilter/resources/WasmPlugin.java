package dev.portafilter.resources;

import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.Phase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A WasmPlugin, or a TrafficExtension, which means the same, as written, with defaults filled in. Made by
 * {@link ResourceReader} only, which has checked it. Source: WasmPlugin reference, sections 1.1 to 1.3 and 7.5.
 *
 * @param metadata name and what belongs to it
 * @param attachment which workloads and traffic it is for
 * @param module where the code comes from
 * @param pluginConfig {@code spec.pluginConfig} as compact JSON; empty when it is absent or {@code {}}
 * @param pluginName the root id; empty unless set
 * @param phase the phase
 * @param priority the priority; null when not set, which means 0
 * @param failStrategy what happens when the plugin cannot run
 * @param env {@code spec.vmConfig.env} as written
 * @param extras what Envoy's plugin configuration has and WasmPlugin lacks
 */
public record WasmPlugin(
        Metadata metadata,
        Attachment attachment,
        ModuleReference module,
        String pluginConfig,
        String pluginName,
        Phase phase,
        @Nullable Long priority,
        FailurePolicy failStrategy,
        List<EnvironmentVariable> env,
        Extras extras)
        implements ResourceModel {
    /** {@code apiVersion} of a WasmPlugin. */
    public static final String API_VERSION = "extensions.istio.io/v1alpha1";
    /** {@code kind} of a WasmPlugin. */
    public static final String KIND = "WasmPlugin";
    /** {@code kind} of a TrafficExtension: the same fields, those of the module in {@code spec.wasm}. */
    public static final String TRAFFIC_EXTENSION = "TrafficExtension";

    /** Leaves out the configuration and the variables: they may hold secrets. */
    @Override
    public String toString() {
        return KIND + " " + metadata + " (" + module.url() + ")";
    }

    /**
     * One variable of the VM.
     *
     * @param name the name
     * @param value the value; empty when it comes from the host
     * @param fromHost whether the host's variable of this name is copied
     */
    public record EnvironmentVariable(String name, String value, boolean fromHost) {
        /** Leaves out the value: it may be a secret. */
        @Override
        public String toString() {
            return name + (fromHost ? " from the host" : "");
        }
    }

    /**
     * The annotations {@code portafilter.dev/…}.
     *
     * @param vmId {@code vm-id}
     * @param vmConfiguration {@code vm-configuration}
     * @param pluginConfiguration {@code plugin-configuration}: raw text in place of {@code spec.pluginConfig}; null unless
     *     set
     * @param allowedCapabilities {@code allowed-capabilities}; empty allows all
     * @param allowOnHeadersStopIteration {@code allow-on-headers-stop-iteration}; null unless set
     * @param service {@code service}
     */
    public record Extras(
            String vmId,
            String vmConfiguration,
            @Nullable String pluginConfiguration,
            List<String> allowedCapabilities,
            @Nullable Boolean allowOnHeadersStopIteration,
            boolean service) {
        /** Leaves out the configurations: they may hold secrets. */
        @Override
        public String toString() {
            return "Extras(vmId " + vmId + ", service " + service + ")";
        }
    }
}
