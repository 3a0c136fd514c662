package dev.portafilter.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OutcomesTest {
    @ParameterizedTest
    @EnumSource
    void firstRequest_inBothHosts_hasTheSameOutcome(Scenario scenario) {
        assertThatCode(() -> Outcomes.compare(scenario, PeerSetUp.PER_THREAD, null))
                .doesNotThrowAnyException();
    }

    @Test
    void tinyFilter_changesOneHeaderInEachDirection() {
        assertThat(Outcomes.ours(Scenario.TINY, null))
                .startsWith("request 11\n")
                .contains("\nx-client: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\n")
                .contains("response 5\n")
                .contains("\nserver: tiny\n");
    }

    @Test
    void otherHost_isOnNoClassPathOfOurs() {
        assertThatCode(() -> Class.forName("io.roastedroot.proxywasm.PluginFactory"))
                .isInstanceOf(ClassNotFoundException.class);
        assertThatCode(() -> Class.forName("dev.portafilter.benchmarks.peer.PeerHost"))
                .isInstanceOf(ClassNotFoundException.class);
    }
}
