package dev.portafilter.runtime.vm;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How an {@link Engine} turns modules into code. Immutable.
 *
 * @param cacheDirectory where compiled code is kept between runs of the JVM, or null to keep none; created when missing.
 *     Its files are executed, so nobody who is not trusted may write there
 * @param interpreter whether guests are interpreted instead of compiled: 20 to 300 times slower, only for debugging
 */
public record EngineOptions(@Nullable Path cacheDirectory, boolean interpreter) {
    /** The defaults: compiled, nothing kept on disk. */
    public static EngineOptions defaults() {
        return builder().build();
    }

    /** Starts with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects the options. Not thread-safe. */
    public static final class Builder {
        private @Nullable Path cacheDirectory;
        private boolean interpreter;

        private Builder() {}

        /** Sets the directory for compiled code; null keeps none. */
        public Builder cacheDirectory(@Nullable Path value) {
            cacheDirectory = value;
            return this;
        }

        /** Chooses between interpreted (true) and compiled (false). */
        public Builder interpreter(boolean value) {
            interpreter = value;
            return this;
        }

        /** The options. */
        public EngineOptions build() {
            return new EngineOptions(cacheDirectory, interpreter);
        }
    }
}
