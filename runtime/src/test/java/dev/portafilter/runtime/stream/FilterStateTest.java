package dev.portafilter.runtime.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.Status;
import org.junit.jupiter.api.Test;

class FilterStateTest {
    private final FilterState state = new FilterState();

    @Test
    void value_isReplaced_andHandedOutAsACopy() {
        assertThat(state.get("k")).isNull();
        assertThat(state.set("k", new byte[] {1}, false, 1000)).isEqualTo(Status.OK);
        assertThat(state.set("k", new byte[] {2}, false, 1000)).isEqualTo(Status.OK);
        byte[] copy = state.get("k");
        assertThat(copy).containsExactly(2);
        copy[0] = 9;
        assertThat(state.get("k")).containsExactly(2);
    }

    @Test
    void readOnlyValue_staysWhatItWasFirst() {
        state.set("k", new byte[] {1}, true, 1000);
        assertThat(state.set("k", new byte[] {2}, false, 1000)).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(state.get("k")).containsExactly(1);
    }

    @Test
    void valuesBeyondTheLimit_areRefused_andSmallerOnesFit() {
        long limit = FilterState.ENTRY_BYTES + 1 + 10;
        assertThat(state.set("k", new byte[11], false, limit)).isEqualTo(Status.INTERNAL_FAILURE);
        assertThat(state.set("k", new byte[10], false, limit)).isEqualTo(Status.OK);
        assertThat(state.set("l", new byte[0], false, limit)).isEqualTo(Status.INTERNAL_FAILURE);
        assertThat(state.set("k", new byte[11], false, limit)).isEqualTo(Status.INTERNAL_FAILURE);
        assertThat(state.get("k")).hasSize(10);
        assertThat(state.set("k", new byte[2], false, limit)).isEqualTo(Status.OK);
        assertThat(state.set("k", new byte[10], false, limit)).isEqualTo(Status.OK);
    }
}
