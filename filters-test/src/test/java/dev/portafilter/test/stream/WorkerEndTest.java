package dev.portafilter.test.stream;

import static dev.portafilter.abi.Callback.ON_DONE;
import static dev.portafilter.abi.Callback.ON_TICK;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.returns;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestHosts;
import dev.portafilter.test.TestWorker;
import dev.portafilter.test.guest.GuestModule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A worker that ends leaves nothing behind. */
class WorkerEndTest {
    @RegisterExtension
    final TestHosts hosts = new TestHosts();

    @Test
    void tickPeriod_setWhileTheRootEnds_hasNoEffect() {
        for (int done : new int[] {0, 1}) {
            GuestModule module =
                    guest().on(ON_TICK).on(ON_DONE, call("set_tick_period_milliseconds", 10), returns(done));
            TestHost host = hosts.start(TestHost.builder().plugin("p", module.wasm(), ""));
            TestWorker second = host.addWorker();
            host.log().take();
            host.endWorker(second);
            assertThat(host.log().take()).noneMatch(line -> line.startsWith("on_tick"));
        }
    }

    @Test
    void worker_thatHasEnded_isNotTheHostsAnyMore() {
        TestHost host = hosts.start(TestHost.builder().plugin("p", guest().wasm(), ""));
        TestWorker second = host.addWorker();
        host.endWorker(second);
        host.close();
        assertThat(second.executor().taskCount()).isZero();
    }
}
