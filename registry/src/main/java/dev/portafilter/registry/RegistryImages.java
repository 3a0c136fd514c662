package dev.portafilter.registry;

import dev.portafilter.resources.ImageReference;
import dev.portafilter.resources.ModuleReference.Layout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Images in registries. */
final class RegistryImages implements ModuleImages {
    private final RegistryClient client;
    private final ImageFetcher fetcher;
    private final PullSecrets secrets;
    private final Keychain keychain;

    /**
     * Images.
     *
     * @param secrets what resources name
     * @param keychain the credentials of the host, for resources that name none
     */
    RegistryImages(RegistryClient client, ImageFetcher fetcher, PullSecrets secrets, Keychain keychain) {
        this.client = client;
        this.fetcher = fetcher;
        this.secrets = secrets;
        this.keychain = keychain;
    }

    @Override
    public Repository open(ImageReference image, String namespace, List<String> names) throws FetchException {
        if (names.isEmpty()) {
            return client.open(image, keychain);
        }
        List<Keychain> all = new ArrayList<>();
        for (String name : names) {
            all.add(secrets.secret(namespace, name));
        }
        return client.open(image, (host, repository) -> first(all, host, repository));
    }

    /** What the first secret has that knows the registry; an entry with nothing in it is none. */
    static @Nullable Credential first(List<Keychain> all, String host, String repository) throws FetchException {
        for (Keychain one : all) {
            Credential credential = one.find(host, repository);
            if (credential != null && !credential.isEmpty()) {
                return credential;
            }
        }
        return null;
    }

    @Override
    public boolean usesRootIds() {
        return fetcher.options().useRootId();
    }

    @Override
    public Image resolve(Repository repository, String reference) throws FetchException {
        ResolvedImage resolved = fetcher.resolve(repository, reference);
        return new Image() {
            @Override
            public String digest() {
                return resolved.digest();
            }

            @Override
            public String childDigest() {
                return resolved.childDigest();
            }

            @Override
            public Content read(Layout layout) throws FetchException {
                FetchedImage fetched = fetcher.fetch(repository, resolved, layout, true);
                boolean extension = layout == Layout.EXTENSION;
                RuntimeConfig config = fetched.runtimeConfig();
                return new Content(
                        fetched.module(),
                        extension ? fetched.manifest() : null,
                        config == null ? List.of() : config.rootIds(),
                        fetched.warnings());
            }
        };
    }
}
