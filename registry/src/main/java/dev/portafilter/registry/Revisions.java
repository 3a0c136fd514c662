package dev.portafilter.registry;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which revision of each resource was last given which url's module. Per resource, so that two with one url do not take each
 * other's pulls. Forgotten with the process: after a start everything counts as changed. Thread-safe. Source: WasmPlugin
 * reference, section 5.5.
 */
final class Revisions {
    private final Map<Key, String> seen = new ConcurrentHashMap<>();

    private record Key(String url, String resource) {}

    /** Whether a resource was not yet given the module of a url in this revision. */
    boolean isNew(String url, String resource, String revision) {
        return !revision.equals(seen.get(new Key(url, resource)));
    }

    /** Notes that it was, from the cache or not. */
    void given(String url, String resource, String revision) {
        seen.put(new Key(url, resource), revision);
    }
}
