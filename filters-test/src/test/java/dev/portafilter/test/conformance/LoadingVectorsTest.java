package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_CONTEXT_CREATE;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_RESPONSE_HEADERS;
import static dev.portafilter.abi.Callback.ON_VM_START;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.raw;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.test.guest.GuestModule;
import java.util.Arrays;
import java.util.HexFormat;

/** Section 8.1: loading and detection of the ABI version. */
class LoadingVectorsTest extends VectorSuite {
    private String version(GuestModule module) {
        Play play = play(module);
        assertThat(play.host().status("p").state()).isEqualTo(PluginStatus.State.LOADED);
        return play.host().status("p").abiVersion();
    }

    @Vector(1)
    void marker_ofVersion021_isReportedWithoutACallOfIt() {
        GuestModule module = guest().abi().fields("(func (export \"proxy_abi_version_0_2_1\") unreachable)");
        assertThat(version(module)).isEqualTo("0.2.1");
    }

    @Vector(2)
    void markers_ofTwoModules_areReportedEach() {
        assertThat(version(guest().abi("0_1_0"))).isEqualTo("0.1.0");
        assertThat(version(guest().abi("0_2_0"))).isEqualTo("0.2.0");
    }

    @Vector(3)
    void marker_missing_isNamedInTheError() {
        assertThat(refusal(guest().abi())).contains("proxy_abi_version");
    }

    @Vector(4)
    void marker_thatIsAGlobal_doesNotCount() {
        GuestModule module = guest().abi().fields("(global (export \"proxy_abi_version_0_2_0\") i32 (i32.const 0))");
        assertThat(refusal(module)).contains("proxy_abi_version");
    }

    @Vector(5)
    void marker_ofAnUnknownVersion_isRefused() {
        assertThat(refusal(guest().abi("0_3_0"))).contains("proxy_abi_version");
    }

    @Vector(6)
    void module_cutAnywhere_isRefused() {
        byte[] code = guest().on(ON_REQUEST_HEADERS).wasm();
        for (int size = 0; size < code.length; size += 1 + size / 8) {
            assertThat(refusal(Arrays.copyOf(code, size))).isNotBlank();
        }
        byte[] tooLongSection = code.clone();
        // The first section's size, a single byte or the first of several.
        tooLongSection[9] = (byte) 0xff;
        assertThat(refusal(tooLongSection)).isNotBlank();
    }

    @Vector(7)
    void fuzzInputs_areRefused() {
        for (String hex : new String[] {"0061736d000101000700feffdfff64", "0061736d03ffffffffffffffff61"}) {
            assertThat(refusal(HexFormat.of().parseHex(hex))).isNotBlank();
        }
    }

    @Vector(8)
    void bytes_thatAreNoModule_areRefused() {
        assertThat(refusal(new byte[0])).isNotBlank();
        assertThat(refusal(bytes("#!/bin/sh\necho no module\n"))).isNotBlank();
    }

    @Vector(9)
    void getLogLevel_importedByVersion020_isThere() {
        Play play = play(guest().abi("0_2_0").on(ON_VM_START, call("get_log_level", outWord())));
        assertThat(play.calls()).containsExactly("get_log_level OK 0");
    }

    @Vector(10)
    void functionsOfVersion010_importedByVersion021_answerOk() {
        Play play = play(guest().on(ON_VM_START, call("clear_route_cache"), call("continue_request")));
        assertThat(play.calls()).containsExactly("clear_route_cache OK", "continue_request OK");
    }

    @Vector(11)
    void functionsOfVersion010_importedWithoutResult_link() {
        Play play = play(guest().imports("""
                        (import "env" "proxy_clear_route_cache" (func $clear))
                        (import "env" "proxy_continue_request" (func $continue))
                        """).on(ON_VM_START, raw("(call $clear) (call $continue)")));
        assertThat(play.callbacks()).containsExactly("on_vm_start 1 0");
    }

    @Vector(12)
    void unknownImport_isNamedInTheError() {
        assertThat(refusal(guest().imports("(import \"env\" \"foo\" (func))"))).contains("env.foo");
    }

    @Vector(13)
    void importOfAnotherType_isShownWithBothTypes() {
        GuestModule module = guest().imports("(import \"env\" \"proxy_log\" (func (param i32 i32) (result i32)))");
        assertThat(refusal(module)).contains("env.proxy_log", "(i32, i32)", "(i32, i32, i32)");
    }

