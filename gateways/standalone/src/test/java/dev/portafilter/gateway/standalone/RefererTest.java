package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefererTest {
    @ParameterizedTest
    @ValueSource(strings = {"http://a/b?c=d@e", "https://a:81", "/x", "x/y:z", "", "?q=1", "http://a/\u00e9"})
    void referer_absoluteOrRelative_goesOn(String value) {
        assertThat(Referer.valid(value)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://a/b#c", "http://u:p@a/", "http://a/ b", "/x#y", "about:blank", "http:///x", "a b", "<x>"
            })
    void referer_withFragmentUserOrSpace_isDropped(String value) {
        assertThat(Referer.valid(value)).isFalse();
    }
}
