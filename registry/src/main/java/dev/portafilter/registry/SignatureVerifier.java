package dev.portafilter.registry;

import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds a signature of a module that one of some keys has made. Without one there is an error, which says of each candidate
 * why it does not count; so is it when signatures cannot be read. Nothing of the module is parsed before. Immutable.
 * Source: WasmPlugin reference, section 6.
 */
public final class SignatureVerifier {
    /** Most bytes of a payload, a bundle or a file with a signature. */
    static final long MOST_SIGNATURE_BYTES = 1 << 20;
    /** What the names of files with signatures end in, in the order in which they are looked for. */
    static final List<String> SUFFIXES = List.of(".sigstore.json", ".sig");
    /** Most candidates for the signature of one image. */
    static final int MOST_CANDIDATES = 100;

    /** Types that say nothing; cosign writes the second, that of the empty configuration, where a registry has no referrers. */
    private static final Set<String> UNTOLD = Set.of("", "application/vnd.oci.empty.v1+json");

    private static final String SIGNATURE_ARTIFACT = "application/vnd.dev.cosign.artifact.sig.v1+json";

    private final VerificationKeys keys;

    /**
     * A verifier.
     *
     * @param keys any of which may have signed
     * @throws FetchException {@code signature.keyInvalid} when one can verify nothing
     */
    public SignatureVerifier(List<PublicKey> keys) throws FetchException {
        this.keys = new VerificationKeys(keys);
        if (keys.isEmpty()) {
            throw new FetchException("signature.keyInvalid", "no key (expected: at least one)");
        }
    }

    /**
     * Finds a signature of an image: a tag of cosign, a bundle that refers to it, or a signature image that does.
     *
     * @param repository where the image is; signatures are read with the same credentials
     * @param subjects the digests of the image, any of which may be signed: what the reference means, and the manifest that
     *     was chosen of it
     * @throws FetchException {@code signature.…} when there is none
     */
    public Verification verifyImage(Repository repository, List<String> subjects) throws FetchException {
        Candidates candidates = new Candidates(repository.name() + " " + String.join(" or ", subjects), keys);
        for (String subject : subjects) {
            Verification verification = verifySubject(repository, subject, candidates);
            if (verification != null) {
                return verification;
            }
        }
        throw candidates.noneVerified();
    }

    /**
     * Finds a signature of a module that is no image: {@code .sigstore.json}, else {@code .sig}, else one in the module.
     *
     * @param place what messages call the module
     * @param companions the files beside it
     * @param downloaded the bytes as they are there, which signatures beside the module are over
     * @param module the bytes as they run, which a signature in the module is over
     * @throws FetchException {@code signature.…} when there is none
     */
    public Verification verifyModule(String place, CompanionFiles companions, byte[] downloaded, byte[] module)
            throws FetchException {
        Candidates candidates = new Candidates(place, keys);
        String digest = Sha256.PREFIX + Sha256.hex(downloaded);
        byte[] bundle = companion(companions, SUFFIXES.get(0), candidates);
        if (bundle != null) {
            candidates.add(SUFFIXES.get(0), SigstoreBundle.verifyBlob(bundle, downloaded, keys));
            return candidates.verificationOf(digest);
        }
        byte[] signature = companion(companions, SUFFIXES.get(1), candidates);
        if (signature != null) {
            candidates.add(SUFFIXES.get(1), verifyDetached(signature, downloaded));
            return candidates.verificationOf(digest);
        }
        candidates.add("embedded signature", verifyEmbedded(module));
        return candidates.verificationOf(digest);
    }

    private byte @Nullable [] companion(CompanionFiles companions, String suffix, Candidates candidates)
            throws FetchException {
        try {
            byte[] bytes = companions.read(suffix);
            if (bytes == null) {
                candidates.add(suffix, Finding.skipped("there is none"));
            }
            return bytes;
        } catch (FetchException e) {
            throw unreadable(candidates.place, suffix, e);
        }
    }

    private Finding verifyDetached(byte[] file, byte[] downloaded) {
        byte[] decoded = VerificationKeys.decoded(new String(file, StandardCharsets.ISO_8859_1));
        PublicKey key = decoded == null ? null : keys.signer(downloaded, decoded);
        if (key == null) {
            key = keys.signer(downloaded, file);
        }
        return key == null ? keys.noSigner() : Finding.verified(key);
    }

