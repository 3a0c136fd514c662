package dev.portafilter.cli;

import dev.portafilter.resources.PluginResource;
import dev.portafilter.resources.PullSecret;
import dev.portafilter.resources.ReadOptions;
import dev.portafilter.resources.ResourceReader;
import dev.portafilter.resources.ResourceSet;
import dev.portafilter.resources.Selection;
import dev.portafilter.resources.live.LiveConfiguration;
import dev.portafilter.runtime.ProxyWasmHost;
import java.nio.file.Path;
import java.util.Collection;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The resources of {@code serve}: what they are at the start, and how to read them again.
 *
 * @param config a file or a directory of them
 * @param options how they are read
 * @param select chooses and orders those that apply
 * @param secrets hears of the Secrets that stand among them
 * @param read what was read at the start
 * @param selection what was chosen of it
 */
record ResourcePlan(
        Path config,
        ReadOptions options,
        Function<Collection<PluginResource>, Selection> select,
        Consumer<Collection<PullSecret>> secrets,
        ResourceSet read,
        Selection selection) {
    /** Reads the resources. */
    static ResourcePlan of(
            Path config,
            ReadOptions options,
            Function<Collection<PluginResource>, Selection> select,
            Consumer<Collection<PullSecret>> secrets) {
        ResourceSet read = ResourceReader.read(config, options);
        // Before the selection: where an extension stands may be in its image.
        secrets.accept(read.secrets());
        return new ResourcePlan(config, options, select, secrets, read, select.apply(read.resources()));
    }

    /** The resources as a host follows them that runs their plugins already. */
    LiveConfiguration follow(ProxyWasmHost host) {
        return new LiveConfiguration(
                host, () -> ResourceReader.read(config, options), select, read, selection, secrets);
    }
}
