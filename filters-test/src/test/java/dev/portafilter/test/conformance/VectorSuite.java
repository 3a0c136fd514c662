package dev.portafilter.test.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestHosts;
import dev.portafilter.test.guest.GuestModule;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the suites of vectors have in common: filters are started in memory, and nothing may be left of their streams. */
@DisplayNameGeneration(VectorNames.class)
abstract class VectorSuite {
    @RegisterExtension
    final TestHosts hosts = new TestHosts();

    /** Starts a host with one plugin; what it logged at its start is to be read first. */
    Play play(GuestModule module) {
        return play(spec("p", module));
    }

    /** Starts a host with one plugin that is configured further. */
    Play play(GuestModule module, UnaryOperator<PluginSpec.Builder> more) {
        return play(more.apply(builder("p", module)).build());
    }

    /** Starts a host with plugins in this order. */
    Play play(PluginSpec... specs) {
        return play(TestHost.builder(), specs);
    }

    /** Starts a host with plugins in this order. */
    Play play(TestHost.Builder builder, PluginSpec... specs) {
        for (PluginSpec spec : specs) {
            builder.plugin(spec);
        }
        return new Play(hosts.start(builder.cluster("callout")));
    }

    /** Starts a host whose one plugin must not run; gives the reason. */
    String refusal(GuestModule module) {
        return refusal(module.wasm());
    }

    String refusal(byte[] code) {
        return refusal(PluginSpec.builder("p", ModuleSource.of(code)).build());
    }

    String refusal(PluginSpec spec) {
        PluginStatus status = play(spec).host().status(spec.name());
        assertThat(status.state()).isEqualTo(PluginStatus.State.FAILED);
        return status.reason();
    }

    static PluginSpec.Builder builder(String name, GuestModule module) {
        return PluginSpec.builder(name, ModuleSource.of(module.wasm()));
    }

    static PluginSpec spec(String name, GuestModule module) {
        return builder(name, module).build();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
