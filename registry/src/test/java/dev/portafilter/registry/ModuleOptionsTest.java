package dev.portafilter.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModuleOptionsTest {
    @Test
    void istiosVariables_areOptions() {
        Map<String, String> environment = Map.of(
                "WASM_HTTP_REQUEST_TIMEOUT", "1m30s",
                "WASM_HTTP_REQUEST_MAX_RETRIES", "7",
                "WASM_MODULE_EXPIRY", "1.5h",
                "WASM_PURGE_INTERVAL", "500ms",
                "ISTIO_WASM_MAX_BINARY_SIZE_BYTES", " 1000 ");
        ModuleOptions options = ModuleOptions.DEFAULT.withEnvironment(environment::get);
        assertThat(options)
                .isEqualTo(ModuleOptions.DEFAULT
                        .withRequestTimeout(Duration.ofSeconds(90))
                        .withMaxAttempts(7)
                        .withCacheExpiry(Duration.ofMinutes(90))
                        .withPurgeInterval(Duration.ofMillis(500))
                        .withMaxBytes(1000));
        assertThat(ModuleOptions.DEFAULT.withEnvironment(name -> null)).isEqualTo(ModuleOptions.DEFAULT);
    }

    @Test
    void istiosVariables_areOptionsOfRegistriesToo() {
        Map<String, String> environment = Map.of(
                "WASM_INSECURE_REGISTRIES", "a:5000, b", "BLOCKED_CIDRS_IN_WASM_FETCH", "10.0.0.0/8,fd00::/8");
        RegistryOptions options = RegistryOptions.DEFAULT.withEnvironment(environment::get);
        assertThat(options.insecureRegistries()).containsExactly("a:5000", "b");
        assertThat(options.blockedNetworks()).containsExactly("10.0.0.0/8", "fd00::/8");
        assertThat(RegistryOptions.DEFAULT.withEnvironment(name -> null)).isEqualTo(RegistryOptions.DEFAULT);
    }

    @Test
    void values_thatAreNone_areRefusedByName() {
        for (String text : new String[] {"15", "s", "1s 2s", "-1s", "1x"}) {
            assertThatThrownBy(() -> ModuleOptions.DEFAULT.withEnvironment(Map.of("WASM_MODULE_EXPIRY", text)::get))
                    .hasMessage("WASM_MODULE_EXPIRY: \"" + text + "\" (expected: such as 15s, 1h30m or 500ms)");
        }
        assertThatThrownBy(() ->
                        ModuleOptions.DEFAULT.withEnvironment(Map.of("WASM_HTTP_REQUEST_MAX_RETRIES", "many")::get))
                .hasMessage("WASM_HTTP_REQUEST_MAX_RETRIES: \"many\" (expected: a number)");
        assertThatThrownBy(() -> ModuleOptions.DEFAULT.withMaxAttempts(0))
                .hasMessage("http.maxAttempts: 0 (expected: 1 or more)");
        assertThatThrownBy(() -> ModuleOptions.DEFAULT.withMaxBytes(1L << 31))
                .hasMessageStartingWith("module.maxBytes:");
        assertThatThrownBy(() -> ModuleOptions.DEFAULT.withFetchTimeout(Duration.ZERO))
                .hasMessageStartingWith("fetch.timeout:");
    }

    @Test
    void eachOption_canBeSet() {
        ModuleOptions options = ModuleOptions.DEFAULT
                .withFetchTimeout(Duration.ofSeconds(1))
                .withCacheDirectory(Path.of("c"))
                .withOffline(true);
        assertThat(options.fetchTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(options.cacheDirectory()).isEqualTo(Path.of("c"));
        assertThat(options.offline()).isTrue();
    }
}