    private Finding verifyEmbedded(byte[] module) {
        if (!keys.anyEd25519()) {
            return Finding.skipped("only Ed25519 keys make them");
        }
        EmbeddedSignature embedded;
        try {
            embedded = EmbeddedSignature.read(module);
        } catch (EmbeddedSignature.MalformedSignatureException e) {
            return Finding.invalid(String.valueOf(e.getMessage()));
        }
        if (embedded == null) {
            return Finding.skipped("there is none in front of the other sections");
        }
        for (byte[] signature : embedded.signatures()) {
            PublicKey key = keys.ed25519Signer(embedded.message(), signature);
            if (key != null) {
                return Finding.verified(key);
            }
        }
        return keys.noSigner();
    }

    private @Nullable Verification verifySubject(Repository repository, String subject, Candidates candidates)
            throws FetchException {
        String tag = SimpleSigning.tag(subject);
        RawManifest signatures = manifest(repository, tag, candidates.place, "tag " + tag);
        if (signatures == null) {
            candidates.add("tag " + tag, Finding.skipped("there is none"));
        } else {
            verifyLayers(repository, signatures, subject, "tag " + tag, candidates);
        }
        if (candidates.isVerified()) {
            return candidates.verificationOf(subject);
        }
        List<Descriptor> referrers = referrers(repository, subject, candidates.place);
        if (referrers.isEmpty()) {
            candidates.add("referrers of " + subject, Finding.skipped("there are none"));
        }
        verifyReferrers(repository, referrers, subject, candidates, true);
        verifyReferrers(repository, referrers, subject, candidates, false);
        return candidates.isVerified() ? candidates.verificationOf(subject) : null;
    }

    private void verifyReferrers(
            Repository repository, List<Descriptor> referrers, String subject, Candidates candidates, boolean bundles)
            throws FetchException {
        for (Descriptor referrer : referrers) {
            boolean bundle = UNTOLD.contains(referrer.artifactType())
                    || referrer.artifactType().startsWith(SigstoreBundle.MEDIA_TYPE);
            boolean wanted = bundles ? bundle : referrer.artifactType().equals(SIGNATURE_ARTIFACT);
            if (!wanted || candidates.isVerified() || candidates.full()) {
                continue;
            }
            String name = "referrer " + referrer.digest();
            RawManifest manifest = manifest(repository, referrer.digest(), candidates.place, name);
            if (manifest == null) {
                candidates.add(name, Finding.skipped("is not there"));
            } else if (bundles) {
                candidates.add(name, verifyBundle(repository, manifest, subject, name));
            } else {
                verifyLayers(repository, manifest, subject, name, candidates);
            }
        }
    }

    private Finding verifyBundle(Repository repository, RawManifest manifest, String subject, String name)
            throws FetchException {
        JsonObject tree = JsonObject.parseOrNull(manifest.bytes());
        if (tree == null) {
            return Finding.skipped("its manifest is no JSON");
        }
        List<JsonObject> layers = tree.children("layers");
        String mediaType = layers.isEmpty() ? "" : layers.get(0).text("mediaType");
        if (!mediaType.startsWith(SigstoreBundle.MEDIA_TYPE)) {
            return Finding.skipped("it holds no bundle");
        }
        if (layers.size() != 1) {
            return Finding.invalid("it has " + layers.size() + " layers (expected: 1)");
        }
        String about = tree.child("subject").text("digest");
        if (!about.equals(subject)) {
            return Finding.digestMismatch("it refers to " + Finding.quote(about) + " (expected: " + subject + ")");
        }
        if (!SigstoreBundle.isKnown(mediaType)) {
            return Finding.invalid("its bundle is " + Finding.quote(mediaType) + " (expected: version 0.3)");
        }
        Blob blob = blob(repository, layers.get(0), name);
        return blob.bytes == null ? blob.problem : SigstoreBundle.verifyImage(blob.bytes, subject, keys);
    }

    private void verifyLayers(
            Repository repository, RawManifest manifest, String subject, String name, Candidates candidates)
            throws FetchException {
        JsonObject tree = JsonObject.parseOrNull(manifest.bytes());
        if (tree == null) {
            candidates.add(name, Finding.skipped("its manifest is no JSON"));
            return;
        }
        int number = 0;
        int found = 0;
        for (JsonObject layer : tree.children("layers")) {
            number++;
            if (candidates.isVerified() || candidates.full()) {
                return;
            }
            if (layer.text("mediaType").equals(SimpleSigning.MEDIA_TYPE)) {
                found++;
                candidates.add(name + ", layer " + number, verifyLayer(repository, layer, subject, name));
            }
        }
        if (found == 0) {
            candidates.add(name, Finding.skipped("it has no layer " + SimpleSigning.MEDIA_TYPE));
        }
    }

