package dev.portafilter.test.live;

import dev.portafilter.runtime.plugin.ModuleSource;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A module that is not there until the test brings it. */
final class FlakySource implements ModuleSource {
    private final AtomicInteger loads = new AtomicInteger();
    private volatile byte @Nullable [] code;

    /** From now on the module is there. */
    void brings(byte[] wasm) {
        code = wasm;
    }

    /** How often the module was asked for. */
    int loadCount() {
        return loads.get();
    }

    @Override
    public byte[] load() throws IOException {
        loads.incrementAndGet();
        byte[] bytes = code;
        if (bytes == null) {
            throw new IOException("not there yet");
        }
        return bytes;
    }

    @Override
    public String location() {
        return "elsewhere";
    }
}
