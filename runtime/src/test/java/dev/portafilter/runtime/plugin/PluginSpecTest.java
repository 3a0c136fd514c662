package dev.portafilter.runtime.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginSpecTest {
    private static final ModuleSource MODULE = ModuleSource.of(new byte[] {1, 2, 3});

    @Test
    void spec_withNameAndModuleOnly_hasTheDefaults() {
        PluginSpec spec = PluginSpec.builder("auth", MODULE).build();
        assertThat(spec.qualifiedName()).isEqualTo("default.auth");
        assertThat(spec.pluginName()).isEqualTo("default.auth");
        assertThat(spec.joinsWhenReady()).isFalse();
        assertThat(spec.module()).isSameAs(MODULE);
        assertThat(spec.rootId()).isEmpty();
        assertThat(spec.vmId()).isEmpty();
        assertThat(spec.configuration()).isEmpty();
        assertThat(spec.vmConfiguration()).isEmpty();
        assertThat(spec.type()).isEqualTo(PluginType.HTTP);
        assertThat(spec.phase()).isEqualTo(Phase.UNSPECIFIED);
        assertThat(spec.priority()).isZero();
        assertThat(spec.failurePolicy()).isEqualTo(FailurePolicy.FAIL_CLOSED);
        assertThat(spec.environment()).isEmpty();
        assertThat(spec.allowedCapabilities()).isEmpty();
        assertThat(spec.allowOnHeadersStopIteration()).isFalse();
        assertThat(spec.service()).isFalse();
        assertThat(spec.isolated()).isFalse();
        assertThat(spec.limits()).isEqualTo(PluginLimits.DEFAULT);
        assertThat(spec).hasToString("default.auth (UNSPECIFIED, priority 0, 3 bytes in memory)");
    }

    @Test
    void spec_keepsEveryPart_alsoThroughToBuilder() {
        PluginLimits limits = PluginLimits.DEFAULT.withMemoryPages(16);
        PluginSpec spec = PluginSpec.builder("auth", MODULE)
                .namespace("ingress")
                .rootId("root")
                .vmId("vm")
                .configuration(new byte[] {1})
                .vmConfiguration(new byte[] {2})
                .type(PluginType.NETWORK)
                .phase(Phase.AUTHN)
                .priority(7)
                .failurePolicy(FailurePolicy.FAIL_RELOAD)
                .environment(Map.of("A", "1"))
                .allowedCapabilities(Set.of("proxy_log"))
                .allowOnHeadersStopIteration(true)
                .service(true)
                .isolated(true)
                .joinsWhenReady(true)
                .limits(limits)
                .build();
        for (PluginSpec one : List.of(spec, spec.toBuilder().build())) {
            assertThat(one.name()).isEqualTo("auth");
            assertThat(one.namespace()).isEqualTo("ingress");
            assertThat(one.qualifiedName()).isEqualTo("ingress.auth");
            assertThat(one.module()).isSameAs(MODULE);
            assertThat(one.rootId()).isEqualTo("root");
            assertThat(one.vmId()).isEqualTo("vm");
            assertThat(one.configuration()).containsExactly(1);
            assertThat(one.vmConfiguration()).containsExactly(2);
            assertThat(one.type()).isEqualTo(PluginType.NETWORK);
            assertThat(one.phase()).isEqualTo(Phase.AUTHN);
            assertThat(one.priority()).isEqualTo(7);
            assertThat(one.failurePolicy()).isEqualTo(FailurePolicy.FAIL_RELOAD);
            assertThat(one.environment()).containsExactly(Map.entry("A", "1"));
            assertThat(one.allowedCapabilities()).containsExactly("proxy_log");
            assertThat(one.allowOnHeadersStopIteration()).isTrue();
            assertThat(one.service()).isTrue();
            assertThat(one.isolated()).isTrue();
            assertThat(one.joinsWhenReady()).isTrue();
            assertThat(one.limits()).isSameAs(limits);
        }
    }

    @Test
    void names_forThePluginAndForTheHost_canDiffer() {
        PluginSpec.Builder builder = PluginSpec.builder("auth", MODULE).namespace("ingress");
        PluginSpec spec = builder.pluginName("auth").qualifiedName("ingress.auth/TrafficExtension").build().toBuilder()
                .build();
        assertThat(spec.pluginName()).isEqualTo("auth");
        assertThat(spec.qualifiedName()).isEqualTo("ingress.auth/TrafficExtension");
        assertThat(spec.name()).isEqualTo("auth");
        assertThat(spec.namespace()).isEqualTo("ingress");
    }

    @Test
    void spec_isNotChangedByWhatWentInOrCameOut() {
        byte[] configuration = {1};
        byte[] vmConfiguration = {2};
        Map<String, String> environment = new LinkedHashMap<>(Map.of("A", "1"));
        Set<String> capabilities = new LinkedHashSet<>(Set.of("proxy_log"));
        PluginSpec.Builder builder = PluginSpec.builder("auth", MODULE)
                .configuration(configuration)
                .vmConfiguration(vmConfiguration)
                .environment(environment)
                .allowedCapabilities(capabilities);
        PluginSpec spec = builder.build();
        configuration[0] = 9;
        vmConfiguration[0] = 9;
        environment.put("B", "2");
        capabilities.clear();
        builder.rootId("later");
        spec.configuration()[0] = 9;
        spec.vmConfiguration()[0] = 9;
        assertThat(spec.configuration()).containsExactly(1);
        assertThat(spec.vmConfiguration()).containsExactly(2);
        assertThat(spec.environment()).containsOnlyKeys("A");
        assertThat(spec.allowedCapabilities()).containsExactly("proxy_log");
        assertThat(spec.rootId()).isEmpty();
        assertThatThrownBy(() -> spec.environment().put("B", "2")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void environment_keepsItsOrder() {
        Map<String, String> environment = new LinkedHashMap<>();
        for (int i = 20; i > 0; i--) {
            environment.put("N" + i, "");
        }
        assertThat(PluginSpec.builder("auth", MODULE)
                        .environment(environment)
                        .build()
                        .environment()
                        .keySet())
                .containsExactlyElementsOf(environment.keySet());
    }

    @Test
    void name_thatIsEmpty_isRefused() {
        assertThatThrownBy(() -> PluginSpec.builder("", MODULE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("plugin name: \"\" (expected: at least one character)");
    }

    @Test
    void limits_haveTheDocumentedDefaults() {
        assertThat(PluginLimits.DEFAULT)
                .isEqualTo(
                        new PluginLimits(2048, 5_000, 30_000, 1_048_576, 10_000, 10_000, 4_194_304, 1_048_576, 10_000));
    }

    @Test
    void limits_outOfRange_areNamed() {
        assertThatThrownBy(() -> PluginLimits.DEFAULT.withMemoryPages(0))
                .hasMessage("memoryPages: 0 is out of range (expected: 1..32767)");
        assertThatThrownBy(() -> PluginLimits.DEFAULT.withMemoryPages(32_768))
                .hasMessage("memoryPages: 32768 is out of range (expected: 1..32767)");
        assertThatThrownBy(() -> PluginLimits.DEFAULT.withDeadlineMillis(0))
                .hasMessage("deadlineMillis: 0 is out of range (expected: 1..2147483647)");
        assertThatThrownBy(() -> PluginLimits.DEFAULT.withBufferBytes(-1))
                .hasMessage("bufferBytes: -1 is out of range (expected: 0..2147483647)");
        assertThatThrownBy(() -> new PluginLimits(1, 1, 0, 0, 0, 0, 0, 0, 0))
                .hasMessageStartingWith("startDeadlineMillis: 0");
        assertThatThrownBy(() -> new PluginLimits(1, 1, 1, 0, -1, 0, 0, 0, 0)).hasMessageStartingWith("httpCalls: -1");
        assertThatThrownBy(() -> new PluginLimits(1, 1, 1, 0, 0, -1, 0, 0, 0)).hasMessageStartingWith("grpcCalls: -1");
        assertThatThrownBy(() -> new PluginLimits(1, 1, 1, 0, 0, 0, -1, 0, 0))
                .hasMessageStartingWith("grpcMessageBytes: -1");
        assertThatThrownBy(() -> new PluginLimits(1, 1, 1, 0, 0, 0, 0, 0, -1))
                .hasMessageStartingWith("logLinesPerSecond: -1");
        assertThat(new PluginLimits(1, 1, 1, 0, 0, 0, 0, 0, 0)).isNotNull();
        assertThatThrownBy(() -> PluginLimits.DEFAULT.withPropertyBytes(-1))
                .hasMessageStartingWith("propertyBytes: -1");
    }

    @Test
    void limits_withOneChanged_keepTheOthers() {
        PluginLimits limits = new PluginLimits(1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(limits.withMemoryPages(99)).isEqualTo(new PluginLimits(99, 2, 3, 4, 5, 6, 7, 8, 9));
        assertThat(limits.withDeadlineMillis(99)).isEqualTo(new PluginLimits(1, 99, 3, 4, 5, 6, 7, 8, 9));
        assertThat(limits.withStartDeadlineMillis(99)).isEqualTo(new PluginLimits(1, 2, 99, 4, 5, 6, 7, 8, 9));
        assertThat(limits.withBufferBytes(99)).isEqualTo(new PluginLimits(1, 2, 3, 99, 5, 6, 7, 8, 9));
        assertThat(limits.withHttpCalls(99)).isEqualTo(new PluginLimits(1, 2, 3, 4, 99, 6, 7, 8, 9));
        assertThat(limits.withGrpc(98, 99)).isEqualTo(new PluginLimits(1, 2, 3, 4, 5, 98, 99, 8, 9));
        assertThat(limits.withPropertyBytes(99)).isEqualTo(new PluginLimits(1, 2, 3, 4, 5, 6, 7, 99, 9));
        assertThat(limits.withLogLinesPerSecond(99)).isEqualTo(new PluginLimits(1, 2, 3, 4, 5, 6, 7, 8, 99));
    }

    @Test
    void fileModule_isReadAnewEachTime(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("plugin.wasm");
        ModuleSource source = ModuleSource.of(file);
        assertThatThrownBy(source::load)
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": no such file (expected: a WebAssembly module)");
        Files.write(file, new byte[] {1});
        assertThat(source.load()).containsExactly(1);
        Files.write(file, new byte[] {2});
        assertThat(source.load()).containsExactly(2);
        assertThat(source.location()).isEqualTo(file.toString());
    }

    @Test
    void memoryModule_givesItsBytes() throws IOException {
        assertThat(MODULE.load()).containsExactly(1, 2, 3);
        assertThat(MODULE.location()).isEqualTo("3 bytes in memory");
    }
}
