package dev.portafilter.resources;

import dev.portafilter.resources.ReadOptions.UnsetPriority;
import dev.portafilter.resources.WasmPlugin.Extras;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.Phase;
import dev.portafilter.runtime.plugin.PluginSpec;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one WasmPlugin. Every error of it is reported; only a resource without errors becomes a plugin. */
final class WasmPluginReader {
    private static final int PLUGIN_NAME_CHARACTERS = 256;
    private static final int NAME_CHARACTERS = 253;
    private static final int NAMESPACE_CHARACTERS = 63;
    private static final Pattern SUBDOMAIN =
            Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
    private static final Pattern DOMAIN_LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?");
    /** What a server adds to metadata and what changes without a change of meaning. */
    private static final Set<String> SERVER_METADATA =
            Set.of("managedFields", "resourceVersion", "uid", "generation", "creationTimestamp");

    private static final BigInteger LEAST_LONG = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MOST_LONG = BigInteger.valueOf(Long.MAX_VALUE);
    private static final Choice<Phase> PHASE = Choice.of(
            Map.entry("UNSPECIFIED_PHASE", Phase.UNSPECIFIED),
            Map.entry("AUTHN", Phase.AUTHN),
            Map.entry("AUTHZ", Phase.AUTHZ),
            Map.entry("STATS", Phase.STATS));
    private static final Choice<FailurePolicy> FAIL_STRATEGY = Choice.of(
            Map.entry("FAIL_CLOSE", FailurePolicy.FAIL_CLOSED),
            Map.entry("FAIL_OPEN", FailurePolicy.FAIL_OPEN),
            Map.entry("FAIL_RELOAD", FailurePolicy.FAIL_RELOAD));

    private final Fields resource;
    private final ReadOptions options;
    private final Problems problems;
    private final Path baseDirectory;

    WasmPluginReader(Fields resource, ReadOptions options, Path baseDirectory) {
        this.resource = resource;
        this.options = options;
        this.problems = resource.problems();
        this.baseDirectory = baseDirectory;
    }

    /** A resource's {@code namespace/name} and where its name stands. */
    record Identity(String name, SourcePosition position) {}

    /** What the resource is called; null when it has no name. */
    static @Nullable Identity identity(Fields resource, ReadOptions options) {
        Node.Member metadata = resource.node().members().get("metadata");
        if (metadata == null || !(metadata.value() instanceof Node.Mapping mapping)) {
            return null;
        }
        Node.Text name = text(mapping, "name");
        Node.Text namespace = text(mapping, "namespace");
        if (name == null || name.value().isEmpty()) {
            return null;
        }
        String scope =
                namespace == null || namespace.value().isEmpty() ? options.defaultNamespace() : namespace.value();
        return new Identity(scope + "/" + name.value(), name.position());
    }

    private static Node.@Nullable Text text(Node.Mapping mapping, String name) {
        Node.Member member = mapping.members().get(name);
        return member != null && member.value() instanceof Node.Text text ? text : null;
    }

    /**
     * Reads the resource.
     *
     * @param errorsBefore how many errors there were before this resource was looked at
     * @return null when the resource has errors
     */
    @Nullable PluginResource read(int errorsBefore) {
        PlainWords.check(new Field("", resource.node(), problems));
        Fields metadataFields = metadataFields();
        AnnotationReader annotations =
                new AnnotationReader(metadataFields == null ? null : metadataFields.get("annotations"));
        Metadata metadata = metadataFields == null ? null : metadata(metadataFields, annotations);
        Extras extras = annotations.extras();
        Fields spec = spec();
        resource.get("status");
        resource.reportUnknown(options.strict());
        WasmPlugin plugin = spec == null ? null : plugin(spec, metadata, annotations, extras);
        if (plugin == null) {
            return null;
        }
        ModuleSource module = module(plugin);
        if (module == null || problems.errorCount() != errorsBefore) {
            return null;
        }
        return new PluginResource(WasmPlugin.KIND, plugin, spec(plugin, module), revision(plugin), resource.position());
    }

