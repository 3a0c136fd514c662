package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_CONTEXT_CREATE;
import static dev.portafilter.abi.Callback.ON_LOG;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_TICK;
import static dev.portafilter.abi.Callback.ON_VM_START;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.GuestModule.listener;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.note;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.returns;
import static dev.portafilter.test.guest.Ops.set;
import static dev.portafilter.test.guest.Ops.trap;
import static dev.portafilter.test.guest.Ops.whenParam;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.abi.Callback;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.guest.GuestModule;
import dev.portafilter.test.guest.Ops.Call;

/** Section 8.2: start-up and configuration. */
class StartVectorsTest extends VectorSuite {
    private static final String NOTHING = "";
    private static final String MAIN = "(param i32 i32) (result i32)";

    private static Call read(int buffer) {
        return call("get_buffer_bytes", buffer, 0, -1, outBytes());
    }

    private static boolean loaded(Play play) {
        return play.host().status("p").state() == PluginStatus.State.LOADED;
    }

    @Vector(23)
    void initializeAndStart_bothExported_onlyTheFirstRuns() {
        Play play = play(guest().function("_initialize", NOTHING).function("_start", NOTHING));
        assertThat(play.lines()).containsExactly("_initialize");
    }

    @Vector(24)
    void main_afterInitialize_runsOnceWithZeros() {
        GuestModule module = guest().function("_initialize", NOTHING)
                .function("main", MAIN, note("arguments", "(local.get 0)", "(local.get 1)"));
        assertThat(play(module).lines()).containsExactly("_initialize", "main", "arguments 0 0");
        module.function("__main_void", "(result i32)");
        assertThat(play(module).lines()).containsExactly("_initialize", "main", "arguments 0 0");
        assertThat(play(guest().function("_initialize", NOTHING).function("__main_void", "(result i32)"))
                        .lines())
                .containsExactly("_initialize", "__main_void");
    }

    @Vector(24)
    void main_withoutInitialize_doesNotRun() {
        assertThat(play(guest().function("main", MAIN)).lines()).isEmpty();
        assertThat(play(guest().function("main", MAIN).function("_start", NOTHING))
                        .lines())
                .containsExactly("_start");
    }

    @Vector(25)
    void start_alone_runsOnce() {
        assertThat(play(guest().function("_start", NOTHING)).lines()).containsExactly("_start");
    }

    @Vector(26)
    void initialize_thatLogs_isHeard() {
        Play play = play(guest().function("_initialize", NOTHING, call("log", 3, "hello")));
        assertThat(play.lines()).containsExactly("_initialize", "hello", "log OK");
    }

    @Vector(27)
    void initialize_thatSetsSharedData_failsTheStart() {
        GuestModule module = guest().function("_initialize", NOTHING, call("set_shared_data", "k", "v", 0))
                .on(ON_VM_START);
        assertThat(refusal(module)).contains("proxy_set_shared_data");
        assertThat(hosts.start(TestHost.builder().plugin("p", module.wasm(), ""))
                        .log()
                        .messages())
                .containsExactly("_initialize");
    }

    @Vector(28)
    void start_thatExitsWithZero_hasStarted() {
        for (String function : new String[] {"_start", "_initialize"}) {
            Play play = play(guest().function(function, NOTHING, call("proc_exit", 0), trap())
                    .on(ON_VM_START));
            assertThat(loaded(play)).isTrue();
            assertThat(play.lines()).containsExactly(function, "on_vm_start 1 0");
        }
    }

    @Vector(29)
    void initialize_thatTraps_failsTheStart() {
        Play play = play(listener().function("_initialize", NOTHING, trap()));
        assertThat(loaded(play)).isFalse();
        assertThat(play.lines()).containsExactly("_initialize");
    }

    @Vector(30)
    void start_ofAnyModule_createsStartsAndConfigures() {
        Play play =
                play(listener(), spec -> spec.vmConfiguration(bytes("abcde")).configuration(bytes("xyz")));
        assertThat(play.lines()).containsExactly("on_context_create 1 0", "on_vm_start 1 5", "on_configure 1 3");
    }

    @Vector(31)
    void configuration_empty_isReadAsNothing() {
        Play play =
                play(guest().on(ON_VM_START).on(ON_CONFIGURE, read(7)), spec -> spec.vmConfiguration(bytes("abcde")));
        assertThat(play.lines()).containsExactly("on_vm_start 1 5", "on_configure 1 0", "get_buffer_bytes OK null");
    }

    @Vector(32)
    void vmStart_thatGivesFalse_failsTheStart() {
        Play play = play(listener().on(ON_VM_START, returns(0)));
        assertThat(loaded(play)).isFalse();
        assertThat(play.lines()).containsExactly("on_context_create 1 0", "on_vm_start 1 0");
        assertThat(play.host().status("p").reason()).contains("proxy_on_vm_start");
    }

