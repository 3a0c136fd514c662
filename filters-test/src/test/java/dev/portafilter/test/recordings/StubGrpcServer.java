package dev.portafilter.test.recordings;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.service.GrpcResponse;
import dev.portafilter.test.ScriptedGrpcCalls.Call;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the gRPC server of the recordings does, by the name of the method. */
final class StubGrpcServer {
    private static final String[] HEAD = {"x-init", "i"};

    /** The proxy of the recordings adds the time to a response that begins after the end of the request, and it counts. */
    private static final String[] LATE_HEAD = {"x-init", "i", "x-envoy-upstream-service-time", "VARIES"};

    /** Calls that the server knows, with how many of their messages it has answered. */
    private final Map<Call, Integer> calls = new LinkedHashMap<>();

    private final List<Call> over = new ArrayList<>();

    /** Does what is to be done about a call by now. */
    void react(Call call) {
        if (over.contains(call)) {
            return;
        }
        String method = call.request().path().substring(call.request().path().lastIndexOf('/') + 1);
        boolean first = calls.putIfAbsent(call, 0) == null;
        if (call.request().upstream().equals("refused")) {
            over.add(call);
            call.refuse();
            return;
        }
        if (method.equals("Bidi") || method.equals("BidiReset")) {
            converse(call, method, first);
        } else if (call.ended()) {
            over.add(call);
            answer(call, method);
        }
    }

    private void converse(Call call, String method, boolean first) {
        if (first) {
            call.head(call.ended() ? LATE_HEAD : HEAD);
        }
        if (method.equals("BidiReset")) {
            over.add(call);
            call.reset();
            return;
        }
        List<String> sent = call.sentText();
        for (int i = calls.get(call); i < sent.size(); i++) {
            call.message("echo" + sent.get(i));
        }
        calls.put(call, sent.size());
        if (call.ended()) {
            over.add(call);
            call.trailers(HeaderMap.of("grpc-status", "0", "grpc-message", "bye", "x-trail", "t"));
        }
    }

    private static void answer(Call call, String method) {
        switch (method) {
            case "Fail" ->
                call.head(
                        HeaderMap.of(
                                ":status",
                                "200",
                                "content-type",
                                "application/grpc",
                                "grpc-status",
                                "7",
                                "grpc-message",
                                "not allowed"),
                        true);
            case "FailLate" -> call.head(LATE_HEAD).message("x").status(9, "late");
            case "Http" -> call.head(HeaderMap.of(":status", "404"), true);
            case "Reset" -> call.reset();
            case "Hang" -> {}
            case "Two" -> {
                ByteArrayOutputStream both = new ByteArrayOutputStream();
                both.writeBytes(GrpcResponse.frame("one".getBytes(StandardCharsets.UTF_8)));
                both.writeBytes(GrpcResponse.frame("two".getBytes(StandardCharsets.UTF_8)));
                call.head(LATE_HEAD).data(both.toByteArray());
                end(call);
            }
            case "Empty" -> end(call.head(LATE_HEAD).message(""));
            case "None" -> end(call.head(LATE_HEAD));
            default -> end(call.head(LATE_HEAD).message("answer"));
        }
    }

    private static void end(Call call) {
        call.trailers(HeaderMap.of("grpc-status", "0", "x-trail", "t"));
    }

    /** The requests of this step that have come to their end, as the server took note of them. */
    static List<String> noted(List<Call> calls) {
        List<String> lines = new ArrayList<>();
        for (Call call : calls) {
            if (call.request().upstream().equals("grpc") && call.ended() && !call.cancelled()) {
                ByteArrayOutputStream body = new ByteArrayOutputStream();
                for (String message : call.sentText()) {
                    body.writeBytes(GrpcResponse.frame(message.getBytes(StandardCharsets.UTF_8)));
                }
                lines.add(StepLines.request(call.request().head("http"), body.toByteArray(), null));
            }
        }
        return lines;
    }
}
