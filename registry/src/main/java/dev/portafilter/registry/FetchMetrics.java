package dev.portafilter.registry;

import dev.portafilter.runtime.service.MetricStore;
import java.util.concurrent.TimeUnit;

/** How fetches went, under the names of Istio's agent and of Envoy. Source: WasmPlugin reference, section 7.7. */
final class FetchMetrics {
    private static final String FETCHES = "istio_agent_wasm_remote_fetch_count";
    private static final String CONVERSIONS = "istio_agent_wasm_config_conversion_count";
    private static final String DURATION = "istio_agent_wasm_config_conversion_duration";

    private final MetricStore store;

    FetchMetrics(MetricStore store) {
        this.store = store;
    }

    void fetched() {
        store.hostCounter(FETCHES, "result", "success").increment();
        store.hostCounter("wasm.remote_load_fetch_successes").increment();
    }

    /**
     * Counts a failure.
     *
     * @param result what it is when its code says nothing
     */
    FetchException failed(FetchException e, String result) {
        String told = result;
        if (e.code().startsWith("signature.")) {
            told = "signature_failure";
        } else if (e.code().equals("checksum.mismatch")) {
            told = "checksum_mismatched";
        }
        store.hostCounter(FETCHES, "result", told).increment();
        store.hostCounter("wasm.remote_load_fetch_failures").increment();
        return e;
    }

    /** Counts a module that was asked for, from wherever. */
    void loaded(String result, long nanos) {
        store.hostCounter(CONVERSIONS, "result", result).increment();
        store.hostHistogram(DURATION).accept(TimeUnit.NANOSECONDS.toMillis(Math.max(0, nanos)));
    }
}
