package dev.portafilter.runtime.vm;

import dev.portafilter.abi.Callback;
import java.util.Set;

/** An engine and what a VM needs around it. */
final class Trial implements AutoCloseable {
    static final VmOptions OPTIONS = new VmOptions("trial", 16, 10_000, 10_000, Set.of());

    final Engine engine;
    final FakeHost host = new FakeHost();
    final FakeContext vmContext = new FakeContext(0);
    final FakeContext stream = new FakeContext(2);

    Trial() {
        this(EngineOptions.defaults());
    }

    Trial(EngineOptions options) {
        engine = Engine.create(options);
        host.contexts.put(stream.id(), stream);
    }

    static Trial interpreted() {
        return new Trial(EngineOptions.builder().interpreter(true).build());
    }

    Vm start(byte[] code) throws ModuleException {
        return start(code, OPTIONS);
    }

    Vm start(byte[] code, VmOptions options) throws ModuleException {
        return engine.load(code).instantiate(options, host, vmContext);
    }

    /** Starts a plugin and gives what its request headers callback gives. */
    int result(String... fields) throws ModuleException {
        return requestHeaders(start(Wat.plugin(fields)));
    }

    int requestHeaders(Vm vm) {
        return vm.call(Callback.ON_REQUEST_HEADERS, stream, 2, 3, 1);
    }

    /** The failure of the request headers callback. */
    GuestFailure failure(Vm vm) {
        try {
            requestHeaders(vm);
        } catch (GuestFailure e) {
            return e;
        }
        throw new AssertionError("the callback did not fail");
    }

    GuestFailure failure(String... fields) throws ModuleException {
        return failure(start(Wat.plugin(fields)));
    }

    @Override
    public void close() {
        engine.close();
    }
}
