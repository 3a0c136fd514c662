package dev.portafilter.registry;

import dev.portafilter.resources.ImageReference;
import dev.portafilter.resources.Manifest;
import dev.portafilter.resources.ModuleReference;
import dev.portafilter.resources.ModuleUrl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the module of a resource, from the cache or from where it is: size, box, magic bytes, checksum and signature are
 * checked in this order, and only then is it stored. Source: WasmPlugin reference, sections 5.3 to 5.5.
 */
final class ModuleLoading {
    private static final Logger LOG = LoggerFactory.getLogger(ModuleLoading.class);

    private final ModuleOptions options;
    private final ModuleCache cache;
    private final HttpFetch http;
    private final ModuleImages images;
    private final ModuleFiles files;
    private final FetchMetrics metrics;
    private final Pace pace;
    private final Revisions revisions = new Revisions();

    /**
     * A module that may run.
     *
     * @param module its bytes
     * @param manifest the {@code manifest.yaml} of its image; null unless it was asked for as an extension
     * @param rootIds the root ids that its image lists
     * @param name what it is called in the cache
     * @param checksum what it is called there; empty for files, which are not cached
     */
    record Loaded(byte[] module, byte @Nullable [] manifest, List<String> rootIds, String name, String checksum) {
        static Loaded of(CachedModule cached) {
            return new Loaded(cached.module(), cached.manifest(), cached.rootIds(), cached.name(), cached.checksum());
        }
    }

    /**
     * What is asked for.
     *
     * @param module the module
     * @param file for files, where it is
     * @param namespace where secrets are looked up
     * @param resource the resource that it is for
     * @param revision of that resource
     */
    record Order(ModuleReference module, @Nullable Path file, String namespace, String resource, String revision) {
        boolean hasKeys() {
            return !module.verificationKeys().isEmpty();
        }

        String url() {
            return module.url().text();
        }

        @Override
        public String toString() {
            return file == null ? url() : file.toString();
        }
    }

    ModuleLoading(ModuleOptions options, ModuleCache cache, ModuleOrigins origins, FetchMetrics metrics, Pace pace) {
        this.options = options;
        this.cache = cache;
        this.http = new HttpFetch(origins.http(), options);
        this.images = origins.images();
        this.files = origins.files();
        this.metrics = metrics;
        this.pace = pace;
    }

    Loaded load(Order order) throws IOException {
        Path file = order.file();
        if (file != null) {
            return loadFile(order, file);
        }
        ImageReference image = order.module().url().image();
        Loaded loaded = image == null ? loadHttp(order) : loadImage(order, image);
        revisions.given(order.url(), order.resource(), order.revision());
        return loaded;
    }

    private Loaded loadFile(Order order, Path file) throws FetchException {
        byte[] bytes = files.read(order, "", options.maxBytes());
        if (bytes == null) {
            throw FileFetch.missing(file);
        }
        byte[] module = Unboxing.unbox(bytes, options.maxBytes(), file.toString());
        ModuleBytes.check(module, file.toString());
        checkSha256(order, Sha256.hex(module), Sha256.hex(bytes));
        if (order.hasKeys()) {
            CompanionFiles companions = suffix -> files.read(order, suffix, SignatureVerifier.MOST_SIGNATURE_BYTES);
            log(verifier(order).verifyModule(file.toString(), companions, bytes, module));
        }
        return new Loaded(module, null, List.of(), "", "");
    }

    private Loaded loadHttp(Order order) throws IOException {
        String name = order.url();
        String sha256 = order.module().sha256();
        CachedModule cached = cache.find(name, sha256.isEmpty() ? cache.resolved(name, name) : sha256);
        // A signature beside the module is over the bytes as they were downloaded, which are not kept.
        boolean usable = cached != null && (!order.hasKeys() || isSigned(order, cached));
        PullDecision decision = decision(order, usable);
        if (cached != null && decision == PullDecision.USE_CACHE) {
            return Loaded.of(cached);
        }
        Deadline deadline = Deadline.after(options.fetchTimeout(), pace);
        try {
            boolean pinned = order.hasKeys() || !sha256.isEmpty();
            byte[] body = http.get(order.url(), pinned, deadline);
            byte[] module = Unboxing.unbox(body, options.maxBytes(), order.url());
            ModuleBytes.check(module, order.url());
            String checksum = Sha256.hex(module);
            String bodyChecksum = Sha256.hex(body);
            checkSha256(order, checksum, bodyChecksum);
            List<String> signers = new ArrayList<>();
            if (order.hasKeys()) {
                CompanionFiles companions = suffix -> http.get(
                        HttpFetch.beside(order.url(), suffix), SignatureVerifier.MOST_SIGNATURE_BYTES, true, deadline);
                signers.add(log(verifier(order).verifyModule(order.url(), companions, body, module)));
            }
            CachedModule stored = cache.store(name, distinct(checksum, bodyChecksum), module, null);
            cache.note(name, checksum, List.of(), signers);
            cache.resolve(name, name, checksum);
            metrics.fetched();
            return Loaded.of(stored);
        } catch (FetchException e) {
            throw metrics.failed(e, "download_failure");
        }
    }

