package dev.portafilter.runtime;

import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.HostServices;
import dev.portafilter.runtime.service.WorkerExecutor;
import dev.portafilter.runtime.stream.Worker;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/** Contract; the body follows. */
public interface ProxyWasmHost extends AutoCloseable {
    /** Contract. */
    interface Builder {
        Builder plugin(PluginSpec spec);

        Builder plugins(Collection<PluginSpec> specs);

        Builder services(HostServices services);

        /** Where compiled modules are kept; none unless set. */
        Builder cacheDirectory(Path directory);

        /** Loads, compiles and canary-starts every plugin; a plugin that fails is kept and its failure policy applies. Blocks. */
        ProxyWasmHost build();
    }

    /** A worker with VMs of its own, on this executor. Any thread. VMs start on the worker at once. */
    Worker newWorker(WorkerExecutor executor);

    /** Every plugin in chain order, then services. Any thread. */
    List<PluginStatus> plugins();

    HostServices services();

    /** Ends all workers. */
    @Override
    void close();
}