    private @Nullable Fields metadataFields() {
        Field field = resource.get("metadata");
        if (field == null) {
            problems.error("V-39", resource.position(), "metadata.name", null, "is missing", "a name");
            return null;
        }
        return field.mapping("V-39");
    }

    private @Nullable Metadata metadata(Fields fields, AnnotationReader annotations) {
        Field nameField = fields.get("name");
        String name = null;
        if (nameField == null) {
            fields.missing("name", "V-39", "a name");
        } else {
            name = nameField.text("V-39", NAME_CHARACTERS);
            if (name != null && !SUBDOMAIN.matcher(name).matches()) {
                nameField.errorWithValue(
                        "metadata.name", "is no name", "a-z, 0-9, - and ., a letter or digit first and last");
            }
        }
        Field namespaceField = fields.get("namespace");
        String namespace = options.defaultNamespace();
        if (namespaceField != null) {
            String text = namespaceField.text("metadata.namespace");
            if (text != null && !text.isEmpty()) {
                namespace = text;
                if (text.length() > NAMESPACE_CHARACTERS
                        || !DOMAIN_LABEL.matcher(text).matches()) {
                    namespaceField.errorWithValue("metadata.namespace", "is no namespace", "1 to 63 of a-z, 0-9 and -");
                }
            }
        }
        Field created = fields.get("creationTimestamp");
        Field version = fields.get("resourceVersion");
        String versionText = version == null ? null : version.text("metadata.resourceVersion");
        return name == null
                ? null
                : new Metadata(
                        name,
                        namespace,
                        Map.copyOf(annotations.all()),
                        created == null ? null : created.text("metadata.creationTimestamp"),
                        versionText == null || versionText.isEmpty() ? null : versionText);
    }

    private @Nullable Fields spec() {
        Field field = resource.getOrNull("spec");
        if (field == null) {
            resource.missing("spec", "V-01", "a mapping with url");
            return null;
        }
        return field.mapping("V-01");
    }

