package dev.portafilter.runtime.service;

import dev.portafilter.abi.EffectiveContext;
import dev.portafilter.abi.ProtobufReader;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The foreign functions that say what happens to properties and filter state. Their arguments are protobuf messages.
 * Source: ABI reference, section 3.13; which keys there are, and which values they take, was asked of Envoy 1.40.0.
 */
final class FilterStateFunctions {
    private static final int SPAN_CONNECTION = 2;

    private static final Predicate<String> ANY = value -> true;
    private static final Predicate<String> UNSIGNED = value -> value.matches("[0-9]{1,18}");

    /** The keys of Envoy that hold plain text or numbers; those that hold Envoy's own objects are unknown here. */
    private static final Map<String, Predicate<String>> KEYS = Map.of(
            "envoy.string", ANY,
            "envoy.hashable_string", ANY,
            "envoy.tcp_proxy.cluster", ANY,
            "envoy.network.upstream_server_name", ANY,
            "envoy.upstream.dynamic_host", ANY,
            "envoy.upstream.dynamic_port", UNSIGNED,
            "envoy.ratelimit.hits_addend", UNSIGNED,
            "envoy.tcp_proxy.per_connection_idle_timeout_ms", UNSIGNED,
            "envoy.bool", value -> value.equals("true") || value.equals("false"));

    private FilterStateFunctions() {}

    /** Message: 1 key, 2 value, 3 span. */
    static Status setFilterState(EffectiveContext context, byte[] arguments, ResultBytes result) {
        ProtobufReader message = new ProtobufReader(arguments);
        String key = "";
        String value = "";
        long span = 0;
        while (message.next()) {
            if (message.bytesField() == 1) {
                key = message.text();
            } else if (message.bytesField() == 2) {
                value = message.text();
            } else if (message.numberField() == 3) {
                span = message.number();
            }
        }
        if (message.malformed()) {
            return Status.BAD_ARGUMENT;
        }
        Predicate<String> accepted = KEYS.get(key);
        if (accepted == null) {
            return Status.NOT_FOUND;
        }
        return accepted.test(value)
                ? context.setFilterState(key, value.getBytes(StandardCharsets.UTF_8), span == SPAN_CONNECTION)
                : Status.BAD_ARGUMENT;
    }

    /** Message: 1 name, 2 whether it is read-only, 3 type, 4 schema, 5 span; values are bytes here whatever their type. */
    static Status declareProperty(EffectiveContext context, byte[] arguments, ResultBytes result) {
        ProtobufReader message = new ProtobufReader(arguments);
        String name = "";
        boolean readOnly = false;
        long span = 0;
        while (message.next()) {
            if (message.bytesField() == 1) {
                name = message.text();
            } else if (message.numberField() == 2) {
                readOnly = message.number() != 0;
            } else if (message.numberField() == 5) {
                span = message.number();
            }
        }
        if (message.malformed()) {
            return Status.BAD_ARGUMENT;
        }
        // Names are bytes elsewhere, each shown as one character.
        String asBytes = new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return context.declareProperty(asBytes, readOnly, span == SPAN_CONNECTION);
    }
}
