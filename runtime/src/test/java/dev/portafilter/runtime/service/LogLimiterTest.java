package dev.portafilter.runtime.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.LogLevel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogLimiterTest {
    private final FakeClock clock = new FakeClock();
    private final List<String> lines = new ArrayList<>();
    private final PluginLog log = new PluginLog() {
        @Override
        public boolean enabled(LogLevel level) {
            return level.compareTo(LogLevel.INFO) >= 0;
        }

        @Override
        public void log(LogLevel level, String plugin, int contextId, String message) {
            lines.add(level + " " + plugin + " " + contextId + " " + message);
        }
    };
    private final LogLimiter limiter = new LogLimiter(log, clock, "default.auth", 2);

    @Test
    void lines_withinTheLimit_passUnchanged() {
        limiter.log(LogLevel.INFO, 3, "a");
        limiter.log(LogLevel.ERROR, 4, "b");
        assertThat(lines).containsExactly("INFO default.auth 3 a", "ERROR default.auth 4 b");
    }

    @Test
    void lines_overTheLimit_areDroppedAndCountedBeforeTheNextLine() {
        for (int i = 0; i < 5; i++) {
            limiter.log(LogLevel.INFO, 3, "a" + i);
        }
        clock.advanceMillis(999);
        limiter.log(LogLevel.INFO, 3, "a5");
        assertThat(lines).hasSize(2);
        clock.advanceMillis(1);
        limiter.log(LogLevel.INFO, 3, "b");
        assertThat(lines)
                .containsExactly(
                        "INFO default.auth 3 a0",
                        "INFO default.auth 3 a1",
                        "WARN default.auth 0 4 lines dropped (limit: 2 per second)",
                        "INFO default.auth 3 b");
    }

    @Test
    void newSecond_hasTheWholeLimitAgain() {
        for (int second = 0; second < 3; second++) {
            limiter.log(LogLevel.INFO, 3, "a");
            limiter.log(LogLevel.INFO, 3, "a");
            clock.advanceMillis(1000);
        }
        assertThat(lines).hasSize(6).allMatch(line -> line.equals("INFO default.auth 3 a"));
    }

    @Test
    void flush_writesTheCountOnce() {
        for (int i = 0; i < 3; i++) {
            limiter.log(LogLevel.INFO, 3, "a");
        }
        limiter.flush();
        limiter.flush();
        assertThat(lines).hasSize(3).last().isEqualTo("WARN default.auth 0 1 lines dropped (limit: 2 per second)");
    }

    @Test
    void limitOf0_passesNothingButTheCount() {
        LogLimiter closed = new LogLimiter(log, clock, "default.auth", 0);
        closed.log(LogLevel.ERROR, 3, "a");
        assertThat(lines).isEmpty();
        closed.flush();
        assertThat(lines).containsExactly("WARN default.auth 0 1 lines dropped (limit: 0 per second)");
    }

    @Test
    void enabled_asksTheLog() {
        assertThat(limiter.enabled(LogLevel.INFO)).isTrue();
        assertThat(limiter.enabled(LogLevel.DEBUG)).isFalse();
    }

    @Test
    void warnings_countAsLines_andAreToldApart() {
        List<String> told = new ArrayList<>();
        PluginLog apart = new PluginLog() {
            @Override
            public boolean enabled(LogLevel level) {
                return true;
            }

            @Override
            public void log(LogLevel level, String plugin, int contextId, String message) {
                told.add("guest: " + message);
            }

            @Override
            public void warn(String plugin, int contextId, String message) {
                told.add("host: " + message);
            }
        };
        LogLimiter both = new LogLimiter(apart, clock, "default.auth", 2);
        both.log(LogLevel.INFO, 2, "one");
        both.warn(2, "two");
        both.warn(2, "three");
        both.flush();
        assertThat(told).containsExactly("guest: one", "host: two", "host: 1 lines dropped (limit: 2 per second)");
    }
}
