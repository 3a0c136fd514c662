package dev.portafilter.resources;

import dev.portafilter.runtime.plugin.PluginLimits;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How resources are read. Start from {@link #DEFAULT}.
 *
 * @param baseDirectory what relative {@code file://} paths are resolved against; null for the directory of the file that
 *     holds the resource, or the process' directory for text that is in no file
 * @param defaultNamespace the namespace of resources that name none
 * @param strict whether unknown fields are errors
 * @param pluginConfigKey what {@code spec.pluginConfig.verificationKey} means
 * @param unsetPriority what a resource without priority counts as
 * @param hostEnvironment the host's variables, for {@code valueFrom: HOST}; null for one that is not set or not allowed
 * @param hostAllow names of the host's variables that plugins may ask for; null for all
 * @param blockUntilReady whether requests wait for a ServiceMeshExtension as for others, and do not pass without it until
 *     it has been loaded
 * @param allowOnHeadersStopIteration what holds for resources without the annotation
 * @param isolated whether each plugin has a VM of its own
 * @param limits the limits of each plugin
 * @param modules where modules can come from
 */
public record ReadOptions(
        @Nullable Path baseDirectory,
        String defaultNamespace,
        boolean strict,
        PluginConfigKey pluginConfigKey,
        UnsetPriority unsetPriority,
        Function<String, @Nullable String> hostEnvironment,
        @Nullable Set<String> hostAllow,
        boolean blockUntilReady,
        boolean allowOnHeadersStopIteration,
        boolean isolated,
        PluginLimits limits,
        ModuleLocator modules) {
    /** What {@code spec.pluginConfig.verificationKey} means. */
    public enum PluginConfigKey {
        /** A key that must have signed the module. */
        ENFORCE,
        /** Plain data of the plugin. */
        IGNORE
    }

    /** What a resource without priority counts as. */
    public enum UnsetPriority {
        /** Priority 0. */
        ZERO,
        /** Lower than every 32-bit priority, as Istio has it. */
        LOWEST
    }

    /** Modules from files, beside the file that names them; namespace {@code default}; not strict. */
    public static final ReadOptions DEFAULT = new ReadOptions(
            null,
            "default",
            false,
            PluginConfigKey.ENFORCE,
            UnsetPriority.ZERO,
            System::getenv,
            null,
            false,
            false,
            false,
            PluginLimits.DEFAULT,
            ModuleLocator.files());

    /** Whether plugins may ask for a variable of the host. */
    boolean allowsHostVariable(String name) {
        return hostAllow == null || hostAllow.contains(name);
    }

    /** These options as a builder. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Collects options. Not thread-safe. */
    public static final class Builder {
        private @Nullable Path baseDirectory;
        private String defaultNamespace;
        private boolean strict;
        private PluginConfigKey pluginConfigKey;
        private UnsetPriority unsetPriority;
        private Function<String, @Nullable String> hostEnvironment;
        private @Nullable Set<String> hostAllow;
        private boolean blockUntilReady;
        private boolean allowOnHeadersStopIteration;
        private boolean isolated;
        private PluginLimits limits;
        private ModuleLocator modules;

        private Builder(ReadOptions options) {
            baseDirectory = options.baseDirectory;
            defaultNamespace = options.defaultNamespace;
            strict = options.strict;
            pluginConfigKey = options.pluginConfigKey;
            unsetPriority = options.unsetPriority;
            hostEnvironment = options.hostEnvironment;
            hostAllow = options.hostAllow;
            blockUntilReady = options.blockUntilReady;
            allowOnHeadersStopIteration = options.allowOnHeadersStopIteration;
            isolated = options.isolated;
            limits = options.limits;
            modules = options.modules;
        }

        /** Sets what relative paths are resolved against. */
        public Builder baseDirectory(@Nullable Path value) {
            baseDirectory = value;
            return this;
        }

        /** Sets the namespace of resources that name none. */
        public Builder defaultNamespace(String value) {
            defaultNamespace = value;
            return this;
        }

        /** Sets whether unknown fields are errors. */
        public Builder strict(boolean value) {
            strict = value;
            return this;
        }

        /** Sets what a key in the plugin's configuration means. */
        public Builder pluginConfigKey(PluginConfigKey value) {
            pluginConfigKey = value;
            return this;
        }

        /** Sets what a resource without priority counts as. */
        public Builder unsetPriority(UnsetPriority value) {
            unsetPriority = value;
            return this;
        }

        /** Sets the host's variables. */
        public Builder hostEnvironment(Function<String, @Nullable String> value) {
            hostEnvironment = value;
            return this;
        }

        /** Sets the names of the host's variables that plugins may ask for; copied; null for all. */
        public Builder hostAllow(@Nullable Set<String> value) {
            hostAllow = value == null ? null : Set.copyOf(value);
            return this;
        }

        /** Sets whether requests wait for a ServiceMeshExtension that was never loaded. */
        public Builder blockUntilReady(boolean value) {
            blockUntilReady = value;
            return this;
        }

        /** Sets what holds for resources without the annotation. */
        public Builder allowOnHeadersStopIteration(boolean value) {
            allowOnHeadersStopIteration = value;
            return this;
        }

        /** Sets whether each plugin has a VM of its own. */
        public Builder isolated(boolean value) {
            isolated = value;
            return this;
        }

        /** Sets the limits of each plugin. */
        public Builder limits(PluginLimits value) {
            limits = value;
            return this;
        }

        /** Sets where modules can come from. */
        public Builder modules(ModuleLocator value) {
            modules = value;
            return this;
        }

        /** The options. */
        public ReadOptions build() {
            return new ReadOptions(
                    baseDirectory,
                    defaultNamespace,
                    strict,
                    pluginConfigKey,
                    unsetPriority,
                    hostEnvironment,
                    hostAllow,
                    blockUntilReady,
                    allowOnHeadersStopIteration,
                    isolated,
                    limits,
                    modules);
        }
    }
}
