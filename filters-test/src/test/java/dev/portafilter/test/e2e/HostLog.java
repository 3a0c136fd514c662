package dev.portafilter.test.e2e;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** What the host and the gateway themselves log, warnings and errors, from now until it is closed. */
final class HostLog implements AutoCloseable {
    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.portafilter");
    private final @Nullable Level levelBefore = logger.getLevel();
    private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            event.prepareForDeferredProcessing();
            events.add(event);
        }
    };

    HostLog() {
        appender.setContext(logger.getLoggerContext());
        appender.start();
        logger.setLevel(Level.WARN);
        logger.setAdditive(false);
        logger.addAppender(appender);
    }

    /** The errors of the host: failures of plugins. */
    List<String> errors() {
        return messages("dev.portafilter.runtime");
    }

    /** The errors of the gateway, of which there should be none. */
    List<String> gatewayErrors() {
        return messages("dev.portafilter.gateway");
    }

    private List<String> messages(String logger) {
        return events.stream()
                .filter(event -> event.getLevel() == Level.ERROR)
                .filter(event -> event.getLoggerName().startsWith(logger))
                .map(HostLog::text)
                .toList();
    }

    private static String text(ILoggingEvent event) {
        String cause = event.getThrowableProxy() == null
                ? ""
                : ": " + event.getThrowableProxy().getClassName() + " "
                        + event.getThrowableProxy().getMessage();
        return event.getFormattedMessage() + cause;
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setAdditive(true);
        logger.setLevel(levelBefore);
        appender.stop();
    }
}
