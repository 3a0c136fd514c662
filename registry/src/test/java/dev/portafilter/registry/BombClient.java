package dev.portafilter.registry;

import dev.portafilter.resources.ModuleLocator;
import dev.portafilter.resources.ModuleReference;
import dev.portafilter.resources.ModuleReference.Layout;
import dev.portafilter.resources.ModuleReference.PullPolicy;
import dev.portafilter.resources.ModuleUrl;
import dev.portafilter.runtime.service.MetricStore;
import java.nio.file.Path;
import java.util.List;

/** A program that loads modules from the urls that it is given, with all limits as they are, and prints what came of each. */
final class BombClient {
    private BombClient() {}

    public static void main(String[] urls) throws Exception {
        try (RegistryModules modules = RegistryModules.open(
                ModuleOptions.DEFAULT,
                RegistryOptions.DEFAULT,
                ImageOptions.DEFAULT,
                PullSecrets.NONE,
                Keychain.EMPTY,
                new MetricStore())) {
            for (String url : urls) {
                ModuleReference module = new ModuleReference(
                        ModuleUrl.parse(url), Layout.PLUGIN, "", PullPolicy.UNSPECIFIED, List.of(), List.of());
                String outcome;
                try {
                    byte[] loaded = modules.locate(module, new ModuleLocator.Requester("ns", "a", "1"), Path.of(""))
                            .load();
                    outcome = loaded.length + " bytes";
                } catch (FetchException e) {
                    outcome = e.code();
                }
                System.out.println(url.substring(url.lastIndexOf('/') + 1) + " " + outcome);
            }
        }
    }
}
