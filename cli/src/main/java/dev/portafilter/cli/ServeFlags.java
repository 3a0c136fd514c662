package dev.portafilter.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags of {@code serve} as they were given; what is not given may stand in the settings file. */
final class ServeFlags {
    @Option(
            names = "--config",
            paramLabel = "FILE|DIR",
            description = "WasmPlugin resources: a YAML or JSON file, or a directory of them.")
    @Nullable String config;

    @Option(
            names = "--settings",
            paramLabel = "FILE",
            description = "Settings in YAML: these flags by name, and limits, timeouts and more.")
    @Nullable Path settings;

    @Option(names = "--upstream", paramLabel = "URL", description = "Where requests go: http[s]://HOST:PORT.")
    @Nullable String upstream;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "Where clients connect; port 0 takes a free one. Default: 127.0.0.1:8080.")
    @Nullable String listen;

    @Option(
            names = "--tcp-listen",
            paramLabel = "HOST:PORT",
            description = "Where TCP clients connect, for plugins of type NETWORK; port 0 takes a free one.")
    @Nullable String tcpListen;

    @Option(
            names = "--tcp-upstream",
            paramLabel = "HOST:PORT",
            description = "Where TCP connections go. With --tcp-listen and without --upstream there is no HTTP.")
    @Nullable String tcpUpstream;

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            description = "Where operators look: /healthz /readyz /metrics /plugins. Default: nowhere.")
    @Nullable String admin;

    @Option(
            names = "--cluster",
            paramLabel = "NAME=URL",
            description = "A server that plugins may call; may be repeated. The upstream is the cluster \"upstream\".")
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

    @Option(names = "--log-format", paramLabel = "text|json", description = "Default: text.")
    @Nullable String logFormat;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            description = "trace, debug, info, warn, error or critical. Default: info.")
    @Nullable String logLevel;

    @Option(
            names = "--cache-dir",
            paramLabel = "DIR|none",
            description = "Where compiled modules are kept. Default: portafilter in the user's cache directory.")
    @Nullable String cacheDirectory;
}
