package dev.portafilter.registry;

import dev.portafilter.resources.ImageReference;
import dev.portafilter.resources.ModuleReference.Layout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Images in repositories, wherever those are. */
final class RegistryImages implements ModuleImages {
    private final ImageFetcher fetcher;
    private final Repositories repositories;

    /** Where repositories come from. */
    @FunctionalInterface
    interface Repositories {
        /** As {@link ModuleImages#open}. */
        Repository open(ImageReference image, String namespace, List<String> secrets) throws FetchException;
    }

    RegistryImages(ImageFetcher fetcher, Repositories repositories) {
        this.fetcher = fetcher;
        this.repositories = repositories;
    }

    /**
     * Images in registries.
     *
     * @param secrets what resources name
     * @param keychain the credentials of the host, for resources that name none
     */
    RegistryImages(RegistryClient client, ImageFetcher fetcher, PullSecrets secrets, Keychain keychain) {
        this(fetcher, (image, namespace, names) -> {
            if (names.isEmpty()) {
                return client.open(image, keychain);
            }
            List<Keychain> all = new ArrayList<>();
            for (String name : names) {
                all.add(secrets.secret(namespace, name));
            }
            return client.open(image, (host, repository) -> first(all, host, repository));
        });
    }

    @Override
    public Repository open(ImageReference image, String namespace, List<String> names) throws FetchException {
        return repositories.open(image, namespace, names);
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