    @Vector(33)
    void configure_thatGivesFalse_failsTheConfiguration() {
        Play play = play(listener().on(ON_CONFIGURE, returns(0)));
        assertThat(loaded(play)).isFalse();
        assertThat(play.host().status("p").reason()).contains("proxy_on_configure");
        play.forget().get();
        assertThat(play.lines()).isEmpty();
    }

    @Vector(34)
    void configure_thatGivesTwo_isTrue() {
        assertThat(loaded(play(guest().on(ON_CONFIGURE, returns(2))))).isTrue();
    }

    @Vector(35)
    void trap_inVmStartOrConfigureOrCreate_failsTheStart() {
        for (var callback : new Callback[] {ON_VM_START, ON_CONFIGURE, ON_CONTEXT_CREATE}) {
            assertThat(refusal(guest().on(callback, trap()))).contains(callback.exportName(), "unreachable");
        }
    }

    @Vector(36)
    void rootId_readInContextCreate_isThere() {
        GuestModule module = guest().on(ON_CONTEXT_CREATE, call("get_property", "plugin_root_id", outBytes()));
        assertThat(play(module, spec -> spec.rootId("r1")).calls()).containsExactly("get_property OK \"r1\"");
        assertThat(play(module).calls()).containsExactly("get_property OK null");
    }

    @Vector(37)
    void module_withoutStartCallbacks_starts() {
        assertThat(loaded(play(guest()))).isTrue();
    }

    @Vector(38)
    void plugins_ofEqualVm_shareOneInstanceWithTwoRoots() {
        GuestModule module = listener()
                .on(
                        ON_CONFIGURE,
                        set("configured", "(i32.add (global.get $configured) (i32.const 1))"),
                        note("configured", "(global.get $configured)"));
        Play play = play(
                builder("a", module).vmId("v").build(),
                builder("b", module).vmId("v").build());
        assertThat(play.lines())
                .containsExactly(
                        "on_context_create 1 0",
                        "on_vm_start 1 0",
                        "on_configure 1 0",
                        "configured 1",
                        "on_context_create 2 0",
                        "on_vm_start 2 0",
                        "on_configure 2 0",
                        "configured 2");
        play.forget().get();
        assertThat(play.callbacks(ON_CONTEXT_CREATE)).containsExactly("on_context_create 3 1", "on_context_create 4 2");
    }

    /** Envoy starts two equal entries once; here a name stands for one entry, so equal ones are refused. */
    @Vector(38)
    void plugins_equalInEverything_areRefused() {
        PluginSpec spec = spec("p", guest());
        assertThatThrownBy(() -> play(spec, spec)).hasMessageContaining("twice");
    }

    @Vector(39)
    void plugins_ofAnotherVmConfiguration_haveTwoInstances() {
        Play play = play(
                builder("a", listener()).vmConfiguration(bytes("1")).build(),
                builder("b", listener()).vmConfiguration(bytes("2")).build());
        assertThat(play.callbacks(ON_CONTEXT_CREATE)).containsExactly("on_context_create 1 0", "on_context_create 1 0");
    }

    @Vector(40)
    void pluginConfiguration_isReadableWhileConfiguredOnly() {
        Play play = play(
                guest().on(ON_VM_START, read(7), call("set_tick_period_milliseconds", 10))
                        .on(ON_CONFIGURE, read(7))
                        .on(ON_TICK, read(7)),
                spec -> spec.configuration(bytes("conf")));
        play.host().advanceMillis(10);
        assertThat(play.calls())
                .containsExactly(
                        "get_buffer_bytes NOT_FOUND -",
                        "set_tick_period_milliseconds OK",
                        "get_buffer_bytes OK \"conf\"",
                        "get_buffer_bytes NOT_FOUND -");
    }

    @Vector(41)
    void vmConfiguration_isReadableAlways() {
        Play play = play(
                guest().on(ON_CONTEXT_CREATE, whenParam(1, 0, read(6)))
                        .on(ON_VM_START, read(6))
                        .on(ON_CONFIGURE, read(6))
                        .on(ON_REQUEST_HEADERS, read(6))
                        .on(ON_LOG, read(6)),
                spec -> spec.vmConfiguration(bytes("vm")));
        play.get();
        assertThat(play.calls()).hasSize(5).containsOnly("get_buffer_bytes OK \"vm\"");
    }

    @Vector(42)
    void configurationOfVersion010_dependsOnThePhase() {
        Call read = call("get_configuration", outBytes());
        Play play = play(
                guest().abi("0_1_0")
                        .on(ON_CONTEXT_CREATE, whenParam(1, 0, read))
                        .on(ON_VM_START, read)
                        .on(ON_CONFIGURE, read)
                        .on(ON_REQUEST_HEADERS, read),
                spec -> spec.vmConfiguration(bytes("vm")).configuration(bytes("plugin")));
        play.get();
        assertThat(play.calls())
                .containsExactly(
                        "get_configuration OK \"plugin\"",
                        "get_configuration OK \"vm\"",
                        "get_configuration OK \"plugin\"",
                        "get_configuration OK \"vm\"");
    }
}
