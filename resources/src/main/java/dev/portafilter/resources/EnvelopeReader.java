package dev.portafilter.resources;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what resources of every kind have: what they are called, and where the fields of their own are. */
final class EnvelopeReader {
    private static final int NAME_CHARACTERS = 253;
    private static final int NAMESPACE_CHARACTERS = 63;
    private static final Pattern SUBDOMAIN =
            Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
    private static final Pattern DOMAIN_LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?");
    /** What a server adds to metadata and what changes without a change of meaning. */
    private static final Set<String> SERVER_METADATA =
            Set.of("managedFields", "resourceVersion", "uid", "generation", "creationTimestamp");

    private final Fields resource;
    private final ReadOptions options;
    private final Problems problems;
    private final @Nullable Fields metadataFields;
    private final AnnotationReader annotations;

    EnvelopeReader(Fields resource, ReadOptions options) {
        this.resource = resource;
        this.options = options;
        this.problems = resource.problems();
        PlainWords.check(new Field("", resource.node(), problems));
        metadataFields = metadataFields();
        annotations = new AnnotationReader(metadataFields == null ? null : metadataFields.get("annotations"));
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

    /** The annotations. */
    AnnotationReader annotations() {
        return annotations;
    }

    /** What the resource is called; null after an error. */
    @Nullable Metadata metadata() {
        return metadataFields == null ? null : metadata(metadataFields);
    }

    private @Nullable Fields metadataFields() {
        Field field = resource.get("metadata");
        if (field == null) {
            problems.error("V-39", resource.position(), "metadata.name", null, "is missing", "a name");
            return null;
        }
        return field.mapping("V-39");
    }

    private @Nullable Metadata metadata(Fields fields) {
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

    /** The fields of the kind; null after an error. All that stands beside them has been looked at then. */
    @Nullable Fields spec(String expected) {
        resource.get("status");
        Field field = resource.getOrNull("spec");
        resource.reportUnknown(options.strict());
        if (field == null) {
            resource.missing("spec", "V-01", expected);
            return null;
        }
        return field.mapping("V-01");
    }

    /** Kubernetes' revision, or a digest of all that an operator wrote. */
    String revision(Metadata metadata) {
        String version = metadata.resourceVersion();
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
