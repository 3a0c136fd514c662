package dev.portafilter.registry;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A repository of a registry, and the mirrors that are asked before it. Source: WasmPlugin reference, section 4.7. */
final class RegistryRepository implements WritableRepository {
    static final int MOST_MANIFEST_BYTES = 4 * 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(RegistryRepository.class);
    private static final int FIRST_PORTION = 1024 * 1024;
    private static final int MOST_PAGES = 32;
    private static final int ATTEMPTS = 3;
    private static final Pattern NEXT = Pattern.compile("<([^>]*)>\\s*;.*\\brel=\"?next\"?.*");
    private static final Pattern REST = Pattern.compile("bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\\*)");

    private final String name;
    private final List<Endpoint> endpoints;
    private final Deadline deadline;

    RegistryRepository(String name, List<Endpoint> endpoints, Deadline deadline) {
        this.name = name;
        this.endpoints = List.copyOf(endpoints);
        this.deadline = deadline;
    }

    private interface Question<T> {
        @Nullable T ask(Endpoint endpoint, Deadline until) throws FetchException;
    }

    /** Asks the mirrors, then the registry; a mirror that does not know or does not work does not matter. */
    private <T> @Nullable T first(Question<T> question) throws FetchException {
        for (Endpoint mirror : endpoints.subList(0, endpoints.size() - 1)) {
            if (mirror.isDown()) {
                continue;
            }
            try {
                T answer = question.ask(mirror, deadline.half());
                if (answer != null) {
                    return answer;
                }
            } catch (FetchException e) {
                mirror.goDown();
                LOG.debug("mirror of {} is passed over: {}", name, e.getMessage());
            }
        }
        return question.ask(origin(), deadline);
    }

