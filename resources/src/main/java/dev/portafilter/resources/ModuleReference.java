package dev.portafilter.resources;

import java.security.PublicKey;
import java.util.List;

/**
 * The module of a plugin, and everything that says how to get it and what to check. Source: WasmPlugin reference,
 * sections 1.4, 1.6 and 5.
 *
 * @param url where it is
 * @param layout how an image says which of its files is the module
 * @param sha256 64 lower-case hex digits; empty unless set
 * @param pullPolicy when to ask the registry again
 * @param imagePullSecrets names of secrets in the plugin's namespace, tried in order; empty unless set
 * @param verificationKeys keys, one of which must have signed the module; empty when no signature is asked for
 */
public record ModuleReference(
        ModuleUrl url,
        Layout layout,
        String sha256,
        PullPolicy pullPolicy,
        List<String> imagePullSecrets,
        List<PublicKey> verificationKeys) {
    /** How an image says which of its files is the module. */
    public enum Layout {
        /** It is {@code plugin.wasm}. */
        PLUGIN,
        /** Its {@link Manifest} names it. */
        EXTENSION
    }

    /** When to ask the registry again. */
    public enum PullPolicy {
        /** As the tag says: always for {@code latest}, else as {@link #IF_NOT_PRESENT}. */
        UNSPECIFIED,
        /** Only when it is not in the cache. */
        IF_NOT_PRESENT,
        /** Whenever the resource changes. */
        ALWAYS
    }

    /** {@link #pullPolicy}, or what stands for it when it is not set: always for the tag {@code latest}, also implied. */
    public PullPolicy effectivePullPolicy() {
        ImageReference image = url.image();
        if (pullPolicy != PullPolicy.UNSPECIFIED) {
            return pullPolicy;
        }
        boolean moves = image != null && image.digest() == null && image.tag().equals("latest");
        return moves ? PullPolicy.ALWAYS : PullPolicy.IF_NOT_PRESENT;
    }

    /** The url and what is checked, without keys. */
    @Override
    public String toString() {
        return url + (sha256.isEmpty() ? "" : " sha256 " + sha256);
    }
}
