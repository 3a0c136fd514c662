package dev.portafilter.test.stream;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_TICK;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.var;
import static dev.portafilter.test.guest.Ops.whenVar;

import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.PluginType;
import dev.portafilter.test.InMemoryConnection;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestHosts;
import dev.portafilter.test.guest.GuestLog;
import dev.portafilter.test.guest.GuestModule;
import dev.portafilter.test.guest.Op;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What tests of TCP connections have in common: hosts with plugins for connections, and what their guests say. */
abstract class ConnectionSuite {
    /** At a tick, lets go the connection that the guest has kept. */
    static final Op[] RESUME_KEPT = {
        whenVar("kept", call("set_effective_context", var("kept")).silently(), call("continue_stream", 2))
    };

    @RegisterExtension
    final TestHosts hosts = new TestHosts();

    static PluginSpec.Builder network(String name, GuestModule module) {
        return PluginSpec.builder(name, ModuleSource.of(module.wasm())).type(PluginType.NETWORK);
    }

    TestHost start(PluginSpec.Builder... plugins) {
        TestHost.Builder builder = TestHost.builder();
        for (PluginSpec.Builder plugin : plugins) {
            builder.plugin(plugin.build());
        }
        return hosts.start(builder);
    }

    TestHost start(GuestModule module) {
        return start(network("p", module));
    }

    static InMemoryConnection connect(TestHost host) {
        return host.openConnection().connect();
    }

    static List<String> lines(TestHost host) {
        return GuestLog.read(host.log().messages());
    }

    static List<String> calls(TestHost host) {
        return GuestLog.calls(lines(host));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static GuestModule ticking(GuestModule module) {
        return module.on(ON_CONFIGURE, call("set_tick_period_milliseconds", 10).silently())
                .on(ON_TICK, RESUME_KEPT);
    }
}