    private Finding verifyLayer(Repository repository, JsonObject layer, String subject, String name)
            throws FetchException {
        String annotation = layer.child("annotations").text(SimpleSigning.SIGNATURE_ANNOTATION);
        byte[] signature = VerificationKeys.decoded(annotation);
        if (signature == null || annotation.isEmpty()) {
            return Finding.invalid("it has no annotation " + SimpleSigning.SIGNATURE_ANNOTATION + " in base64");
        }
        Blob payload = blob(repository, layer, name);
        if (payload.bytes == null) {
            return payload.problem;
        }
        PublicKey key = keys.signer(payload.bytes, signature);
        return key == null ? keys.noSigner() : SimpleSigning.check(payload.bytes, subject, key);
    }

    /** What a layer refers to; without bytes when it is not what the layer says, which is a candidate's own fault. */
    private static Blob blob(Repository repository, JsonObject layer, String name) throws FetchException {
        Descriptor descriptor =
                new Descriptor(layer.text("mediaType"), layer.text("digest"), layer.integer("size"), Map.of(), "", "");
        if (!descriptor.digest().matches("sha256:[0-9a-f]{64}")) {
            return new Blob(null, Finding.invalid("its digest is none of SHA-256"));
        }
        if (descriptor.size() > MOST_SIGNATURE_BYTES || descriptor.size() <= 0) {
            return new Blob(
                    null,
                    Finding.invalid(
                            "it has " + descriptor.size() + " bytes (expected: 1 to " + MOST_SIGNATURE_BYTES + ")"));
        }
        try {
            return new Blob(repository.blob(descriptor, MOST_SIGNATURE_BYTES), Finding.skipped(""));
        } catch (FetchException e) {
            boolean ofCandidate = e.code().startsWith("image.layer")
                    || e.code().startsWith("limit.")
                    || e.code().equals("image.notFound");
            if (ofCandidate) {
                return new Blob(null, Finding.invalid(String.valueOf(e.getMessage())));
            }
            throw unreadable(repository.name(), name, e);
        }
    }

    private record Blob(byte @Nullable [] bytes, Finding problem) {}

    private static @Nullable RawManifest manifest(Repository repository, String reference, String place, String what)
            throws FetchException {
        try {
            return repository.manifest(reference);
        } catch (FetchException e) {
            throw unreadable(place, what, e);
        }
    }

    private static List<Descriptor> referrers(Repository repository, String subject, String place)
            throws FetchException {
        try {
            return repository.referrers(subject);
        } catch (FetchException e) {
            throw unreadable(place, "what refers to " + subject, e);
        }
    }

    private static FetchException unreadable(String place, String what, FetchException cause) {
        FetchException e = new FetchException(
                "signature.fetch",
                place + ": " + what + " cannot be read: " + cause.getMessage(),
                cause.worthRetrying());
        e.initCause(cause);
        return e;
    }

    /** What was looked at so far, for one module. */
    private static final class Candidates {
        private final String place;
        private final VerificationKeys keys;
        private final List<String> reasons = new ArrayList<>();
        private Finding best = Finding.skipped("");
        private String verifiedBy = "";

        Candidates(String place, VerificationKeys keys) {
            this.place = place;
            this.keys = keys;
        }

        void add(String name, Finding finding) {
            if (finding.outcome() == Finding.Outcome.VERIFIED) {
                verifiedBy = name;
            } else {
                reasons.add(name + ": " + finding.reason());
            }
            if (finding.outcome().compareTo(best.outcome()) > 0) {
                best = finding;
            }
        }

        boolean full() {
            return reasons.size() >= MOST_CANDIDATES;
        }

        boolean isVerified() {
            return best.outcome() == Finding.Outcome.VERIFIED;
        }

        Verification verificationOf(String subject) throws FetchException {
            PublicKey key = best.key();
            if (key == null) {
                throw noneVerified();
            }
            return new Verification(subject, key, verifiedBy);
        }

        FetchException noneVerified() {
            String said = best.outcome() == Finding.Outcome.SKIPPED
                    ? "has no signature (expected: one by "
                    : "has no valid signature (expected: one by ";
            return new FetchException(
                    best.outcome().code(), place + ": " + said + keys + "): " + String.join("; ", reasons));
        }
    }
}