    private Loaded loadImage(Order order, ImageReference image) throws IOException {
        boolean extension = order.module().layout() == ModuleReference.Layout.EXTENSION;
        // The same image means another module when its manifest names it.
        String name = ModuleUrl.Scheme.OCI + image.name() + (extension ? "#" + Manifest.FILE : "");
        String digest = image.digest();
        String known = digest != null
                ? Sha256.hexOf(digest)
                : order.module().sha256().isEmpty()
                        ? cache.resolved(name, order.url())
                        : order.module().sha256();
        CachedModule cached = cache.find(name, known);
        PullDecision decision = decision(order, cached != null);
        if (cached != null && decision == PullDecision.USE_CACHE) {
            return fromCache(order, image, cached);
        }
        return pull(order, image, name);
    }

    /** A cached image, verified first when none of the keys is known to have signed it. */
    private Loaded fromCache(Order order, ImageReference image, CachedModule cached) throws IOException {
        if (!order.hasKeys() || isSigned(order, cached)) {
            return Loaded.of(cached);
        }
        if (options.offline()) {
            throw new FetchException(
                    "signature.fetch",
                    order
                            + ": is cached, and no key is known to have signed it (expected: one that has, or the network)");
        }
        List<String> subjects =
                cached.checksums().stream().map(Sha256.PREFIX::concat).toList();
        try {
            Repository repository =
                    images.open(image, order.namespace(), order.module().imagePullSecrets());
            String signer = log(verifier(order).verifyImage(repository, subjects));
            cache.note(cached.name(), cached.checksum(), List.of(), List.of(signer));
        } catch (FetchException e) {
            throw metrics.failed(e, "manifest_failure");
        }
        return Loaded.of(cached);
    }

    private Loaded pull(Order order, ImageReference image, String name) throws IOException {
        Repository repository;
        ModuleImages.Image resolved;
        String digest = image.digest();
        try {
            repository = images.open(image, order.namespace(), order.module().imagePullSecrets());
            resolved = images.resolve(repository, digest == null ? image.tag() : digest);
        } catch (FetchException e) {
            throw metrics.failed(e, "manifest_failure");
        }
        String checksum = Sha256.hexOf(resolved.childDigest());
        List<String> checksums = distinct(checksum, Sha256.hexOf(resolved.digest()));
        try {
            checkSha256(order, checksum, Sha256.hexOf(resolved.digest()));
            CachedModule same = cache.peek(name, checksum);
            List<String> signers = new ArrayList<>();
            if (order.hasKeys() && (same == null || !isSigned(order, same))) {
                List<String> subjects = distinct(resolved.digest(), resolved.childDigest());
                signers.add(log(verifier(order).verifyImage(repository, subjects)));
            }
            if (same == null) {
                ModuleImages.Content content = resolved.read(order.module().layout());
                ModuleBytes.check(content.module(), order.url());
                content.warnings().forEach(warning -> LOG.warn("{}: {}", order, warning));
                Manifest manifest = content.manifest();
                byte[] text = manifest == null ? null : manifest.text().getBytes(StandardCharsets.UTF_8);
                same = cache.store(name, checksums, content.module(), text, content.rootIds());
            }
            cache.note(name, checksum, checksums, signers);
            if (digest == null) {
                cache.resolve(name, order.url(), checksum);
            }
            metrics.fetched();
            return Loaded.of(same);
        } catch (FetchException e) {
            throw metrics.failed(e, "fetch_failure");
        }
    }

    /**
     * Whether to ask.
     *
     * @throws FetchException when nothing usable is cached, and nobody must be asked
     */
    private PullDecision decision(Order order, boolean usable) throws FetchException {
        boolean changed = revisions.isNew(order.url(), order.resource(), order.revision());
        PullDecision decision = PullDecision.of(order.module(), usable, changed, options.offline());
        if (decision == PullDecision.REFUSE) {
            throw new FetchException(
                    "fetch.offline",
                    order + ": is not in the cache as it is asked for (expected: it is, when offline)");
        }
        return decision;
    }

    private static void checkSha256(Order order, String first, String second) throws FetchException {
        String expected = order.module().sha256();
        if (!expected.isEmpty() && !expected.equals(first) && !expected.equals(second)) {
            throw new FetchException(
                    "checksum.mismatch",
                    order + ": has sha256 " + String.join(" and ", distinct(first, second)) + " (expected: " + expected
                            + ", as spec.sha256 says)");
        }
    }

    private static List<String> distinct(String first, String second) {
        Set<String> both = new LinkedHashSet<>(List.of(first));
        both.add(second);
        return List.copyOf(both);
    }

    private static SignatureVerifier verifier(Order order) throws FetchException {
        return new SignatureVerifier(order.module().verificationKeys());
    }

    private static boolean isSigned(Order order, CachedModule cached) {
        for (PublicKey key : order.module().verificationKeys()) {
            if (cached.signedBy().contains(SignatureAlgorithm.fingerprint(key))) {
                return true;
            }
        }
        return false;
    }

    /** Says who signed, and gives the fingerprint. */
    private static String log(Verification verification) {
        LOG.info("{}", verification);
        return SignatureAlgorithm.fingerprint(verification.key());
    }
}
