package dev.portafilter.registry;

import dev.portafilter.runtime.service.MetricStore;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How fetches went, under the names of Istio's agent and of Envoy. Source: WasmPlugin reference, section 7.7. */
final class FetchMetrics {
    private static final String FETCHES = "istio_agent_wasm_remote_fetch_count";
    private static final String CONVERSIONS = "istio_agent_wasm_config_conversion_count";
    private static final String DURATION = "istio_agent_wasm_config_conversion_duration";
    private static final String SUCCESSES = "wasm.remote_load_fetch_successes";
    private static final String FAILURES = "wasm.remote_load_fetch_failures";
    private static final List<String> FETCH_RESULTS = List.of(
            "success",
            "download_failure",
            "manifest_failure",
            "checksum_mismatched",
            "fetch_failure",
            "signature_failure");

    private final MetricStore store;

    FetchMetrics(MetricStore store) {
        this.store = store;
        // There from the start, so that the first of each is seen as one.
        for (String result : FETCH_RESULTS) {
            store.hostCounter(FETCHES, "result", result);
        }
        for (String result : List.of("success", "no_remote_load", "fetch_failure")) {
            store.hostCounter(CONVERSIONS, "result", result);
        }
        store.hostHistogram(DURATION);
        store.hostCounter(SUCCESSES);
        store.hostCounter(FAILURES);
    }

    void fetched() {
        store.hostCounter(FETCHES, "result", "success").increment();
        store.hostCounter(SUCCESSES).increment();
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
        store.hostCounter(FAILURES).increment();
        return e;
    }

    /** Counts a module that was asked for, from wherever. */
    void loaded(String result, long nanos) {
        store.hostCounter(CONVERSIONS, "result", result).increment();
        store.hostHistogram(DURATION).accept(TimeUnit.NANOSECONDS.toMillis(Math.max(0, nanos)));
    }
}
