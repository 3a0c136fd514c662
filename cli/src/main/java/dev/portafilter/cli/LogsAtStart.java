package dev.portafilter.cli;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * Says where log lines go before a command has said so. In code and not in a file: reading a file of XML takes longer than
 * all else that a start does.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_TOP_PRIORITY)
public final class LogsAtStart extends ContextAwareBase implements Configurator {
    /** For the service loader. */
    public LogsAtStart() {}

    /** Log lines of warning and above, and the machine's own from info on, go to standard error. */
    @Override
    public ExecutionStatus configure(LoggerContext context) {
        Logs.begin(context);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
