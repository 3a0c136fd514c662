package dev.portafilter.resources.live;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SettlingTest {
    private final Settling<String> settling = new Settling<>(100, 1_000, "a");

    @Test
    void nothingChanged_nothingIsTold() {
        assertThat(settling.look("a", 5_000)).isFalse();
        assertThat(settling.moving()).isFalse();
    }

    @Test
    void change_isToldOnceAfterTheQuietTime() {
        assertThat(settling.look("b", 10)).isFalse();
        assertThat(settling.moving()).isTrue();
        assertThat(settling.look("b", 109)).isFalse();
        assertThat(settling.look("b", 110)).isTrue();
        assertThat(settling.look("b", 500)).isFalse();
    }

    @Test
    void changeInManySteps_isToldOnceAfterTheLast() {
        assertThat(settling.look("b", 0)).isFalse();
        assertThat(settling.look("c", 90)).isFalse();
        assertThat(settling.look("d", 180)).isFalse();
        assertThat(settling.look("d", 279)).isFalse();
        assertThat(settling.look("d", 280)).isTrue();
    }

    @Test
    void changeThatNeverRests_isToldAfterTheLongestWait() {
        for (int now = 0; now < 1_000; now += 50) {
            assertThat(settling.look("step " + now, now)).isFalse();
        }
        assertThat(settling.look("step 1000", 1_000)).isTrue();
    }

    @Test
    void changeThatIsTakenBack_isNotTold() {
        assertThat(settling.look("b", 0)).isFalse();
        assertThat(settling.look("a", 50)).isFalse();
        assertThat(settling.look("a", 500)).isFalse();
    }

    @Test
    void secondChange_hasALongestWaitOfItsOwn() {
        settling.look("b", 0);
        assertThat(settling.look("b", 100)).isTrue();
        assertThat(settling.look("c", 5_000)).isFalse();
        assertThat(settling.look("c", 5_099)).isFalse();
        assertThat(settling.look("c", 5_100)).isTrue();
    }
}