    private Endpoint origin() {
        return endpoints.get(endpoints.size() - 1);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public @Nullable RawManifest manifest(String reference) throws FetchException {
        return first((endpoint, until) -> manifest(endpoint, reference, until));
    }

    private static @Nullable RawManifest manifest(Endpoint endpoint, String reference, Deadline until)
            throws FetchException {
        String where = endpoint.name() + (reference.startsWith("sha256:") ? "@" : ":") + reference;
        boolean pinned = ImageDocument.DIGEST.matcher(reference).matches();
        Endpoint.Call call = Endpoint.Call.get(
                endpoint.root() + "manifests/" + reference, Map.of("Accept", MediaTypes.ACCEPTED), pinned);
        try (WebResponse response = endpoint.send(call, until)) {
            if (response.status() == 404) {
                return null;
            }
            succeeded(response, where);
            byte[] bytes = WebClient.readAtMost(response.body(), MOST_MANIFEST_BYTES, "limit.manifestTooLarge", where);
            String digest = ImageDocument.digestOf(bytes);
            if (pinned && !digest.equals(reference)) {
                throw new FetchException(
                        "image.manifestDigestMismatch",
                        where + ": the answer is " + digest + " (expected: " + reference + ")");
            }
            JsonObject json = JsonObject.parse(bytes, ImageDocument.INVALID, where);
            return new RawManifest(ImageDocument.mediaType(json, response.header("content-type")), digest, bytes);
        } catch (IOException e) {
            throw endpoint.failure(e);
        }
    }

    private static void succeeded(WebResponse response, String where) throws FetchException {
        int status = response.status();
        if (status == 403) {
            throw new FetchException("image.unauthorized", where + ": refused with 403");
        }
        if (status < 200 || status >= 300) {
            throw Endpoint.unexpected(where, status);
        }
    }

    @Override
    public @Nullable String digestOf(String reference) throws FetchException {
        return first((endpoint, until) -> {
            Endpoint.Call call = new Endpoint.Call(
                    "HEAD",
                    endpoint.root() + "manifests/" + reference,
                    Map.of("Accept", MediaTypes.ACCEPTED),
                    new byte[0],
                    false,
                    false);
            String digest = "";
            try (WebResponse response = endpoint.send(call, until)) {
                if (response.status() == 404) {
                    return null;
                }
                String sent = response.header("docker-content-digest");
                if (response.status() == 200
                        && sent != null
                        && ImageDocument.DIGEST.matcher(sent).matches()) {
                    digest = sent;
                }
            } catch (IOException e) {
                throw endpoint.failure(e);
            }
            if (!digest.isEmpty()) {
                return digest;
            }
            RawManifest manifest = manifest(endpoint, reference, until);
            return manifest == null ? null : manifest.digest();
        });
    }

    @Override
    public byte[] blob(Descriptor blob, long mostBytes) throws FetchException {
        if (blob.size() > mostBytes) {
            throw new FetchException(
                    "limit.moduleTooLarge",
                    name + "@" + blob.digest() + ": is " + blob.size() + " bytes (limit: " + mostBytes + ")");
        }
        byte[] bytes = first((endpoint, until) -> new Download(endpoint, blob, until).run());
        if (bytes == null) {
            throw new FetchException("image.notFound", name + "@" + blob.digest() + ": there is no such blob");
        }
        return bytes;
    }

    /** One blob, which goes on where it was cut. */
    private static final class Download {
        private final Endpoint endpoint;
        private final Descriptor blob;
        private final Deadline until;
        private final String where;
        private byte[] bytes;
        private int count;

        Download(Endpoint endpoint, Descriptor blob, Deadline until) {
            this.endpoint = endpoint;
            this.blob = blob;
            this.until = until;
            where = endpoint.name() + "@" + blob.digest();
            bytes = new byte[(int) Math.min(blob.size(), FIRST_PORTION)];
        }

        byte @Nullable [] run() throws FetchException {
            for (int attempt = 1; ; attempt++) {
                FetchException failure;
                try {
                    if (!read()) {
                        return null;
                    }
                    break;
                } catch (IOException e) {
                    failure = endpoint.failure(e);
                    if (!failure.worthRetrying() || until.isOver()) {
                        throw failure;
                    }
                }
                endpoint.pause(attempt, -1, where, failure, until);
            }
            String digest = ImageDocument.digestOf(bytes);
            if (!digest.equals(blob.digest())) {
                throw new FetchException(
                        "image.layerDigestMismatch",
                        where + ": the answer is " + digest + " (expected: " + blob.digest() + ")");
            }
            return bytes;
        }

        private boolean read() throws IOException {
            Map<String, String> headers = new LinkedHashMap<>();
            if (count > 0) {
                headers.put("Range", "bytes=" + count + "-");
            }
            Endpoint.Call call = Endpoint.Call.get(endpoint.root() + "blobs/" + blob.digest(), headers, true);
            try (WebResponse response = endpoint.send(call, until)) {
                if (response.status() == 404) {
                    return false;
                }
                if (response.status() == 416) {
                    count = 0;
                    throw new IOException("the rest of the blob is not to be had");
                }
                succeeded(response, where);
                begin(response);
                InputStream body = response.body();
                while (true) {
                    int room = room();
                    int read = room == 0 ? body.read() : body.read(bytes, count, room);
                    if (read < 0) {
                        break;
                    }
                    if (room == 0) {
                        throw wrongSize("more than " + blob.size());
                    }
                    count += read;
                }
            }
            if (count != blob.size()) {
                throw wrongSize(String.valueOf(count));
            }
            return true;
        }

        private void begin(WebResponse response) throws IOException {
            if (response.status() == 206) {
                String range = response.header("content-range");
                Matcher matcher = REST.matcher(range == null ? "" : range);
                if (!matcher.matches() || Long.parseLong(matcher.group(1)) != count) {
                    count = 0;
                    throw new IOException("the answer is another part of the blob");
                }
            } else {
                count = 0;
            }
            if (response.length() >= 0 && response.length() + count != blob.size()) {
                throw wrongSize(String.valueOf(response.length() + count));
            }
        }

        private int room() {
            if (count == bytes.length && bytes.length < blob.size()) {
                bytes = Arrays.copyOf(bytes, (int) Math.min(blob.size(), 2L * bytes.length));
            }
            return bytes.length - count;
        }

        private FetchException wrongSize(String size) {
            return new FetchException(
                    "image.layerSizeMismatch",
                    where + ": the answer is " + size + " bytes (expected: " + blob.size()
                            + ", as its descriptor says)");
        }
    }

    @Override
    public List<Descriptor> referrers(String digest) throws FetchException {
        List<Descriptor> referrers = first((endpoint, until) -> {
            List<Descriptor> found = referrers(endpoint, digest, until);
            return found.isEmpty() ? null : found;
        });
        return referrers == null ? List.of() : referrers;
    }

    private static List<Descriptor> referrers(Endpoint endpoint, String digest, Deadline until) throws FetchException {
        String where = endpoint.name() + "@" + digest + " referrers";
        List<Descriptor> referrers = new ArrayList<>();
        String target = endpoint.root() + "referrers/" + digest;
        for (int page = 0; target != null; page++) {
            if (page == MOST_PAGES) {
                throw new FetchException("limit.referrers", where + ": has more than " + MOST_PAGES + " pages (limit)");
            }
            Endpoint.Call call = Endpoint.Call.get(target, Map.of("Accept", MediaTypes.OCI_INDEX), false);
            try (WebResponse response = endpoint.send(call, until)) {
                if (response.status() == 404) {
                    break;
                }
                succeeded(response, where);
                byte[] bytes =
                        WebClient.readAtMost(response.body(), MOST_MANIFEST_BYTES, "limit.manifestTooLarge", where);
                JsonObject json = JsonObject.parse(bytes, ImageDocument.INVALID, where);
                referrers.addAll(ImageDocument.descriptors(json, "manifests", where));
                target = next(response, target);
            } catch (IOException e) {
                throw endpoint.failure(e);
            }
            if (target == null) {
                return referrers;
            }
        }
        RawManifest tagged = manifest(endpoint, digest.replace(':', '-'), until);
        if (tagged != null && MediaTypes.INDEXES.contains(tagged.mediaType())) {
            JsonObject json = JsonObject.parse(tagged.bytes(), ImageDocument.INVALID, where);
            referrers.addAll(ImageDocument.descriptors(json, "manifests", where));
        }
        return referrers;
    }

    /** The next page, on this registry; null when there is none. */
    private static @Nullable String next(WebResponse response, String current) {
        for (String link : response.headerValues("link")) {
            Matcher matcher = NEXT.matcher(link);
            if (matcher.matches()) {
                WebAddress here = WebAddress.parse("http://registry.invalid" + current);
                WebAddress there = here == null ? null : here.resolve(matcher.group(1));
                return there == null ? null : there.target();
            }
        }
        return null;
    }

    @Override
    public String putBlob(byte[] blob) throws FetchException {
        String digest = ImageDocument.digestOf(blob);
        Endpoint endpoint = origin();
        String where = name + "@" + digest;
        try (WebResponse response = endpoint.send(
                call("HEAD", endpoint.root() + "blobs/" + digest, Map.of(), new byte[0], false), deadline)) {
            if (response.status() == 200) {
                return digest;
            }
            if (response.status() != 404) {
                succeeded(response, where);
            }
        } catch (IOException e) {
            throw endpoint.failure(e);
        }
        for (int attempt = 1; ; attempt++) {
            FetchException failure;
            try {
                upload(endpoint, blob, digest, where);
                return digest;
            } catch (FetchException e) {
                failure = e;
                if (!e.worthRetrying() || attempt == ATTEMPTS || deadline.isOver()) {
                    throw e;
                }
            }
            endpoint.pause(attempt, -1, where, failure, deadline);
        }
    }

    private void upload(Endpoint endpoint, byte[] blob, String digest, String where) throws FetchException {
        String target = endpoint.root() + "blobs/uploads/";
        String location;
        try (WebResponse response = endpoint.send(call("POST", target, Map.of(), new byte[0], false), deadline)) {
            succeeded(response, where);
            location = response.header("location");
        } catch (IOException e) {
            throw endpoint.failure(e);
        }
        if (location == null) {
            throw new FetchException("fetch.http(202)", where + ": the answer does not say where to send the blob");
        }
        String query = (location.indexOf('?') < 0 ? "?" : "&") + "digest=" + digest.replace(":", "%3A");
        String place = location.startsWith("/") || location.contains("://") ? location : target + location;
        Map<String, String> headers = Map.of("Content-Type", "application/octet-stream");
        try (WebResponse response = endpoint.send(call("PUT", place + query, headers, blob, true), deadline)) {
            succeeded(response, where);
        } catch (IOException e) {
            throw endpoint.failure(e);
        }
    }

    private static Endpoint.Call call(
            String method, String target, Map<String, String> headers, byte[] body, boolean once) {
        return new Endpoint.Call(method, target, headers, body, false, once);
    }

    @Override
    public String putManifest(String reference, String mediaType, byte[] manifest) throws FetchException {
        Endpoint endpoint = origin();
        Map<String, String> headers = Map.of("Content-Type", mediaType);
        String target = endpoint.root() + "manifests/" + reference;
        try (WebResponse response = endpoint.send(call("PUT", target, headers, manifest, false), deadline)) {
            succeeded(response, name + " " + reference);
        } catch (IOException e) {
            throw endpoint.failure(e);
        }
        return ImageDocument.digestOf(manifest);
    }
}
