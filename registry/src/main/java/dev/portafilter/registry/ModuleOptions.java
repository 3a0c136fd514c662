package dev.portafilter.registry;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How modules are fetched and kept. Start from {@link #DEFAULT}. Source: WasmPlugin reference, sections 5.6 and 7.8.
 *
 * @param fetchTimeout how long everything for one module may take, retries included
 * @param requestTimeout how long one HTTP request may take
 * @param maxAttempts most HTTP requests for one file
 * @param maxBytes most bytes of a module, and of what it is boxed in
 * @param cacheDirectory where modules are kept; null for a directory that goes with the process
 * @param cacheExpiry how long a module is kept that nobody uses
 * @param purgeInterval how often expired modules are looked for
 * @param offline whether only what is cached is used, and nothing is ever fetched
 */
public record ModuleOptions(
        Duration fetchTimeout,
        Duration requestTimeout,
        int maxAttempts,
        long maxBytes,
        @Nullable Path cacheDirectory,
        Duration cacheExpiry,
        Duration purgeInterval,
        boolean offline) {
    /** What holds unless something is set. */
    public static final ModuleOptions DEFAULT = new ModuleOptions(
            Duration.ofSeconds(30),
            Duration.ofSeconds(15),
            5,
            256L * 1024 * 1024,
            null,
            Duration.ofHours(24),
            Duration.ofHours(1),
            false);

    /** An array in Java has no more. */
    private static final long MOST_BYTES = Integer.MAX_VALUE - 64L;

    private static final Pattern DURATION = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(h|ms|m|s|us|µs|ns)");

    /**
     * Checks.
     *
     * @throws IllegalArgumentException when a value is none
     */
    public ModuleOptions {
        positive("fetch.timeout", fetchTimeout);
        positive("http.requestTimeout", requestTimeout);
        positive("cache.expiry", cacheExpiry);
        positive("cache.purgeInterval", purgeInterval);
        if (maxAttempts < 1) {
            throw new IllegalArgumentException("http.maxAttempts: " + maxAttempts + " (expected: 1 or more)");
        }
        if (maxBytes < 1 || maxBytes > MOST_BYTES) {
            throw new IllegalArgumentException("module.maxBytes: " + maxBytes + " (expected: 1 to " + MOST_BYTES + ")");
        }
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: more than 0 s)");
        }
    }

    /**
     * The same with what variables of the environment set, as Istio's agent knows them: {@code WASM_HTTP_REQUEST_TIMEOUT},
     * {@code WASM_HTTP_REQUEST_MAX_RETRIES}, {@code WASM_MODULE_EXPIRY}, {@code WASM_PURGE_INTERVAL} and
     * {@code ISTIO_WASM_MAX_BINARY_SIZE_BYTES}.
     *
     * @param environment the variables; null for one that is not set
     * @throws IllegalArgumentException when one is no value
     */
    public ModuleOptions withEnvironment(Function<String, @Nullable String> environment) {
        return new ModuleOptions(
                fetchTimeout,
                duration(environment, "WASM_HTTP_REQUEST_TIMEOUT", requestTimeout),
                (int) Math.min(Integer.MAX_VALUE, number(environment, "WASM_HTTP_REQUEST_MAX_RETRIES", maxAttempts)),
                number(environment, "ISTIO_WASM_MAX_BINARY_SIZE_BYTES", maxBytes),
                cacheDirectory,
                duration(environment, "WASM_MODULE_EXPIRY", cacheExpiry),
                duration(environment, "WASM_PURGE_INTERVAL", purgeInterval),
                offline);
    }

    private static long number(Function<String, @Nullable String> environment, String name, long unset) {
        String text = environment.apply(name);
        if (text == null || text.isBlank()) {
            return unset;
        }
        if (!text.strip().matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException(name + ": \"" + text + "\" (expected: a number)");
        }
        return Long.parseLong(text.strip());
    }

    /** Reads a duration as Go writes it, such as {@code 1h30m} or {@code 500ms}. */
    private static Duration duration(Function<String, @Nullable String> environment, String name, Duration unset) {
        String text = environment.apply(name);
        if (text == null || text.isBlank()) {
            return unset;
        }
        Matcher matcher = DURATION.matcher(text.strip());
        double nanos = 0;
        int at = 0;
        while (matcher.find() && matcher.start() == at) {
            nanos += Double.parseDouble(matcher.group(1)) * unitNanos(matcher.group(2));
            at = matcher.end();
        }
        if (at != text.strip().length() || nanos >= Long.MAX_VALUE) {
            throw new IllegalArgumentException(name + ": \"" + text + "\" (expected: such as 15s, 1h30m or 500ms)");
        }
        return Duration.ofNanos((long) nanos);
    }

    private static double unitNanos(String unit) {
        return switch (unit) {
            case "h" -> 3600e9;
            case "m" -> 60e9;
            case "s" -> 1e9;
            case "ms" -> 1e6;
            case "ns" -> 1;
            default -> 1e3;
        };
    }

    /** The same with another time for everything. */
    public ModuleOptions withFetchTimeout(Duration value) {
        return new ModuleOptions(
                value, requestTimeout, maxAttempts, maxBytes, cacheDirectory, cacheExpiry, purgeInterval, offline);
    }

    /** The same with another time for one request. */
    public ModuleOptions withRequestTimeout(Duration value) {
        return new ModuleOptions(
                fetchTimeout, value, maxAttempts, maxBytes, cacheDirectory, cacheExpiry, purgeInterval, offline);
    }

    /** The same with another number of requests. */
    public ModuleOptions withMaxAttempts(int value) {
        return new ModuleOptions(
                fetchTimeout, requestTimeout, value, maxBytes, cacheDirectory, cacheExpiry, purgeInterval, offline);
    }

    /** The same with another size. */
    public ModuleOptions withMaxBytes(long value) {
        return new ModuleOptions(
                fetchTimeout, requestTimeout, maxAttempts, value, cacheDirectory, cacheExpiry, purgeInterval, offline);
    }

    /** The same with another cache. */
    public ModuleOptions withCacheDirectory(@Nullable Path value) {
        return new ModuleOptions(
                fetchTimeout, requestTimeout, maxAttempts, maxBytes, value, cacheExpiry, purgeInterval, offline);
    }

    /** The same with another time that modules are kept. */
    public ModuleOptions withCacheExpiry(Duration value) {
        return new ModuleOptions(
                fetchTimeout, requestTimeout, maxAttempts, maxBytes, cacheDirectory, value, purgeInterval, offline);
    }

    /** The same with another time between purges. */
    public ModuleOptions withPurgeInterval(Duration value) {
        return new ModuleOptions(
                fetchTimeout, requestTimeout, maxAttempts, maxBytes, cacheDirectory, cacheExpiry, value, offline);
    }

    /** The same, with or without the network. */
    public ModuleOptions withOffline(boolean value) {
        return new ModuleOptions(
                fetchTimeout, requestTimeout, maxAttempts, maxBytes, cacheDirectory, cacheExpiry, purgeInterval, value);
    }
}
