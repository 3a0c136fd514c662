package dev.portafilter.runtime.stream;

/** Contract; the body follows. */
public interface Worker {
    /** Begins a stream on the current chain. Worker thread only. */
    HttpStream openStream(HttpExchange exchange);

    /** Ends everything on this worker: roots are told, timers and calls cancelled, VMs released. Any thread; does not wait. */
    void close();
}
