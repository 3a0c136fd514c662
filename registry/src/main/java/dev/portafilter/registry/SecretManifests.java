package dev.portafilter.registry;

import dev.portafilter.resources.PullSecret;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Secrets that stand among the resources of a host, as they are now. Thread-safe. Source: section 4.8. */
public final class SecretManifests implements PullSecrets, Consumer<Collection<PullSecret>> {
    private final Consumer<String> warnings;
    private volatile Map<String, PullSecret> secrets = Map.of();

    /**
     * None yet.
     *
     * @param warnings where what is ignored is said
     */
    public SecretManifests(Consumer<String> warnings) {
        this.warnings = warnings;
    }

    /** Takes these in place of all that were there. */
    @Override
    public void accept(Collection<PullSecret> now) {
        Map<String, PullSecret> byName = new HashMap<>();
        // One without credentials does not hide another of its name, which it could not be together with in a cluster.
        now.forEach(secret -> byName.merge(
                secret.identity(), secret, (first, second) -> second.data().isEmpty() ? first : second));
        secrets = Map.copyOf(byName);
    }

    @Override
    public Keychain secret(String namespace, String name) throws FetchException {
        String identity = namespace + "/" + name;
        PullSecret secret = secrets.get(identity);
        if (secret == null) {
            throw new FetchException(
                    "secret.notFound",
                    "secret " + identity
                            + ": there is no such secret (expected: a Secret of this namespace and name among the"
                            + " resources, or in secrets.dir)");
        }
        return PullSecrets.keychain(
                "secret " + identity + " at " + secret.position(), secret.type(), secret.data(), warnings);
    }
}
