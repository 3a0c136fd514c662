package dev.portafilter.test.compare;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The configuration of an Envoy that does what the standalone gateway does: one listener, plugins, one upstream. */
final class EnvoyConfiguration {
    /** How often Envoy brings together what its threads have counted. */
    static final int FLUSH_MILLIS = 200;

    private static final String TYPE = "type.googleapis.com/";
    private static final String FILTERS = TYPE + "envoy.extensions.filters.";
    private static final String HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    private EnvoyConfiguration() {}

    /** The configuration as JSON, with ports that the system chooses. */
    static String json(Scenario scenario, Servers servers) throws IOException {
        List<Object> clusters = new ArrayList<>();
        servers.ports().forEach((name, port) -> clusters.add(cluster(name, port, servers.http2(name))));
        Map<String, Object> bootstrap = map(
                "admin", map("address", address(0)),
                // Histograms are merged this often; counters and gauges are always current.
                "stats_flush_interval", FLUSH_MILLIS / 1000.0 + "s",
                "static_resources", map("listeners", List.of(listener(scenario)), "clusters", clusters));
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = new JsonFactory().createGenerator(text)) {
            write(generator, bootstrap);
        }
        return text.toString();
    }

    private static Map<String, Object> listener(Scenario scenario) {
        return map(
                "name", "compare",
                "address", address(0),
                "filter_chains",
                        List.of(map("filters", scenario.tcp() ? tcpFilters(scenario) : List.of(connection(scenario)))));
    }

    /** Filters for bytes, and then the proxy. */
    private static List<Object> tcpFilters(Scenario scenario) {
        List<Object> filters = new ArrayList<>();
        for (ComparedPlugin plugin : scenario.plugins()) {
            filters.add(map(
                    "name", plugin.name(),
                    "typed_config", map("@type", FILTERS + "network.wasm.v3.Wasm", "config", plugin(plugin))));
        }
        filters.add(map(
                "name",
                "proxy",
                "typed_config",
                map(
                        "@type",
                        FILTERS + "network.tcp_proxy.v3.TcpProxy",
                        "stat_prefix",
                        "compare",
                        "cluster",
                        Servers.UPSTREAM)));
        return filters;
    }

    private static Map<String, Object> connection(Scenario scenario) {
        List<Object> filters = new ArrayList<>();
        for (ComparedPlugin plugin : scenario.plugins()) {
            filters.add(map(
                    "name", plugin.name(),
                    "typed_config", map("@type", FILTERS + "http.wasm.v3.Wasm", "config", plugin(plugin))));
        }
        filters.add(map(
                "name",
                "router",
                "typed_config",
                map("@type", FILTERS + "http.router.v3.Router", "suppress_envoy_headers", true)));
        Map<String, Object> route = map("match", map("prefix", "/"), "route", map("cluster", Servers.UPSTREAM));
        Map<String, Object> connection = map(
                "@type",
                FILTERS + "network.http_connection_manager.v3.HttpConnectionManager",
                "stat_prefix",
                "compare",
                "codec_type",
                "AUTO",
                "generate_request_id",
                false,
                "http_protocol_options",
                map("enable_trailers", true, "accept_http_10", true),
                "route_config",
                map(
                        "virtual_hosts",
                        // A second one makes Envoy look at the authority, as it does wherever there are several.
                        List.of(
                                map("name", "none", "domains", List.of("none.invalid"), "routes", List.of(route)),
                                map("name", "all", "domains", List.of("*"), "routes", List.of(route)))),
                "http_filters",
                filters);
        return map("name", "http", "typed_config", connection);
    }

    private static Map<String, Object> plugin(ComparedPlugin plugin) {
        Map<String, Object> vm = map(
                "runtime", "envoy.wasm.runtime.v8",
                "vm_id", Scenario.vmId(plugin),
                "code",
                        map(
                                "local",
                                map("filename", plugin.module().toAbsolutePath().toString())),
                "configuration", string(plugin.vmConfiguration()));
        return map(
                "name", "default." + plugin.name(),
                "root_id", plugin.rootId(),
                "vm_config", vm,
                "configuration", string(plugin.configuration()),
                "fail_open", plugin.failOpen());
    }

    private static Map<String, Object> string(String value) {
        return map("@type", TYPE + "google.protobuf.StringValue", "value", value);
    }

    private static Map<String, Object> cluster(String name, int port, boolean http2) {
        Map<String, Object> endpoint = map("endpoint", map("address", address(port)));
        return map(
                "name",
                name,
                "type",
                "STATIC",
                "load_assignment",
                map("cluster_name", name, "endpoints", List.of(map("lb_endpoints", List.of(endpoint)))),
                "typed_extension_protocol_options",
                map(
                        HTTP_OPTIONS,
                        map(
                                "@type",
                                TYPE + HTTP_OPTIONS,
                                "explicit_http_config",
                                http2
                                        ? map("http2_protocol_options", map())
                                        : map("http_protocol_options", map("enable_trailers", true)))));
    }

    private static Map<String, Object> address(int port) {
        return map("socket_address", map("address", "127.0.0.1", "port_value", port));
    }

    /** Keys and values in turn. */
    private static Map<String, Object> map(Object... entries) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < entries.length; i += 2) {
            map.put((String) entries[i], entries[i + 1]);
        }
        return map;
    }

    private static void write(JsonGenerator generator, Object value) throws IOException {
        if (value instanceof Map<?, ?> map) {
            generator.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                generator.writeFieldName((String) entry.getKey());
                write(generator, entry.getValue());
            }
            generator.writeEndObject();
        } else if (value instanceof List<?> list) {
            generator.writeStartArray();
            for (Object element : list) {
                write(generator, element);
            }
            generator.writeEndArray();
        } else if (value instanceof Boolean flag) {
            generator.writeBoolean(flag);
        } else if (value instanceof Integer number) {
            generator.writeNumber(number);
        } else {
            generator.writeString((String) value);
        }
    }
}
