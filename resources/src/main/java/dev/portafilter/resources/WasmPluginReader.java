package dev.portafilter.resources;

import dev.portafilter.resources.ReadOptions.UnsetPriority;
import dev.portafilter.resources.WasmPlugin.Extras;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.Phase;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.TieBreak;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one WasmPlugin, or one TrafficExtension, whose fields of the module are one level deeper. Every error of it is
 * reported; only a resource without errors becomes a plugin.
 */
final class WasmPluginReader {
    static final Choice<Phase> PHASE = Choice.of(
            Map.entry("UNSPECIFIED_PHASE", Phase.UNSPECIFIED),
            Map.entry("AUTHN", Phase.AUTHN),
            Map.entry("AUTHZ", Phase.AUTHZ),
            Map.entry("STATS", Phase.STATS));
    static final Choice<FailurePolicy> FAIL_STRATEGY = Choice.of(
            Map.entry("FAIL_CLOSE", FailurePolicy.FAIL_CLOSED),
            Map.entry("FAIL_OPEN", FailurePolicy.FAIL_OPEN),
            Map.entry("FAIL_RELOAD", FailurePolicy.FAIL_RELOAD));
    private static final Choice<Phase> TRAFFIC_EXTENSION_PHASE = Choice.of(
            Map.entry("UNSPECIFIED", Phase.UNSPECIFIED),
            Map.entry("AUTHN", Phase.AUTHN),
            Map.entry("AUTHZ", Phase.AUTHZ),
            Map.entry("STATS", Phase.STATS));
    private static final int PLUGIN_NAME_CHARACTERS = 256;

    private final Kind kind;
    private final Fields resource;
    private final ReadOptions options;
    private final Problems problems;
    private final Path baseDirectory;

    WasmPluginReader(Kind kind, Fields resource, ReadOptions options, Path baseDirectory) {
        this.kind = kind;
        this.resource = resource;
        this.options = options;
        this.problems = resource.problems();
        this.baseDirectory = baseDirectory;
    }

    /**
     * Reads the resource.
     *
     * @param errorsBefore how many errors there were before this resource was looked at
     * @return null when the resource has errors
     */
    @Nullable PluginResource read(int errorsBefore) {
        EnvelopeReader envelope = new EnvelopeReader(resource, options);
        Metadata metadata = envelope.metadata();
        boolean nested = kind == Kind.TRAFFIC_EXTENSION;
        Fields spec = envelope.spec(nested ? "a mapping with wasm" : "a mapping with url");
        Fields wasm = spec == null || !nested ? spec : wasm(spec);
        Extras extras = envelope.annotations().extras();
        WasmPlugin plugin =
                spec == null || wasm == null ? null : plugin(spec, wasm, metadata, envelope.annotations(), extras);
        if (plugin == null || wasm == null) {
            return null;
        }
        String revision = envelope.revision(plugin.metadata());
        ModuleLocator.Requester requester = new ModuleLocator.Requester(
                plugin.metadata().namespace(),
                kind.word() + " " + plugin.metadata().name(),
                revision);
        ModuleSource module = ModuleReader.source(plugin.module(), requester, wasm, options, baseDirectory);
        if (module == null || problems.errorCount() != errorsBefore) {
            return null;
        }
        return new PluginResource(kind.word(), plugin, spec(plugin, module), revision, resource.position());
    }

    /** The module of a TrafficExtension; null after an error. */
    private @Nullable Fields wasm(Fields spec) {
        Field wasm = spec.get("wasm");
        Field lua = spec.get("lua");
        if (lua != null) {
            boolean both = wasm != null;
            lua.error(
                    both ? "traffic.oneOf" : "traffic.lua",
                    both ? "stands beside wasm" : "is not supported: this host runs WebAssembly",
                    both ? "one of wasm and lua" : "wasm, with a module that does the same");
        } else if (wasm == null) {
            spec.missing("wasm", "traffic.oneOf", "a mapping with url");
        }
        return wasm == null ? null : wasm.mapping("traffic.oneOf");
    }

