package dev.portafilter.resources;

import dev.portafilter.resources.ModuleReference.Layout;
import dev.portafilter.resources.ModuleReference.PullPolicy;
import dev.portafilter.resources.WasmPlugin.Extras;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.Phase;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.TieBreak;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one ServiceMeshExtension. Source: WasmPlugin reference, sections 3.1, 3.3 and 3.4. */
final class ServiceMeshExtensionReader {
    /** Under this key alone, Maistra keeps a text of {@code v1alpha1} that is no JSON object. */
    static final String RAW_CONFIG = "raw_v1alpha1_config";

    private static final String NEVER = "Never";
    private static final int SECRET_NAME_CHARACTERS = 253;

    private final Fields resource;
    private final String apiVersion;
    private final ReadOptions options;
    private final Problems problems;
    private final Path baseDirectory;

    ServiceMeshExtensionReader(Fields resource, String apiVersion, ReadOptions options, Path baseDirectory) {
        this.resource = resource;
        this.apiVersion = apiVersion;
        this.options = options;
        this.problems = resource.problems();
        this.baseDirectory = baseDirectory;
    }

    /** What the plugin reads, and whether only this kind can hold it. */
    private record Config(String text, boolean raw) {
        static final Config NONE = new Config("", false);
    }

    /**
     * Reads the resource.
     *
     * @param errorsBefore how many errors there were before this resource was looked at
     * @return null when the resource has errors
     */
    @Nullable PluginResource read(int errorsBefore) {
        EnvelopeReader envelope = new EnvelopeReader(resource, options);
        warnOfAge();
        Metadata metadata = envelope.metadata();
        Fields spec = envelope.spec("a mapping with image");
        Extras extras = envelope.annotations().extras();
        ServiceMeshExtension extension =
                spec == null ? null : extension(spec, metadata, envelope.annotations(), extras);
        if (spec == null || extension == null) {
            return null;
        }
        Metadata named = extension.metadata();
        String revision = envelope.revision(named);
        ModuleLocator.Requester requester = new ModuleLocator.Requester(
                named.namespace(), ServiceMeshExtension.KIND + " " + named.name(), revision);
        ModuleSource module = ModuleReader.source(extension.module(), requester, spec, options, baseDirectory);
        if (module == null || problems.errorCount() != errorsBefore) {
            return null;
        }
        return new PluginResource(
                ServiceMeshExtension.KIND, extension, spec(extension, module), revision, resource.position());
    }

    private void warnOfAge() {
        Field kind = resource.get("kind");
        if (kind != null) {
            kind.warning("sme.deprecated", "is deprecated", WasmPlugin.KIND + "; portafilter migrate writes it");
        }
        Field version = resource.get("apiVersion");
        if (version != null && apiVersion.equals(ServiceMeshExtension.PRE_RELEASE)) {
            version.warningWithValue("sme.apiVersion", "is of before the first release", ServiceMeshExtension.V1);
        }
    }

    private @Nullable ServiceMeshExtension extension(
            Fields spec, @Nullable Metadata metadata, AnnotationReader annotations, Extras extras) {
        Attachment attachment = AttachmentReader.readExtension(spec, options);
        ModuleReference module = module(spec);
        Config config = config(spec.get("config"), annotations);
        Field phaseField = spec.get("phase");
        Phase phase = phaseField == null ? null : ServiceMeshExtension.PHASE.word(phaseField, "V-31");
        Field priorityField = spec.get("priority");
        Long priority = priorityField == null ? null : priorityField.longInteger("V-32");
        spec.reportUnknown(options.strict());
        if (metadata == null || module == null) {
            return null;
        }
        return new ServiceMeshExtension(
                metadata, attachment, module, config.text(), config.raw(), phase, priority, null, extras);
    }

