package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.MetricType;
import dev.portafilter.runtime.service.MetricSample;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PluginMetricsTextTest {
    private static MetricSample sample(String name, MetricType type, long value) {
        return new MetricSample(name, Map.of(), type, value, null);
    }

    @Test
    void names_areKept() {
        assertThat(PluginMetricsText.of(
                        List.of(
                                sample("rate_limit_allowed", MetricType.COUNTER, -1),
                                sample("queue", MetricType.GAUGE, -1)),
                        Set.of()))
                .isEqualTo("""
                        # TYPE rate_limit_allowed counter
                        rate_limit_allowed 18446744073709551615
                        # TYPE queue gauge
                        queue -1
                        """);
    }

    @Test
    void namesThatPrometheusRefuses_areChanged_andStayApart() {
        assertThat(PluginMetricsText.name("a.b-c \n\"")).isEqualTo("a_b_c____".substring(0, 8));
        assertThat(PluginMetricsText.name("2xx")).isEqualTo("_2xx");
        assertThat(PluginMetricsText.name("")).isEqualTo("_");
        assertThat(PluginMetricsText.name("jvm_memory")).isEqualTo("plugin_jvm_memory");
        assertThat(PluginMetricsText.of(
                        List.of(sample("a.b", MetricType.GAUGE, 1), sample("a_b", MetricType.COUNTER, 2)), Set.of()))
                .contains("\na_b 1\n", "\na_b_2 2\n");
    }

    @Test
    void namesThatTheHostHas_areNotTaken() {
        assertThat(PluginMetricsText.of(
                        List.of(sample("wasm_wasm_vm_count", MetricType.GAUGE, 1)), Set.of("wasm_wasm_vm_count")))
                .contains("\nwasm_wasm_vm_count_2 1\n");
    }
}
