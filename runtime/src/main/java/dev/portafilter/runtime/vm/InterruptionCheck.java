package dev.portafilter.runtime.vm;

import com.dylibso.chicory.runtime.ChicoryInterruptedException;
import com.dylibso.chicory.runtime.ExecutionListener;
import com.dylibso.chicory.runtime.MStack;
import com.dylibso.chicory.wasm.types.Instruction;

/** Lets interpreted code be interrupted anywhere: the interpreter itself misses loops closed by a conditional branch. */
final class InterruptionCheck implements ExecutionListener {
    private static final int INSTRUCTIONS_PER_CHECK = 256;

    private int executed;

    @Override
    public void onExecution(Instruction instruction, MStack stack) {
        if (++executed % INSTRUCTIONS_PER_CHECK == 0 && Thread.currentThread().isInterrupted()) {
            throw new ChicoryInterruptedException("Thread interrupted");
        }
    }
}
