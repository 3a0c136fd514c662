package dev.portafilter.abi;

import org.jspecify.annotations.Nullable;

/** A version of the Proxy-Wasm ABI that a module can declare. Source: ABI reference, section 1.1. */
public enum AbiVersion {
    /** The first published version. */
    V0_1_0("0.1.0", "proxy_abi_version_0_1_0"),
    /** Adds stream control by type, end-of-stream in header callbacks and foreign callbacks. */
    V0_2_0("0.2.0", "proxy_abi_version_0_2_0"),
    /** Adds the host's log level. */
    V0_2_1("0.2.1", "proxy_abi_version_0_2_1");

    private final String text;
    private final String marker;

    AbiVersion(String text, String marker) {
        this.text = text;
        this.marker = marker;
    }

    /** The version as people write it, such as {@code 0.2.1}. */
    public String text() {
        return text;
    }

    /** The name of the exported function that declares this version. */
    public String marker() {
        return marker;
    }

    /**
     * The version that an exported function of this name declares.
     *
     * @return the version, or null when the name is no marker of a known version
     */
    public static @Nullable AbiVersion ofMarker(String exportName) {
        for (AbiVersion version : values()) {
            if (version.marker.equals(exportName)) {
                return version;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return text;
    }
}
