package dev.portafilter.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.portafilter.abi.HostFunctions;
import dev.portafilter.abi.LogLevel;
import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.Status;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestWorker;
import java.io.ByteArrayOutputStream;

/** A path of any bytes is read, set and read again, in the phases of a stream; its segments spell it. */
class PropertyFuzzTest {
    private static byte[] path = {};
    private static byte[] tape = {};
    private static final TestHost HOST = start();

    @FuzzTest(maxDuration = "15s")
    void path_ofAnyBytes_isAnsweredInEveryPhase(byte[] bytes) {
        spelled(bytes);
        path = bytes;
        tape = tape();
        TestWorker worker = HOST.addWorker();
        InMemoryExchange exchange = worker.open()
                .property(PropertyPath.parse(bytes, 0, bytes.length).toString(), bytes);
        exchange.post("/a?b=c", "x-up", "a")
                .requestBody("body", false)
                .requestTrailers("x-t", "1")
                .responseHeaders(InMemoryExchange.responseHead(200, "content-type", "t"), false)
                .responseBody("body", true);
        if (!exchange.finished() || exchange.client().status() != 200) {
            throw new AssertionError("the exchange went wrong: " + exchange.events());
        }
        HOST.endWorker(worker);
        HOST.log().take();
    }

    private static void spelled(byte[] bytes) {
        PropertyPath path = PropertyPath.parse(bytes, 0, bytes.length);
        StringBuilder joined = new StringBuilder();
        for (int i = 0; i < path.size(); i++) {
            joined.append(i == 0 ? "" : "\0").append(path.segment(i));
        }
        if (!path.text().equals(joined.toString()) && !path.text().equals(joined + "\0")) {
            throw new AssertionError("segments do not spell the path: " + path);
        }
    }

    /** In each callback: the foreign function {@code path} gives the path, which is then read, set, and read again. */
    private static byte[] tape() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int frame = 0; frame < 20; frame++) {
            bytes.write(4);
            action(bytes, "proxy_call_foreign_function", TapeGuest.DICTIONARY, 4, 0, 0, TapeGuest.CELLS, PATH_SIZE);
            action(bytes, "proxy_get_property", TapeGuest.LAST_WORD, TapeGuest.SECOND_WORD, VALUE, VALUE + 4);
            action(bytes, "proxy_set_property", TapeGuest.LAST_WORD, TapeGuest.SECOND_WORD, TapeGuest.DICTIONARY, 4);
            action(bytes, "proxy_get_property", TapeGuest.LAST_WORD, TapeGuest.SECOND_WORD, VALUE, VALUE + 4);
            // Start-up wants 1. Later 1 would stop the message, so the guest starts with three frames of its own.
            bytes.write(frame < 3 ? 1 : 0);
        }
        return bytes.toByteArray();
    }

    private static final int PATH_SIZE = TapeGuest.CELLS + 8;
    private static final int VALUE = TapeGuest.CELLS + 16;

    private static void action(ByteArrayOutputStream bytes, String function, int... arguments) {
        bytes.write(HostFunctions.all().indexOf(HostFunctions.of(function)));
        for (int argument : arguments) {
            for (int shift = 0; shift < 32; shift += 8) {
                bytes.write(argument >>> shift);
            }
        }
    }

    private static TestHost start() {
        return TestHost.builder()
                .workers(0)
                .logLevel(LogLevel.CRITICAL)
                .services(services -> services.foreignFunction(TapeGuest.TAPE, (context, arguments, result) -> {
                            result.set(tape);
                            return Status.OK;
                        })
                        .foreignFunction("path", (context, arguments, result) -> {
                            result.set(path);
                            return Status.OK;
                        }))
                .plugin("reader", TapeGuest.module(TapeGuest.ascii("path")), "")
                .build();
    }
}