    @Vector(14)
    void callbackOfAnotherType_isABadFunctionSignature() {
        GuestModule module = guest().fields("(func (export \"proxy_on_context_create\") (param i32))");
        assertThat(refusal(module))
                .containsIgnoringCase("bad function signature")
                .contains("proxy_on_context_create");
    }

    @Vector(15)
    void moduleWithoutAllocator_isRefused() {
        assertThat(refusal(guest().allocator(""))).contains("malloc");
    }

    @Vector(16)
    void wasi_importedFromUnstable_isTheSame() {
        for (String module : new String[] {"wasi_unstable", "wasi_snapshot_preview1"}) {
            Play play = play(guest().wasi(module)
                    .on(ON_VM_START, call("args_sizes_get", outWord(), outWord()), call("fd_close", 1)));
            assertThat(play.calls()).containsExactly("args_sizes_get 0 0 0", "fd_close 0");
        }
    }

    @Vector(17)
    void requestHeaders_ofVersion010WithTwoParameters_isCalledWithTheCount() {
        Play play = play(guest().abi("0_1_0").onWithoutEndOfStream(ON_REQUEST_HEADERS));
        play.get();
        assertThat(play.callbacks(ON_REQUEST_HEADERS)).containsExactly("on_request_headers 2 4");
    }

    @Vector(18)
    void requestHeaders_ofVersion010WithThreeParameters_isCalledWithTheEnd() {
        Play play = play(guest().abi("0_1_0").on(ON_REQUEST_HEADERS));
        play.get();
        assertThat(play.callbacks(ON_REQUEST_HEADERS)).containsExactly("on_request_headers 2 4 1");
    }

    @Vector(19)
    void responseHeaders_ofVersion021WithTwoParameters_isCalled() {
        Play play = play(guest().onWithoutEndOfStream(ON_RESPONSE_HEADERS));
        play.get();
        // Without a request callback the guest still hears of the stream.
        assertThat(play.callbacks(ON_RESPONSE_HEADERS)).containsExactly("on_response_headers 2 1");
    }

    @Vector(20)
    void wasiFunction_importedTwice_worksTwice() {
        Play play = play(guest().imports("""
                        (import "wasi_snapshot_preview1" "sched_yield" (func $first (result i32)))
                        (import "wasi_snapshot_preview1" "sched_yield" (func $second (result i32)))
                        """)
                .on(ON_VM_START, raw("(if (i32.add (call $first) (call $second)) (then unreachable))")));
        assertThat(play.host().status("p").state()).isEqualTo(PluginStatus.State.LOADED);
    }

    @Vector(21)
    void memory_imported_isSuppliedWithinItsLimits() {
        Play play = play(guest().imports("(import \"env\" \"memory\" (memory 8 9))")
                .memory("")
                .on(
                        ON_VM_START,
                        raw("(if (i32.ne (memory.size) (i32.const 8)) (then unreachable))"),
                        raw("(if (i32.ne (memory.grow (i32.const 1)) (i32.const 8)) (then unreachable))"),
                        raw("(if (i32.ne (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))")));
        assertThat(play.callbacks()).containsExactly("on_vm_start 1 0");
    }

    @Vector(22)
    void abort_ofAssemblyScript_isLoggedAndTraps() {
        Play play = play(guest().imports("(import \"env\" \"abort\" (func $abort (param i32 i32 i32 i32)))")
                .on(ON_CONTEXT_CREATE)
                .on(ON_CONFIGURE, raw("(call $abort (i32.const 3004) (i32.const 3104) (i32.const 12) (i32.const 34))"))
                // Strings of AssemblyScript: the size in bytes stands before UTF-16.
                .fields("(data (i32.const 3000) \"\\06\\00\\00\\00w\\00h\\00y\\00\")")
                .fields("(data (i32.const 3100) \"\\08\\00\\00\\00a\\00.\\00t\\00s\\00\")"));
        assertThat(play.lines()).anyMatch(line -> line.contains("why") && line.contains("a.ts") && line.contains("12"));
        assertThat(play.host().status("p").state()).isEqualTo(PluginStatus.State.FAILED);
    }
}
