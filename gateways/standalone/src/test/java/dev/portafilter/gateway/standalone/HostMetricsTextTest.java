package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.runtime.service.MetricStore;
import org.junit.jupiter.api.Test;

/** Metrics of the host under the names of Istio's agent and of Envoy. */
class HostMetricsTextTest {
    private final MetricStore store = new MetricStore();

    private String text() {
        return HostMetricsText.of(store.hostSamples());
    }

    @Test
    void counter_keepsItsName_andHasOneHeadForAllLabels() {
        store.hostCounter("istio_agent_wasm_cache_lookup_count", "hit", "true").add(2);
        store.hostCounter("istio_agent_wasm_cache_lookup_count", "hit", "false").increment();
        store.hostCounter("some.thing", "a", "x\"y\\z\n", "b", "2");

        assertThat(text()).isEqualTo("""
                # HELP istio_agent_wasm_cache_lookup_count Look-ups in the cache, and whether it had the module
                # TYPE istio_agent_wasm_cache_lookup_count counter
                istio_agent_wasm_cache_lookup_count{hit="false"} 1
                istio_agent_wasm_cache_lookup_count{hit="true"} 2
                # TYPE some_thing counter
                some_thing{a="x\\"y\\\\z\\n",b="2"} 0
                """);
    }

    @Test
    void gauge_isNamedAsEnvoyNamesIt() {
        store.hostGauge("wasm.default.my-auth.vm_memory_size", () -> 65_536);

        assertThat(text()).isEqualTo("""
                # TYPE wasm_default_my_auth_vm_memory_size gauge
                wasm_default_my_auth_vm_memory_size 65536
                """);
    }

    @Test
    void histogram_hasTheBucketsOfIstiosAgent() {
        String name = "istio_agent_wasm_config_conversion_duration";
        for (long sample : new long[] {0, 1, 3, 16_384, 16_385, 100_000}) {
            store.hostHistogram(name).accept(sample);
        }

        assertThat(text().lines())
                .startsWith("# HELP " + name + " How long that took, in milliseconds", "# TYPE " + name + " histogram")
                .contains(
                        name + "_bucket{le=\"1\"} 2",
                        name + "_bucket{le=\"2\"} 2",
                        name + "_bucket{le=\"4\"} 3",
                        name + "_bucket{le=\"8192\"} 3",
                        name + "_bucket{le=\"16384\"} 4",
                        name + "_bucket{le=\"+Inf\"} 6",
                        name + "_sum 132773",
                        name + "_count 6")
                .hasSize(2 + 15 + 1 + 2);
    }
}
