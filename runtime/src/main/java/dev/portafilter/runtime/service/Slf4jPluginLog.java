package dev.portafilter.runtime.service;

import dev.portafilter.abi.LogLevel;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Plugins log through slf4j, each to a logger of its own, {@code dev.portafilter.plugin.NAMESPACE.NAME}. */
final class Slf4jPluginLog implements PluginLog {
    static final String LOGGER_NAME = "dev.portafilter.plugin";

    private final Function<String, Logger> loggers;
    private final Logger ofAll;
    private final ConcurrentHashMap<String, Logger> ofPlugins = new ConcurrentHashMap<>();

    Slf4jPluginLog() {
        this(LoggerFactory::getLogger);
    }

    Slf4jPluginLog(Function<String, Logger> loggers) {
        this.loggers = loggers;
        this.ofAll = loggers.apply(LOGGER_NAME);
    }

    @Override
    public boolean enabled(LogLevel level) {
        return enabled(ofAll, level);
    }

    @Override
    public boolean enabled(LogLevel level, String plugin) {
        return enabled(logger(plugin), level);
    }

    @Override
    public void log(LogLevel level, String plugin, int contextId, String message) {
        Logger logger = logger(plugin);
        if (!enabled(logger, level)) {
            return;
        }
        String line = PluginLogText.line(plugin, contextId, message);
        switch (level) {
            case TRACE -> logger.trace(line);
            case DEBUG -> logger.debug(line);
            case INFO -> logger.info(line);
            case WARN -> logger.warn(line);
            case ERROR, CRITICAL -> logger.error(line);
        }
    }

    private Logger logger(String plugin) {
        Logger logger = ofPlugins.get(plugin);
        return logger != null
                ? logger
                : ofPlugins.computeIfAbsent(plugin, name -> loggers.apply(LOGGER_NAME + "." + name));
    }

    private static boolean enabled(Logger logger, LogLevel level) {
        return switch (level) {
            case TRACE -> logger.isTraceEnabled();
            case DEBUG -> logger.isDebugEnabled();
            case INFO -> logger.isInfoEnabled();
            case WARN -> logger.isWarnEnabled();
            case ERROR, CRITICAL -> logger.isErrorEnabled();
        };
    }
}
