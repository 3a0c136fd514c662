package dev.portafilter.runtime.stream;

import static dev.portafilter.runtime.stream.FlowState.CLOSED;
import static dev.portafilter.runtime.stream.FlowState.DONE;
import static dev.portafilter.runtime.stream.FlowState.FORWARDED;
import static dev.portafilter.runtime.stream.FlowState.PAUSED;
import static dev.portafilter.runtime.stream.FlowState.REPLIED;
import static dev.portafilter.runtime.stream.FlowState.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.runtime.stream.FlowState.Event;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FlowStateTest {
    /** For each state, what follows PAUSE, RESUME, FORWARD, REPLY, RESET, FINISH; the table of the class. */
    private static final Map<FlowState, FlowState[]> TABLE = Map.of(
            RUNNING, new FlowState[] {PAUSED, RUNNING, FORWARDED, REPLIED, CLOSED, DONE},
            PAUSED, new FlowState[] {PAUSED, RUNNING, PAUSED, REPLIED, CLOSED, DONE},
            FORWARDED, new FlowState[] {FORWARDED, FORWARDED, FORWARDED, REPLIED, CLOSED, DONE},
            REPLIED, new FlowState[] {REPLIED, REPLIED, REPLIED, REPLIED, CLOSED, DONE},
            CLOSED, new FlowState[] {CLOSED, CLOSED, CLOSED, CLOSED, CLOSED, DONE},
            DONE, new FlowState[] {DONE, DONE, DONE, DONE, DONE, DONE});

    @Test
    void flowState_everyEventInEveryState_followsTheTable() {
        for (FlowState state : FlowState.values()) {
            for (Event event : Event.values()) {
                assertThat(state.after(event))
                        .as("%s after %s", state, event)
                        .isEqualTo(TABLE.get(state)[event.ordinal()]);
            }
        }
    }

    @Test
    void flowState_onlyRunningAndPaused_takeElements() {
        for (FlowState state : FlowState.values()) {
            assertThat(state.open()).as("%s", state).isEqualTo(state == RUNNING || state == PAUSED);
        }
    }

    @Test
    void flowState_onceEnded_neverOpensAgain() {
        for (FlowState state : FlowState.values()) {
            if (!state.open()) {
                for (Event event : Event.values()) {
                    assertThat(state.after(event).open())
                            .as("%s after %s", state, event)
                            .isFalse();
                }
            }
        }
    }
}
