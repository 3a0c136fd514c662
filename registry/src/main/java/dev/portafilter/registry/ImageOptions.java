package dev.portafilter.registry;

/**
 * How images are read. Source: WasmPlugin reference, sections 4.3, 4.5 and 7.8.
 *
 * @param mostModuleBytes the largest module, and the largest layer, packed or not
 * @param strict whether only what Istio accepts is
 * @param manifestFallback whether an image without {@code plugin.wasm} may name its module in {@code manifest.yaml}
 * @param useRootId whether the one root id in {@code runtime-config.json} is that of a plugin that names none
 */
public record ImageOptions(long mostModuleBytes, boolean strict, boolean manifestFallback, boolean useRootId) {
    /** 256 MiB, lenient, without manifest, and {@code runtime-config.json} is only looked at. */
    public static final ImageOptions DEFAULT = new ImageOptions(256L * 1024 * 1024, false, false, false);

    private static final long MOST = Integer.MAX_VALUE - 64L;

    /**
     * Checks the size.
     *
     * @throws IllegalArgumentException when it is none
     */
    public ImageOptions {
        if (mostModuleBytes <= 0 || mostModuleBytes > MOST) {
            throw new IllegalArgumentException(
                    "module.maxBytes: " + mostModuleBytes + " is no size (expected: 1 to " + MOST + ")");
        }
    }

    /** The same with another size. */
    ImageOptions withMostModuleBytes(long value) {
        return new ImageOptions(value, strict, manifestFallback, useRootId);
    }
}
