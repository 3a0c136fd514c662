package dev.portafilter.registry;

import dev.portafilter.resources.ImageReference;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Talks to OCI registries. One for all fetches of a host: it remembers tokens, and which registries speak plain HTTP. Its
 * methods may be called from any thread. Source: WasmPlugin reference, section 4.7.
 */
public final class RegistryClient {
    private final RegistryOptions options;
    private final WebClient web;
    private final Pace pace;
    private final TokenCache tokens = new TokenCache();
    private final Map<String, Boolean> plainByHost = new ConcurrentHashMap<>();

    /**
     * Makes a client.
     *
     * @throws IOException when the certificate authorities cannot be read
     * @throws IllegalArgumentException when a blocked network is none
     */
    public RegistryClient(RegistryOptions options) throws IOException {
        this(options, TransferObserver.NONE);
    }

    /**
     * Makes a client that is watched.
     *
     * @throws IOException when the certificate authorities cannot be read
     * @throws IllegalArgumentException when a blocked network is none
     */
    public RegistryClient(RegistryOptions options, TransferObserver observer) throws IOException {
        this(options, InetAddress::getAllByName, Pace.REAL, observer);
    }

    RegistryClient(RegistryOptions options, WebClient.NameResolver resolver, Pace pace) throws IOException {
        this(options, resolver, pace, TransferObserver.NONE);
    }

    private RegistryClient(
            RegistryOptions options, WebClient.NameResolver resolver, Pace pace, TransferObserver observer)
            throws IOException {
        this.options = options;
        this.pace = pace;
        web = new WebClient(
                resolver,
                new AddressRules(options.blockedNetworks()),
                new TlsContexts(options.authorities()),
                observer);
        for (String host : options.plainRegistries()) {
            plainByHost.put(host, true);
        }
    }

    /**
     * A repository to read from, for one fetch: the time of all its requests begins now.
     *
     * @param image its host and path are used
     * @param keychain the credentials
     */
    public Repository open(ImageReference image, Keychain keychain) {
        return open(image, keychain, "pull");
    }

    /**
     * A repository to read from and write to; the time of all its requests begins now.
     *
     * @param image its host and path are used
     * @param keychain the credentials
     */
    public WritableRepository openWritable(ImageReference image, Keychain keychain) {
        return open(image, keychain, "pull,push");
    }

    private RegistryRepository open(ImageReference image, Keychain keychain, String actions) {
        Deadline deadline = Deadline.after(options.timeout(), pace);
        List<Endpoint> endpoints = new ArrayList<>();
        if (actions.equals("pull")) {
            for (String mirror : options.mirrors().getOrDefault(image.host(), List.of())) {
                int slash = mirror.indexOf('/');
                String host = slash < 0 ? mirror : mirror.substring(0, slash);
                String prefix = slash < 0 ? "" : mirror.substring(slash + 1).replaceAll("/+$", "") + "/";
                endpoints.add(new Endpoint(this, host, prefix + image.repository(), keychain, actions, true));
            }
        }
        endpoints.add(new Endpoint(this, image.host(), image.repository(), keychain, actions, false));
        return new RegistryRepository(image.name(), endpoints, deadline);
    }

    RegistryOptions options() {
        return options;
    }

    WebClient web() {
        return web;
    }

    TokenCache tokens() {
        return tokens;
    }

    Map<String, Boolean> plainByHost() {
        return plainByHost;
    }
}
