package dev.portafilter.runtime.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.LogLevel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;

/** The text of log lines, and where slf4j puts them. */
class PluginLogTest {
    @Test
    void escaped_withoutControlCharacters_isTheSameString() {
        String message = "tenant \\ ümlaut 中文 \uD83D\uDE00 \"quoted\"";
        assertThat(PluginLogText.escaped(message)).isSameAs(message);
        assertThat(PluginLogText.escaped("")).isEmpty();
    }

    @Test
    void escaped_keepsOneLineOneLine() {
        assertThat(PluginLogText.escaped("a\nb\r\nc\td")).isEqualTo("a\\nb\\r\\nc\\td");
        assertThat(PluginLogText.escaped("a\u2028b\u2029c\u0085d")).isEqualTo("a\\u2028b\\u2029c\\u0085d");
    }

    @Test
    void escaped_showsTerminalSequences() {
        assertThat(PluginLogText.escaped("\u001b[31mred\u0007\u0000\u007f\u009b0m"))
                .isEqualTo("\\u001b[31mred\\u0007\\u0000\\u007f\\u009b0m");
    }

    @Test
    void escaped_showsMarksOfDirection() {
        assertThat(PluginLogText.escaped("a\u202eb\u2066c\u200fd")).isEqualTo("a\\u202eb\\u2066c\\u200fd");
    }

    @Test
    void line_cannotBeForged() {
        assertThat(PluginLogText.line("default.auth", 3, "ok\nERROR plugin=other context=1 stolen"))
                .isEqualTo("plugin=default.auth context=3 ok\\nERROR plugin=other context=1 stolen");
        assertThat(PluginLogText.line("default.auth", -1, "")).isEqualTo("plugin=default.auth context=4294967295 ");
    }

    @Test
    void slf4jLog_hasALoggerPerPluginAndMapsLevels() {
        Recorder recorder = new Recorder(Level.TRACE);
        PluginLog log = new Slf4jPluginLog(recorder::logger);
        for (LogLevel level : LogLevel.values()) {
            log.log(level, "default.auth", 2, level.name());
        }
        String logger = "dev.portafilter.plugin.default.auth";
        assertThat(recorder.lines)
                .containsExactly(
                        logger + " TRACE plugin=default.auth context=2 TRACE",
                        logger + " DEBUG plugin=default.auth context=2 DEBUG",
                        logger + " INFO plugin=default.auth context=2 INFO",
                        logger + " WARN plugin=default.auth context=2 WARN",
                        logger + " ERROR plugin=default.auth context=2 ERROR",
                        logger + " ERROR plugin=default.auth context=2 CRITICAL");
        assertThat(recorder.loggers).containsExactly("dev.portafilter.plugin", logger);
    }

    @Test
    void slf4jLog_leavesOutWhatTheLoggerDoes() {
        Recorder recorder = new Recorder(Level.WARN);
        PluginLog log = new Slf4jPluginLog(recorder::logger);
        log.log(LogLevel.INFO, "default.auth", 2, "hidden");
        assertThat(recorder.lines).isEmpty();
        for (LogLevel level : LogLevel.values()) {
            assertThat(log.enabled(level)).isEqualTo(level.compareTo(LogLevel.WARN) >= 0);
            assertThat(log.enabled(level, "default.auth")).isEqualTo(level.compareTo(LogLevel.WARN) >= 0);
        }
    }

    @Test
    void slf4jLog_doesNotReadTheMessageAsAPattern() {
        Recorder recorder = new Recorder(Level.INFO);
        new Slf4jPluginLog(recorder::logger).log(LogLevel.INFO, "default.auth", 2, "{} ${jndi:ldap://x}");
        assertThat(recorder.lines).singleElement().asString().endsWith("context=2 {} ${jndi:ldap://x}");
    }

    @Test
    void log_withOneLevelForAll_answersForEachPlugin() {
        PluginLog log = new PluginLog() {
            @Override
            public boolean enabled(LogLevel level) {
                return level == LogLevel.ERROR;
            }

            @Override
            public void log(LogLevel level, String plugin, int contextId, String message) {}
        };
        assertThat(log.enabled(LogLevel.ERROR, "default.auth")).isTrue();
        assertThat(log.enabled(LogLevel.INFO, "default.auth")).isFalse();
    }

    private static final class Recorder {
        private final List<String> lines = new ArrayList<>();
        private final List<String> loggers = new ArrayList<>();
        private final Level least;

        Recorder(Level least) {
            this.least = least;
        }

        Logger logger(String name) {
            loggers.add(name);
            return new RecordingLogger(name, this);
        }
    }

    private static final class RecordingLogger extends LegacyAbstractLogger {
        private static final long serialVersionUID = 1;
        private final transient Recorder recorder;

        RecordingLogger(String name, Recorder recorder) {
            this.name = name;
            this.recorder = recorder;
        }

        private boolean enabled(Level level) {
            return level.toInt() >= recorder.least.toInt();
        }

        @Override
        public boolean isTraceEnabled() {
            return enabled(Level.TRACE);
        }

        @Override
        public boolean isDebugEnabled() {
            return enabled(Level.DEBUG);
        }

        @Override
        public boolean isInfoEnabled() {
            return enabled(Level.INFO);
        }

        @Override
        public boolean isWarnEnabled() {
            return enabled(Level.WARN);
        }

        @Override
        public boolean isErrorEnabled() {
            return enabled(Level.ERROR);
        }

        @Override
        protected String getFullyQualifiedCallerName() {
            return null;
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level, org.slf4j.Marker marker, String message, Object[] arguments, Throwable thrown) {
            recorder.lines.add(name + " " + level + " " + message);
            assertThat(arguments).isNull();
        }
    }
}
