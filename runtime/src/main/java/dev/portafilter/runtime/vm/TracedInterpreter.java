package dev.portafilter.runtime.vm;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.InterpreterMachine;
import com.dylibso.chicory.runtime.MStack;
import com.dylibso.chicory.runtime.StackFrame;
import com.dylibso.chicory.runtime.WasmException;
import com.dylibso.chicory.wasm.types.FunctionType;
import java.util.Arrays;
import java.util.Deque;

/** The engine's interpreter, which notes the functions that an exception leaves: the JVM's stack does not name them. */
final class TracedInterpreter extends InterpreterMachine {
    private final int[] left = new int[Backtrace.MAX_FRAMES];
    private int leftCount;

    TracedInterpreter(Instance instance) {
        super(instance);
    }

    /** The functions that the last exception has left, innermost first. */
    int[] functionsLeft() {
        return Arrays.copyOf(left, leftCount);
    }

    @Override
    protected long[] call(
            MStack stack,
            Instance instance,
            Deque<StackFrame> callStack,
            int funcId,
            long[] args,
            FunctionType callType,
            boolean popResults) {
        try {
            return super.call(stack, instance, callStack, funcId, args, callType, popResults);
        } catch (WasmException e) {
            // The guest may catch it.
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            if (leftCount < left.length) {
                left[leftCount++] = funcId;
            }
            throw e;
        }
    }
}
