package dev.portafilter.cli;

import static dev.portafilter.cli.WorkloadFlags.put;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The flags of {@code serve} as they were given; what is not given may stand in the environment or in the settings file.
 * {@link SettingKeys} says which flag stands for which setting, and what it means.
 */
final class ServeFlags {
    @Option(
            names = "--config",
            paramLabel = "FILE|DIR",
            description = "Resources: a YAML or JSON file, or a directory of them.")
    @Nullable String config;

    @Option(
            names = "--settings",
            paramLabel = "FILE",
            description = "Settings in YAML: these flags by name, and limits, timeouts and more; 'portafilter settings'"
                    + " lists them. Default: the file that PORTAFILTER_SETTINGS names, or portafilter.yaml here.")
    @Nullable Path settings;

    @Mixin
    private WorkloadFlags workload = new WorkloadFlags();

    @Option(names = "--upstream", paramLabel = "URL", description = "Where requests go: http[s]://HOST:PORT.")
    @Nullable String upstream;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "Where clients connect, HOST:PORT; port 0 takes a free one. Default: 127.0.0.1:8080.")
    @Nullable String listen;

    @Option(
            names = "--tcp-listen",
            paramLabel = "HOST:PORT",
            description = "Where TCP clients connect, for plugins of type NETWORK; port 0 takes a free one.")
    @Nullable String tcpListen;

    @Option(
            names = "--tcp-upstream",
            paramLabel = "HOST:PORT",
            description =
                    "Where TCP connections go, HOST:PORT. With --tcp-listen and without --upstream there is no HTTP.")
    @Nullable String tcpUpstream;

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            description = "Where operators look: /healthz /readyz /metrics /plugins /reload. Default: nowhere.")
    @Nullable String admin;

    @Option(
            names = "--cluster",
            paramLabel = "NAME=URL",
            description =
                    "Servers that plugins may call: names, and http[s]://HOST:PORT. May be repeated. The upstream is the cluster \"upstream\".")
    Map<String, String> clusters = new LinkedHashMap<>();

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "The HTTP listener's certificate chain, PEM.")
    @Nullable String tlsCertificate;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "The certificate's private key, PEM.")
    @Nullable String tlsKey;

    @Option(
            names = "--client-ca",
            paramLabel = "FILE",
            description = "Certificates that vouch for clients, PEM: they are asked for theirs. Default: they are not.")
    @Nullable String clientCa;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "Certificates that vouch for https servers, PEM. Default: the system's.")
    @Nullable String ca;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "Event loops, each with its own VMs. Default: one per processor.")
    @Nullable String workers;

    @Option(names = "--log-format", paramLabel = "text|json", description = "What log lines look like. Default: text.")
    @Nullable String logFormat;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            description =
                    "The least of the levels that are logged: trace, debug, info, warn, error or critical. Default: info.")
    @Nullable String logLevel;

    @Option(
            names = "--cache-dir",
            paramLabel = "DIR|none",
            description =
                    "Where compiled modules are kept; none for nowhere. Default: portafilter in the user's cache directory.")
    @Nullable String cacheDirectory;

    @Option(
            names = "--offline",
            paramLabel = "DIR",
            description =
                    "A directory of modules that were fetched before: they come from there, and nothing is fetched.")
    @Nullable String offline;

    /** All settings: these flags, the environment, the settings file. */
    Settings all(Function<String, @Nullable String> environment) {
        Map<String, Object> given = workload.given();
        put(given, "config", config);
        put(given, "upstream", upstream);
        put(given, "listen", listen);
        put(given, "tcp-listen", tcpListen);
        put(given, "tcp-upstream", tcpUpstream);
        put(given, "admin", admin);
        put(given, "clusters", clusters.isEmpty() ? null : clusters);
        put(given, "tls-cert", tlsCertificate);
        put(given, "tls-key", tlsKey);
        put(given, "client-ca", clientCa);
        put(given, "ca", ca);
        put(given, "workers", workers);
        put(given, "log-format", logFormat);
        put(given, "log-level", logLevel);
        put(given, "cache-dir", cacheDirectory);
        put(given, "offline", offline);
        return Settings.of(given, environment, settings);
    }
}
