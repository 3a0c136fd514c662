package dev.portafilter.abi;

import static dev.portafilter.abi.HostFunction.hostFunction;
import static dev.portafilter.abi.Param.bufferType;
import static dev.portafilter.abi.Param.bytes;
import static dev.portafilter.abi.Param.lateBytes;
import static dev.portafilter.abi.Param.logLevel;
import static dev.portafilter.abi.Param.mapType;
import static dev.portafilter.abi.Param.returnBytes;
import static dev.portafilter.abi.Param.returnU32;
import static dev.portafilter.abi.Param.returnU64;
import static dev.portafilter.abi.Param.s64;
import static dev.portafilter.abi.Param.streamType;
import static dev.portafilter.abi.Param.u32;
import static dev.portafilter.abi.Param.u64;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The table of all {@code proxy_*} host functions, every version's together; a module may import any of them from {@code
 * env} whatever version it declares. Source: ABI reference, sections 1.2 and 3.1.
 */
public final class HostFunctions {
    private static final List<HostFunction> ALL = Stream.of(vm(), streams(), headers(), calls(), shared())
            .flatMap(List::stream)
            .toList();
    private static final Map<String, HostFunction> BY_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(HostFunction::name, Function.identity()));

    private HostFunctions() {}

    /** Every row, in the order of the reference. */
    public static List<HostFunction> all() {
        return ALL;
    }

    /** The row of an import's name, or null. */
    public static @Nullable HostFunction of(String name) {
        return BY_NAME.get(name);
    }

    private static List<HostFunction> vm() {
        return List.of(
                hostFunction("proxy_log", LogFunctions::log, logLevel("level"), bytes("msg"))
                        .allowAtStart()
                        .allowWhileAllocating(),
                hostFunction("proxy_get_log_level", LogFunctions::getLogLevel, returnU32("level"))
                        .since(AbiVersion.V0_2_1)
                        .allowAtStart(),
                hostFunction(
                        "proxy_get_current_time_nanoseconds",
                        ContextFunctions::getCurrentTimeNanoseconds,
                        returnU64("time")),
                hostFunction(
                        "proxy_set_tick_period_milliseconds",
                        ContextFunctions::setTickPeriodMilliseconds,
                        u32("period")),
                hostFunction("proxy_get_configuration", ContextFunctions::getConfiguration, returnBytes("value"))
                        .until(AbiVersion.V0_1_0),
                hostFunction("proxy_get_status", ContextFunctions::getStatus, returnU32("code"), returnBytes("msg")),
                hostFunction("proxy_get_property", PropertyFunctions::get, bytes("path"), returnBytes("value")),
                hostFunction("proxy_set_property", PropertyFunctions::set, bytes("path"), bytes("value")),
                hostFunction("proxy_set_effective_context", ContextFunctions::setEffectiveContext, u32("context_id")),
                hostFunction("proxy_done", ContextFunctions::done));
    }

    private static List<HostFunction> streams() {
        return List.of(
                hostFunction("proxy_continue_request", StreamFunctions::continueRequest)
                        .until(AbiVersion.V0_1_0),
                hostFunction("proxy_continue_response", StreamFunctions::continueResponse)
                        .until(AbiVersion.V0_1_0),
                hostFunction("proxy_clear_route_cache", StreamFunctions::clearRouteCache)
                        .until(AbiVersion.V0_1_0),
                hostFunction("proxy_continue_stream", StreamFunctions::continueStream, streamType("stream_type"))
                        .since(AbiVersion.V0_2_0),
                hostFunction("proxy_close_stream", StreamFunctions::closeStream, streamType("stream_type"))
                        .since(AbiVersion.V0_2_0),
                hostFunction(
                        "proxy_send_local_response",
                        StreamFunctions::sendLocalResponse,
                        u32("code"),
                        bytes("details"),
                        bytes("body"),
                        bytes("headers"),
                        u32("grpc_status")));
    }

    private static List<HostFunction> headers() {
        return List.of(
                hostFunction(
                        "proxy_get_header_map_value",
                        HeaderFunctions::getValue,
                        mapType("map"),
                        bytes("key"),
                        returnBytes("value")),
                hostFunction(
                        "proxy_add_header_map_value",
                        HeaderFunctions::addValue,
                        mapType("map"),
                        bytes("key"),
                        bytes("value")),
                hostFunction(
                        "proxy_replace_header_map_value",
                        HeaderFunctions::replaceValue,
                        mapType("map"),
                        bytes("key"),
                        bytes("value")),
                hostFunction(
                        "proxy_remove_header_map_value", HeaderFunctions::removeValue, mapType("map"), bytes("key")),
                hostFunction(
                        "proxy_get_header_map_pairs", HeaderFunctions::getPairs, mapType("map"), returnBytes("data")),
                hostFunction("proxy_set_header_map_pairs", HeaderFunctions::setPairs, mapType("map"), bytes("data")),
                hostFunction("proxy_get_header_map_size", HeaderFunctions::getSize, mapType("map"), returnU32("size")),
                hostFunction(
                        "proxy_get_buffer_bytes",
                        BufferFunctions::getBytes,
                        bufferType("buffer"),
                        u32("start"),
                        u32("length"),
                        returnBytes("data")),
                hostFunction(
                        "proxy_get_buffer_status",
                        BufferFunctions::getStatus,
                        bufferType("buffer"),
                        returnU32("length"),
                        returnU32("flags")),
                hostFunction(
                        "proxy_set_buffer_bytes",
                        BufferFunctions::setBytes,
                        bufferType("buffer"),
                        u32("start"),
                        u32("length"),
                        lateBytes("data")));
    }

    private static List<HostFunction> calls() {
        return List.of(
                hostFunction(
                        "proxy_http_call",
                        HttpCallFunctions::httpCall,
                        bytes("upstream"),
                        bytes("headers"),
                        bytes("body"),
                        bytes("trailers"),
                        u32("timeout_ms"),
                        returnU32("token")),
                hostFunction(
                        "proxy_grpc_call",
                        GrpcFunctions::call,
                        bytes("upstream"),
                        bytes("service"),
                        bytes("method"),
                        bytes("initial_md"),
                        bytes("message"),
                        u32("timeout_ms"),
                        returnU32("token")),
                hostFunction(
                        "proxy_grpc_stream",
                        GrpcFunctions::stream,
                        bytes("upstream"),
                        bytes("service"),
                        bytes("method"),
                        bytes("initial_md"),
                        returnU32("token")),
                hostFunction("proxy_grpc_send", GrpcFunctions::send, u32("token"), bytes("message"), u32("end_stream")),
                hostFunction("proxy_grpc_cancel", GrpcFunctions::cancel, u32("token")),
                hostFunction("proxy_grpc_close", GrpcFunctions::close, u32("token")));
    }

    private static List<HostFunction> shared() {
        return List.of(
                hostFunction(
                        "proxy_get_shared_data",
                        SharedFunctions::getData,
                        bytes("key"),
                        returnBytes("value"),
                        returnU32("cas")),
                hostFunction(
                        "proxy_set_shared_data", SharedFunctions::setData, bytes("key"), bytes("value"), u32("cas")),
                hostFunction(
                        "proxy_register_shared_queue",
                        SharedFunctions::registerQueue,
                        bytes("name"),
                        returnU32("token")),
                hostFunction(
                        "proxy_resolve_shared_queue",
                        SharedFunctions::resolveQueue,
                        bytes("vm_id"),
                        bytes("name"),
                        returnU32("token")),
                hostFunction("proxy_enqueue_shared_queue", SharedFunctions::enqueue, u32("token"), bytes("data")),
                hostFunction("proxy_dequeue_shared_queue", SharedFunctions::dequeue, u32("token"), returnBytes("data")),
                hostFunction(
                        "proxy_define_metric", MetricFunctions::define, u32("type"), bytes("name"), returnU32("id")),
                hostFunction("proxy_increment_metric", MetricFunctions::increment, u32("id"), s64("offset")),
                hostFunction("proxy_record_metric", MetricFunctions::record, u32("id"), u64("value")),
                hostFunction("proxy_get_metric", MetricFunctions::get, u32("id"), returnU64("value")),
                hostFunction(
                        "proxy_call_foreign_function",
                        ForeignCallFunctions::call,
                        bytes("name"),
                        bytes("args"),
                        returnBytes("results")));
    }
}
