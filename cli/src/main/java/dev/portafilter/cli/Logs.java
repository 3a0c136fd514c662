package dev.portafilter.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import dev.portafilter.abi.LogLevel;
import dev.portafilter.runtime.service.PluginLog;
import java.io.PrintStream;
import java.time.Instant;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/** Where all log lines of the process go: the plugins' and the host's own, through one writer, in one format. */
final class Logs implements PluginLog, AutoCloseable {
    private final LogFormat format;
    private final LogLevel level;
    private final LineOutput output;

    private Logs(LogFormat format, LogLevel level, PrintStream out) {
        this.format = format;
        this.level = level;
        this.output = new LineOutput(out);
    }

    /** Takes over the host's own logging. */
    static Logs install(LogFormat format, LogLevel level, PrintStream out) {
        Logs logs = new Logs(format, level, out);
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        logs.attach(context);
        return logs;
    }

    /** Takes over the logging of a process that has just started, until a command {@linkplain #install says} how. */
    static void begin(LoggerContext context) {
        new Logs(LogFormat.TEXT, LogLevel.INFO, System.err).attach(context);
    }

    private void attach(LoggerContext context) {
        AppenderBase<ILoggingEvent> appender = new HostAppender();
        appender.setContext(context);
        appender.start();
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(appender);
        context.getLogger("dev.portafilter").setLevel(hostLevel(level));
    }

    private static Level hostLevel(LogLevel level) {
        return level == LogLevel.CRITICAL ? Level.ERROR : Level.toLevel(level.name());
    }

    @Override
    public boolean enabled(LogLevel asked) {
        return asked.compareTo(level) >= 0;
    }

    @Override
    public void log(LogLevel lineLevel, String plugin, int contextId, String message) {
        output.line(format.plugin(Instant.now(), lineLevel.name(), plugin, contextId, message));
    }

    /** What the host says of a plugin is no line of the plugin's: those are the ones that it would write anywhere. */
    @Override
    public void warn(String plugin, int contextId, String message) {
        if (enabled(LogLevel.WARN)) {
            String text = "plugin \"" + plugin + "\" context " + Integer.toUnsignedString(contextId) + ": " + message;
            output.line(format.host(Instant.now(), LogLevel.WARN.name(), "portafilter", text));
        }
    }

    /** A line of the command itself. */
    void note(LogLevel lineLevel, String message) {
        if (enabled(lineLevel)) {
            output.line(format.host(Instant.now(), lineLevel.name(), "portafilter", message));
        }
    }

    @Override
    public void close() {
        output.close();
    }

    /** Brings the lines of the libraries and of the machine here. */
    private final class HostAppender extends AppenderBase<ILoggingEvent> {
        @Override
        protected void append(ILoggingEvent event) {
            String source = event.getLoggerName();
            IThrowableProxy thrown = event.getThrowableProxy();
            String message =
                    event.getFormattedMessage() + (thrown == null ? "" : "\n" + ThrowableProxyUtil.asString(thrown));
            output.line(format.host(
                    Instant.ofEpochMilli(event.getTimeStamp()),
                    event.getLevel().toString().toUpperCase(Locale.ROOT),
                    source.substring(source.lastIndexOf('.') + 1),
                    message));
        }
    }
}