    private @Nullable WasmPlugin plugin(
            Fields spec, @Nullable Metadata metadata, AnnotationReader annotations, Extras extras) {
        Attachment attachment = AttachmentReader.read(spec, options);
        ModuleReference module = ModuleReader.read(spec, options);
        String config = pluginConfig(spec, annotations);
        Field nameField = spec.get("pluginName");
        String pluginName = nameField == null ? "" : nameField.text("V-12", PLUGIN_NAME_CHARACTERS);
        Phase phase = PHASE.read(spec.get("phase"));
        Long priority = priority(spec.get("priority"));
        Field strategyField = spec.get("failStrategy");
        FailurePolicy failStrategy = FAIL_STRATEGY.read(strategyField);
        if (strategyField != null
                && failStrategy == FailurePolicy.FAIL_OPEN
                && (phase == Phase.AUTHN || phase == Phase.AUTHZ)) {
            strategyField.warningWithValue(
                    "V-38", "lets requests pass unchecked when a plugin of phase " + phase + " fails", "FAIL_CLOSE");
        }
        List<WasmPlugin.EnvironmentVariable> env = EnvironmentReader.read(spec, options);
        spec.reportUnknown(options.strict());
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
            raw.error("annotation", "stands beside spec.pluginConfig", "one of the two");
        }
        return JsonText.of(mapping);
    }

    private static @Nullable Long priority(@Nullable Field field) {
        BigInteger value = field == null ? null : field.integer("V-32");
        if (field == null || value == null) {
            return null;
        }
        if (value.compareTo(LEAST_LONG) < 0 || value.compareTo(MOST_LONG) > 0) {
            field.errorWithValue("V-32", "does not fit 64 bits", LEAST_LONG + ".." + MOST_LONG);
            return null;
        }
        if (value.bitLength() > 31) {
            field.warningWithValue("V-33", "is refused by Istio", Integer.MIN_VALUE + ".." + Integer.MAX_VALUE);
        }
        return value.longValue();
    }

    /** The source of the module; null after an error when it cannot be had or checked. */
    private @Nullable ModuleSource module(WasmPlugin plugin) {
        ModuleReference module = plugin.module();
        ModuleLocator locator = options.modules();
        boolean loads = locator.loads(module.url().scheme());
        if (!loads) {
            unsupported("url", module.url().scheme() + " is not supported yet", "file://");
        }
        if (!module.verificationKeys().isEmpty() && !locator.verifiesSignatures()) {
            unsupported("verificationKey", "signature verification is not supported yet", "no verificationKey");
            loads = false;
        }
        if (!loads) {
            return null;
        }
        try {
            return locator.locate(module, plugin.metadata().namespace(), baseDirectory);
        } catch (InvalidPathException e) {
            unsupported("url", "is no path on this file system", "file:// and a path");
            return null;
        }
    }

    private void unsupported(String name, String message, String expected) {
        Field field = resource.get("spec");
        Fields spec = field != null && field.node() instanceof Node.Mapping mapping
                ? new Fields(mapping, "spec", problems)
                : resource;
        Field subject = spec.get(name);
        Field config = spec.get("pluginConfig");
        if (subject == null && config != null && config.node() instanceof Node.Mapping mapping) {
            subject = new Fields(mapping, config.path(), problems).get(name);
        }
        if (subject != null) {
            subject.error("unsupported", message, expected);
        }
    }

    private PluginSpec spec(WasmPlugin plugin, ModuleSource module) {
        Extras extras = plugin.extras();
        String raw = extras.pluginConfiguration();
        Boolean stopIteration = extras.allowOnHeadersStopIteration();
        Long priority = plugin.priority();
        long unset = options.unsetPriority() == UnsetPriority.ZERO ? 0 : Integer.MIN_VALUE;
        return PluginSpec.builder(plugin.metadata().name(), module)
                .namespace(plugin.metadata().namespace())
                .rootId(plugin.pluginName())
                .vmId(extras.vmId())
                .configuration((raw == null ? plugin.pluginConfig() : raw).getBytes(StandardCharsets.UTF_8))
                .vmConfiguration(extras.vmConfiguration().getBytes(StandardCharsets.UTF_8))
                .type(plugin.attachment().type())
                .phase(plugin.phase())
                .priority(priority == null ? unset : priority)
                .failurePolicy(plugin.failStrategy())
                .environment(EnvironmentReader.environment(plugin.env(), options.hostEnvironment()))
                .allowedCapabilities(Set.copyOf(extras.allowedCapabilities()))
                .allowOnHeadersStopIteration(
                        stopIteration == null ? options.allowOnHeadersStopIteration() : stopIteration)
                .service(extras.service())
                .isolated(options.isolated())
                .limits(options.limits())
                .build();
    }

    /** Kubernetes' revision, or a digest of all that an operator wrote. */
    private String revision(WasmPlugin plugin) {
        String version = plugin.metadata().resourceVersion();
        if (version != null) {
            return version;
        }
        Map<String, Node.Member> all = resource.node().members();
        Map<String, Node.Member> written = new LinkedHashMap<>();
        for (String part : List.of("metadata", "spec")) {
            Node.Member member = all.get(part);
            if (member != null && member.value() instanceof Node.Mapping mapping) {
                Map<String, Node.Member> members = new LinkedHashMap<>(mapping.members());
                if (part.equals("metadata")) {
                    members.keySet().removeAll(SERVER_METADATA);
                }
                Node.Mapping kept = new Node.Mapping(members, mapping.position());
                written.put(part, new Node.Member(kept, member.keyPosition(), false));
            }
        }
        return FileModule.sha256(JsonText.bytes(new Node.Mapping(written, resource.position())));
    }
}
