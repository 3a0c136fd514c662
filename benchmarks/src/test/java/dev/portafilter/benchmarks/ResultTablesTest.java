package dev.portafilter.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResultTablesTest {
    private static final String PEER = Measurement.peer(PeerSetUp.PER_THREAD);

    @Test
    void lifecycle_besideThePeer_hasRatioAndScaling() {
        String tables = tables(
                lifecycle(Measurement.OURS, 1, 500),
                lifecycle(PEER, 1, 1200),
                lifecycle(Measurement.OURS, 2, 520),
                lifecycle(PEER, 2, 2600));

        assertThat(tables)
                .contains("| tiny | portafilter | 1 | 500 ± 5 | 750 | 1.00 |  |")
                .contains("| tiny | peer, per thread | 1 | 1200 ± 5 | 750 | 2.40 |  |")
                .contains("| tiny | portafilter | 2 | 520 ± 5 | 750 | 1.00 | 1.92 |")
                .contains("| tiny | peer, per thread | 2 | 2600 ± 5 | 750 | 5.00 | 0.92 |");
    }

    @Test
    void goals_sayWhatIsMetAndWhatWasNotMeasured() {
        String tables = tables(lifecycle(Measurement.OURS, 1, 800), lifecycle(PEER, 1, 2000));

        assertThat(tables)
                .contains("| tiny filter, one thread: at most 700 ns | 800 ns | **no** |")
                .contains("| tiny filter: at most 1000 B | 750 B | yes |")
                .contains("| tiny: at least 2 × the peer at its best, one thread | 2.50 | yes |")
                .contains("| tiny: two threads at least 1.8 × one | – | not measured |");
    }

    @Test
    void hostCall_isShownWithoutTheLoopAroundIt() {
        String tables = tables(
                new Measurement(Measurement.HOST_CALL, "none", Measurement.OURS, 1, 1.5, 0.1, 0),
                new Measurement(Measurement.HOST_CALL, "get-header", Measurement.OURS, 1, 41.5, 0.4, 24));

        assertThat(tables).contains("| get-header | 1 | 41.5 ± 0.4 | 40.0 | 24.0 |");
    }

    private static String tables(Measurement... measurements) {
        return new ResultTables(List.of(measurements)).markdown();
    }

    private static Measurement lifecycle(String host, int threads, double nanos) {
        return new Measurement(Measurement.LIFECYCLE, "tiny", host, threads, nanos, 5, 750);
    }
}