    private @Nullable WasmPlugin plugin(
            Fields spec, Fields wasm, @Nullable Metadata metadata, AnnotationReader annotations, Extras extras) {
        Attachment attachment = AttachmentReader.read(kind, spec, wasm, options);
        ModuleReference module = ModuleReader.read(wasm, options);
        String config = pluginConfig(wasm, annotations);
        Field nameField = wasm.get("pluginName");
        String pluginName = nameField == null ? "" : nameField.text("V-12", PLUGIN_NAME_CHARACTERS);
        Phase phase = (kind == Kind.TRAFFIC_EXTENSION ? TRAFFIC_EXTENSION_PHASE : PHASE).read(spec.get("phase"));
        Long priority = priority(spec.get("priority"));
        Field strategyField = wasm.get("failStrategy");
        FailurePolicy failStrategy = FAIL_STRATEGY.read(strategyField);
        if (strategyField != null
                && failStrategy == FailurePolicy.FAIL_OPEN
                && (phase == Phase.AUTHN || phase == Phase.AUTHZ)) {
            strategyField.warningWithValue(
                    "V-38", "lets requests pass unchecked when a plugin of phase " + phase + " fails", "FAIL_CLOSE");
        }
        List<WasmPlugin.EnvironmentVariable> env = EnvironmentReader.read(wasm, options);
        spec.reportUnknown(options.strict());
        if (wasm != spec) {
            wasm.reportUnknown(options.strict());
        }
        if (metadata == null || module == null || pluginName == null) {
            return null;
        }
        return new WasmPlugin(
                metadata, attachment, module, config, pluginName, phase, priority, failStrategy, env, extras);
    }

    private static String pluginConfig(Fields spec, AnnotationReader annotations) {
        Field field = spec.get("pluginConfig");
        if (field == null) {
            return "";
        }
        if (!(field.node() instanceof Node.Mapping mapping)) {
            field.error(
                    "V-34",
                    "is " + field.node().kind(),
                    "a mapping; plain text goes into the annotation " + AnnotationReader.PREFIX
                            + AnnotationReader.PLUGIN_CONFIGURATION);
            return "";
        }
        if (mapping.members().isEmpty()) {
            return "";
        }
        Field raw = annotations.get(AnnotationReader.PLUGIN_CONFIGURATION);
        if (raw != null) {
            raw.error("annotation", "stands beside " + field.path(), "one of the two");
        }
        return JsonText.of(mapping);
    }

    private static @Nullable Long priority(@Nullable Field field) {
        Long value = field == null ? null : field.longInteger("V-32");
        if (field != null && value != null && value != value.intValue()) {
            field.warningWithValue("V-33", "is refused by Istio", Integer.MIN_VALUE + ".." + Integer.MAX_VALUE);
        }
        return value;
    }

    private PluginSpec spec(WasmPlugin plugin, ModuleSource module) {
        Extras extras = plugin.extras();
        String raw = extras.pluginConfiguration();
        Boolean stopIteration = extras.allowOnHeadersStopIteration();
        Long priority = plugin.priority();
        long unset = options.unsetPriority() == UnsetPriority.ZERO ? 0 : Integer.MIN_VALUE;
        String name = plugin.metadata().name();
        String namespace = plugin.metadata().namespace();
        return PluginSpec.builder(name, module)
                .namespace(namespace)
                .rootId(plugin.pluginName())
                .vmId(extras.vmId())
                .configuration((raw == null ? plugin.pluginConfig() : raw).getBytes(StandardCharsets.UTF_8))
                .vmConfiguration(extras.vmConfiguration().getBytes(StandardCharsets.UTF_8))
                .type(plugin.attachment().type())
                .phase(plugin.phase())
                .priority(priority == null ? unset : priority)
                .tieBreaks(List.of(
                        new TieBreak("name", name),
                        new TieBreak("namespace", namespace),
                        new TieBreak("kind", kind.word())))
                .failurePolicy(plugin.failStrategy())
                // Requests pass without one that fails open anyway: nobody waits for its server.
                .joinsWhenReady(plugin.failStrategy() == FailurePolicy.FAIL_OPEN
                        && plugin.module().url().scheme() != ModuleUrl.Scheme.FILE)
                .environment(EnvironmentReader.environment(plugin.env(), options))
                .allowedCapabilities(Set.copyOf(extras.allowedCapabilities()))
                .allowOnHeadersStopIteration(
                        stopIteration == null ? options.allowOnHeadersStopIteration() : stopIteration)
                .service(extras.service())
                .isolated(options.isolated())
                .limits(options.limits())
                .build();
    }
}
