package dev.portafilter.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where compiled modules are kept between runs. */
final class CacheDirectory {
    private CacheDirectory() {}

    /**
     * The directory to use.
     *
     * @param asked a path, {@code none}, or null for the default: {@code portafilter} in the user's cache directory
     * @return null when nothing is to be kept
     */
    static @Nullable Path of(@Nullable String asked) {
        if (asked != null) {
            return asked.equals("none") ? null : Path.of(asked);
        }
        String cache = System.getenv("XDG_CACHE_HOME");
        if (cache != null && !cache.isEmpty()) {
            return Path.of(cache, "portafilter");
        }
        String home = System.getProperty("user.home");
        return home == null || home.isEmpty() ? null : Path.of(home, ".cache", "portafilter");
    }
}
