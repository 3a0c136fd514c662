package dev.portafilter.registry;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How registries are talked to. Source: WasmPlugin reference, sections 4.7 and 7.8.
 *
 * @param timeout how long all requests of one {@link Repository} may take together
 * @param insecureRegistries {@code host} or {@code host:port}, exactly as urls have them, whose certificates are not
 *     checked and that may speak plain HTTP; {@code *} is all
 * @param plainRegistries {@code host} or {@code host:port} of registries that speak plain HTTP, and are not asked for TLS
 * @param blockedNetworks networks that are never connected to, such as {@code 10.0.0.0/8}, beside those that always are
 * @param mirrors by host, the hosts, each with a path if need be, that are asked before it
 * @param authorities a PEM file with certificate authorities that are trusted beside those of the JVM; null for none
 */
public record RegistryOptions(
        Duration timeout,
        List<String> insecureRegistries,
        List<String> plainRegistries,
        List<String> blockedNetworks,
        Map<String, List<String>> mirrors,
        @Nullable Path authorities) {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** What holds unless something is set. */
    public static final RegistryOptions DEFAULT =
            new RegistryOptions(TIMEOUT, List.of(), List.of(), List.of(), Map.of(), null);

    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException when a value is none
     */
    public RegistryOptions {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("fetch.timeout: " + timeout + " is too short (expected: more than 0 s)");
        }
        insecureRegistries = trimmed(insecureRegistries);
        plainRegistries = trimmed(plainRegistries);
        blockedNetworks = trimmed(blockedNetworks);
        Map<String, List<String>> copy = new LinkedHashMap<>();
        mirrors.forEach((host, list) -> copy.put(host.trim(), trimmed(list)));
        mirrors = Map.copyOf(copy);
    }

    private static List<String> trimmed(List<String> texts) {
        List<String> trimmed = new ArrayList<>();
        for (String text : texts) {
            if (!text.isBlank()) {
                trimmed.add(text.trim());
            }
        }
        return List.copyOf(trimmed);
    }

    /** The same with another timeout. */
    public RegistryOptions withTimeout(Duration value) {
        return new RegistryOptions(value, insecureRegistries, plainRegistries, blockedNetworks, mirrors, authorities);
    }

    /** The same with other insecure registries. */
    public RegistryOptions withInsecureRegistries(List<String> value) {
        return new RegistryOptions(timeout, value, plainRegistries, blockedNetworks, mirrors, authorities);
    }

    /** The same with other registries that speak plain HTTP. */
    public RegistryOptions withPlainRegistries(List<String> value) {
        return new RegistryOptions(timeout, insecureRegistries, value, blockedNetworks, mirrors, authorities);
    }

    /** The same with other blocked networks. */
    public RegistryOptions withBlockedNetworks(List<String> value) {
        return new RegistryOptions(timeout, insecureRegistries, plainRegistries, value, mirrors, authorities);
    }

    /** The same with other mirrors. */
    public RegistryOptions withMirrors(Map<String, List<String>> value) {
        return new RegistryOptions(timeout, insecureRegistries, plainRegistries, blockedNetworks, value, authorities);
    }

    /** The same with other certificate authorities. */
    public RegistryOptions withAuthorities(@Nullable Path value) {
        return new RegistryOptions(timeout, insecureRegistries, plainRegistries, blockedNetworks, mirrors, value);
    }

    /**
     * The same with what variables of the environment set, as Istio's agent knows them: {@code WASM_INSECURE_REGISTRIES} and
     * {@code BLOCKED_CIDRS_IN_WASM_FETCH}, both lists with commas.
     *
     * @param environment the variables; null for one that is not set
     */
    public RegistryOptions withEnvironment(Function<String, @Nullable String> environment) {
        String insecure = environment.apply("WASM_INSECURE_REGISTRIES");
        String blocked = environment.apply("BLOCKED_CIDRS_IN_WASM_FETCH");
        return withInsecureRegistries(insecure == null ? insecureRegistries : List.of(insecure.split(",", -1)))
                .withBlockedNetworks(blocked == null ? blockedNetworks : List.of(blocked.split(",", -1)));
    }

    /** Whether certificates of a host are not checked. */
    boolean isInsecure(String host) {
        return insecureRegistries.contains("*") || insecureRegistries.contains(host);
    }
}
