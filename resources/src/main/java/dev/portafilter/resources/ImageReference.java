package dev.portafilter.resources;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An image in a registry: {@code [host[:port]/]path[:tag][@sha256:hex]}. Source: WasmPlugin reference, section 4.6.
 *
 * @param host the host and port to contact; Docker Hub is {@code index.docker.io}
 * @param repository the path; on Docker Hub with {@code library/} where it was short
 * @param tag the tag; {@code latest} when there is none
 * @param digest {@code sha256:} and 64 hex digits; null when there is none; wins over the tag
 * @param impliedTag whether the tag was not written
 */
public record ImageReference(
        String host,
        String repository,
        String tag,
        @Nullable String digest,
        boolean impliedTag) {
    private static final String DOCKER_HUB = "index.docker.io";
    private static final int REPOSITORY_CHARACTERS = 255;
    private static final Pattern HOST = Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})?");
    private static final Pattern REPOSITORY = Pattern.compile("[a-z0-9_.-]+(/[a-z0-9_.-]+)*");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_.-]{1,128}");
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    /**
     * Parses a reference.
     *
     * @throws ModuleUrl.MalformedUrlException when it is none
     */
    static ImageReference parse(String text) {
        if (text.indexOf('?') >= 0 || text.indexOf('#') >= 0) {
            throw new ModuleUrl.MalformedUrlException("V-06", "has a ? or #", "an image reference without query");
        }
        String rest = text;
        String digest = null;
        int at = rest.indexOf('@');
        if (at >= 0) {
            digest = rest.substring(at + 1);
            rest = rest.substring(0, at);
            if (!DIGEST.matcher(digest).matches()) {
                throw new ModuleUrl.MalformedUrlException(
                        "V-07", "has an ill-formed digest", "sha256: and 64 lower-case hex digits after @");
            }
        }
        String host = "";
        int slash = rest.indexOf('/');
        if (slash == 0 || rest.isEmpty()) {
            throw new ModuleUrl.MalformedUrlException("V-05", "has no host", "host/repository:tag");
        }
        if (slash > 0 && isHost(rest.substring(0, slash))) {
            host = rest.substring(0, slash);
            rest = rest.substring(slash + 1);
        }
        String tag = null;
        int colon = rest.lastIndexOf(':');
        if (colon > rest.lastIndexOf('/')) {
            tag = rest.substring(colon + 1);
            rest = rest.substring(0, colon);
            if (!TAG.matcher(tag).matches()) {
                throw new ModuleUrl.MalformedUrlException(
                        "V-06", "has an ill-formed tag", "1 to 128 letters, digits, _, - and . after the last colon");
            }
        }
        boolean onlyHost = slash < 0 && isHost(rest);
        if (rest.isEmpty() || onlyHost) {
            throw new ModuleUrl.MalformedUrlException("V-05", "names no repository", "host/repository:tag");
        }
        return checked(host, rest, tag, digest);
    }

    private static ImageReference checked(
            String host, String repository, @Nullable String tag, @Nullable String digest) {
        if (!host.isEmpty() && !HOST.matcher(host).matches()) {
            throw new ModuleUrl.MalformedUrlException(
                    "V-06", "has an ill-formed host", "host or host:port before the first /");
        }
        // The length first: the pattern recurses.
        if (repository.length() > REPOSITORY_CHARACTERS
                || !REPOSITORY.matcher(repository).matches()) {
            throw new ModuleUrl.MalformedUrlException(
                    "V-06", "has an ill-formed repository", "1 to 255 of a-z, 0-9, _, -, . and / after the host");
        }
        String contacted = host.isEmpty() || host.equals("docker.io") ? DOCKER_HUB : host;
        boolean library = contacted.equals(DOCKER_HUB) && repository.indexOf('/') < 0;
        return new ImageReference(
                contacted,
                library ? "library/" + repository : repository,
                tag == null ? "latest" : tag,
                digest,
                tag == null);
    }

    private static boolean isHost(String segment) {
        return segment.indexOf('.') >= 0 || segment.indexOf(':') >= 0 || segment.equals("localhost");
    }

    /** {@code host/repository}, which all tags and digests of an image share. */
    public String name() {
        return host + "/" + repository;
    }

    /** {@code host/repository:tag}, or with {@code @digest} when there is one. */
    @Override
    public String toString() {
        return digest == null ? name() + ":" + tag : name() + "@" + digest;
    }
}
