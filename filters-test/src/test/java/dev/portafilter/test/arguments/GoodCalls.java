package dev.portafilter.test.arguments;

import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outLong;
import static dev.portafilter.test.guest.Ops.outPairs;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.steps;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.Status;
import dev.portafilter.test.guest.Op;
import java.util.Map;
import java.util.TreeMap;

/** For every host function one call whose arguments are good, with its status in {@code on_request_headers}. */
final class GoodCalls {
    private static final HeaderMap REQUEST =
            HeaderMap.of(":authority", "example.com", ":path", "/", ":method", "GET", ":scheme", "http");
    private static final HeaderMap CALL = HeaderMap.of(":method", "GET", ":path", "/", ":authority", "callout");
    private static final HeaderMap NO_PAIRS = new HeaderMap();
    private static final int COUNTER = 4;
    private static final int QUEUE = 1;
    private static final int GRPC_CALL = 5;
    private static final int GRPC_STREAM = 6;

    /**
     * A call.
     *
     * @param before what must have happened for it
     * @param arguments one for each parameter in the words of the specification
     * @param status what it gives; null where it depends on the network of the host
     */
    record Row(Op before, Object[] arguments, Status status) {}

    private static final Map<String, Row> ROWS = rows();

    private GoodCalls() {}

    /** The row of a function; null when it has none. */
    static Row of(String function) {
        return ROWS.get(function);
    }

    /** The functions that have a row. */
    static Iterable<String> functions() {
        return ROWS.keySet();
    }

    private static Map<String, Row> rows() {
        Map<String, Row> rows = new TreeMap<>();
        vm(rows);
        streams(rows);
        messages(rows);
        calls(rows);
        shared(rows);
        return rows;
    }

    private static void vm(Map<String, Row> rows) {
        row(rows, "proxy_log", 2, "text");
        row(rows, "proxy_get_log_level", outWord());
        row(rows, "proxy_get_current_time_nanoseconds", outLong());
        row(rows, "proxy_set_tick_period_milliseconds", 0);
        row(rows, "proxy_get_configuration", outBytes());
        row(rows, "proxy_get_status", outWord(), outBytes());
        row(rows, "proxy_get_property", "plugin_name", outBytes());
        row(rows, "proxy_set_property", "key", "value");
        row(rows, "proxy_set_effective_context", 0);
        rows.put("proxy_done", new Row(steps(), new Object[] {}, Status.NOT_FOUND));
    }

    private static void streams(Map<String, Row> rows) {
        row(rows, "proxy_continue_request");
        row(rows, "proxy_continue_response");
        row(rows, "proxy_clear_route_cache");
        // The sides of a TCP connection, which an HTTP stream has not.
        row(rows, "proxy_continue_stream", 2);
        row(rows, "proxy_close_stream", 2);
        // 100 is no status of a response.
        rows.put(
                "proxy_send_local_response",
                new Row(steps(), new Object[] {100, "details", "body", NO_PAIRS, -1}, Status.BAD_ARGUMENT));
    }

    private static void messages(Map<String, Row> rows) {
        row(rows, "proxy_get_header_map_value", 0, ":path", outBytes());
        row(rows, "proxy_add_header_map_value", 0, "x-added", "1");
        row(rows, "proxy_replace_header_map_value", 0, "x-replaced", "1");
        row(rows, "proxy_remove_header_map_value", 0, "x-removed");
        row(rows, "proxy_get_header_map_pairs", 0, outPairs());
        row(rows, "proxy_set_header_map_pairs", 0, REQUEST);
        row(rows, "proxy_get_header_map_size", 0, outWord());
        row(rows, "proxy_get_buffer_bytes", 6, 0, 10, outBytes());
        row(rows, "proxy_get_buffer_status", 6, outWord(), outWord());
        rows.put("proxy_set_buffer_bytes", new Row(steps(), new Object[] {0, 0, 0, "x"}, Status.BAD_ARGUMENT));
    }

    private static void calls(Map<String, Row> rows) {
        row(rows, "proxy_http_call", "callout", CALL, "body", NO_PAIRS, 100, outWord());
        rows.put(
                "proxy_grpc_call",
                new Row(steps(), new Object[] {"nowhere", "s", "m", NO_PAIRS, "message", 100, outWord()}, null));
        rows.put("proxy_grpc_stream", new Row(steps(), new Object[] {"nowhere", "s", "m", NO_PAIRS, outWord()}, null));
        rows.put("proxy_grpc_send", new Row(steps(), new Object[] {GRPC_STREAM, "message", 0}, Status.NOT_FOUND));
        rows.put("proxy_grpc_cancel", new Row(steps(), new Object[] {GRPC_CALL}, Status.NOT_FOUND));
        rows.put("proxy_grpc_close", new Row(steps(), new Object[] {GRPC_CALL}, Status.NOT_FOUND));
    }

    private static void shared(Map<String, Row> rows) {
        Op register = call("register_shared_queue", "queue", outWord()).silently();
        Op define = call("define_metric", 0, "counter", outWord()).silently();
        row(rows, "proxy_set_shared_data", "key", "value", 0);
        after(
                rows,
                call("set_shared_data", "key", "value", 0).silently(),
                "proxy_get_shared_data",
                "key",
                outBytes(),
                outWord());
        row(rows, "proxy_register_shared_queue", "queue", outWord());
        after(rows, register, "proxy_resolve_shared_queue", "", "queue", outWord());
        after(rows, register, "proxy_enqueue_shared_queue", QUEUE, "item");
        after(
                rows,
                steps(register, call("enqueue_shared_queue", QUEUE, "item").silently()),
                "proxy_dequeue_shared_queue",
                QUEUE,
                outBytes());
        row(rows, "proxy_define_metric", 0, "counter", outWord());
        after(rows, define, "proxy_increment_metric", COUNTER, 1);
        after(rows, define, "proxy_record_metric", COUNTER, 1);
        after(rows, define, "proxy_get_metric", COUNTER, outLong());
        row(rows, "proxy_call_foreign_function", "compress", "text", outBytes());
    }

    private static void row(Map<String, Row> rows, String function, Object... arguments) {
        after(rows, steps(), function, arguments);
    }

    private static void after(Map<String, Row> rows, Op before, String function, Object... arguments) {
        rows.put(function, new Row(before, arguments, Status.OK));
    }
}
