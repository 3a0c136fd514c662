package dev.portafilter.runtime.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TieBreakTest {
    private static PluginSpec plugin(String name, Phase phase, TieBreak... ties) {
        return PluginSpec.builder(name, ModuleSource.of(new byte[0]))
                .phase(phase)
                .tieBreaks(List.of(ties))
                .build();
    }

    @Test
    void order_tieBreaksSet_decideInTheirOrder() {
        PluginSpec older = plugin("b", Phase.AUTHN, new TieBreak("created", "1"), new TieBreak("name", "b"));
        PluginSpec newer = plugin("a", Phase.AUTHN, new TieBreak("created", "2"), new TieBreak("name", "a"));

        assertThat(ChainOrder.INSTANCE.compare(older, newer)).isNegative();
        assertThat(ChainOrder.reason(older, newer)).isEqualTo("same phase AUTHN and priority 0, created 1 < 2");
    }

    @Test
    void reason_firstTieBreakEqual_namesTheOneThatDecides() {
        PluginSpec a = plugin("a", Phase.PRE_AUTHZ, new TieBreak("created", "1"), new TieBreak("name", "a"));
        PluginSpec b = plugin("b", Phase.PRE_AUTHZ, new TieBreak("created", "1"), new TieBreak("name", "b"));

        assertThat(ChainOrder.reason(a, b)).isEqualTo("same phase PRE_AUTHZ and priority 0 and created, name a < b");
    }

    @Test
    void phases_ofBothKinds_standInSlotOrder() {
        assertThat(Phase.values())
                .containsExactly(
                        Phase.AUTHN,
                        Phase.PRE_AUTHN,
                        Phase.POST_AUTHN,
                        Phase.AUTHZ,
                        Phase.PRE_AUTHZ,
                        Phase.POST_AUTHZ,
                        Phase.STATS,
                        Phase.PRE_STATS,
                        Phase.POST_STATS,
                        Phase.UNSPECIFIED);
    }
}