    private @Nullable ModuleReference module(Fields spec) {
        PullPolicy policy = pullPolicy(spec.get("imagePullPolicy"));
        List<String> secrets = new ArrayList<>();
        Field secretsField = spec.get("imagePullSecrets");
        if (secretsField != null) {
            secretsField.sequence("V-11").forEach(entry -> secret(entry, secrets));
        }
        Field field = spec.get("image");
        if (field == null) {
            spec.missing("image", "V-02", "host/repository:tag");
            return null;
        }
        String text = field.text("V-02", Integer.MAX_VALUE);
        if (text == null) {
            return null;
        }
        try {
            ModuleUrl url = ModuleUrl.parse("oci://" + text);
            if (text.indexOf('/') < 0) {
                field.errorWithValue("V-05", "names no registry", "host/repository:tag");
                return null;
            }
            ImageReference image = url.image();
            if (image != null && image.impliedTag() && image.digest() == null) {
                field.warningWithValue("sme.tag", "has no tag", "host/repository:tag");
            }
            return new ModuleReference(url, Layout.EXTENSION, "", policy, List.copyOf(secrets), List.of());
        } catch (ModuleUrl.MalformedUrlException e) {
            field.errorWithValue(e.rule(), String.valueOf(e.getMessage()), e.expected());
            return null;
        }
    }

    private static PullPolicy pullPolicy(@Nullable Field field) {
        if (field != null
                && field.node() instanceof Node.Text text
                && text.value().equals(NEVER)) {
            field.warningWithValue("sme.never", "is treated as IfNotPresent, as Maistra did", "IfNotPresent or Always");
            return PullPolicy.IF_NOT_PRESENT;
        }
        return ModuleReader.PULL_POLICY.read(field);
    }

    private void secret(Field entry, List<String> secrets) {
        Fields fields = entry.mapping("V-11");
        if (fields == null) {
            return;
        }
        Field name = fields.get("name");
        fields.reportUnknown(options.strict());
        if (name == null) {
            fields.missing("name", "V-11", "the name of a secret");
            return;
        }
        String text = name.text("V-11", SECRET_NAME_CHARACTERS);
        if (text != null) {
            secrets.add(text);
        }
    }

    private Config config(@Nullable Field field, AnnotationReader annotations) {
        Field raw = annotations.get(AnnotationReader.PLUGIN_CONFIGURATION);
        if (field == null) {
            return Config.NONE;
        }
        if (raw != null) {
            raw.error("annotation", "stands beside " + field.path(), "one of the two");
        }
        if (!apiVersion.equals(ServiceMeshExtension.V1)) {
            return textConfig(field);
        }
        if (!(field.node() instanceof Node.Mapping mapping)) {
            field.error("V-34", "is " + field.node().kind(), "a mapping; text is for " + ServiceMeshExtension.V1ALPHA1);
            return Config.NONE;
        }
        Node.Member only = mapping.members().get(RAW_CONFIG);
        if (only != null && mapping.members().size() == 1 && only.value() instanceof Node.Text text) {
            return new Config(text.value(), true);
        }
        return new Config(JsonText.of(mapping), false);
    }

    private static Config textConfig(Field field) {
        if (!(field.node() instanceof Node.Text text)) {
            field.error("V-34", "is " + field.node().kind(), "text; a mapping is for maistra.io/v1");
            return Config.NONE;
        }
        Node.Mapping object = JsonDocuments.object(text.value());
        return object == null
                ? new Config(text.value(), !text.value().isEmpty())
                : new Config(JsonText.of(object), false);
    }

    private PluginSpec spec(ServiceMeshExtension extension, ModuleSource module) {
        String name = extension.metadata().name();
        String namespace = extension.metadata().namespace();
        Extras extras = extension.extras();
        String raw = extras.pluginConfiguration();
        Boolean stopIteration = extras.allowOnHeadersStopIteration();
        Phase phase = extension.effectivePhase();
        String image = extension.module().url().text().substring("oci://".length());
        return PluginSpec.builder(name, module)
                .namespace(namespace)
                .pluginName(name)
                .rootId(name + "_root")
                .vmId(extras.vmId())
                .configuration((raw == null ? extension.config() : raw).getBytes(StandardCharsets.UTF_8))
                .vmConfiguration(extras.vmConfiguration().getBytes(StandardCharsets.UTF_8))
                .phase(phase == null ? Phase.UNSPECIFIED : phase)
                .priority(extension.effectivePriority())
                .tieBreaks(List.of(
                        new TieBreak("name and image", name + image),
                        new TieBreak("namespace", namespace),
                        new TieBreak("name", name)))
                .allowedCapabilities(Set.copyOf(extras.allowedCapabilities()))
                .allowOnHeadersStopIteration(
                        stopIteration == null ? options.allowOnHeadersStopIteration() : stopIteration)
                .service(extras.service())
                .isolated(options.isolated())
                .joinsWhenReady(!options.blockUntilReady())
                .limits(options.limits())
                .build();
    }
}
