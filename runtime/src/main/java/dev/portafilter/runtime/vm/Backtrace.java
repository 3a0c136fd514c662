package dev.portafilter.runtime.vm;

import com.dylibso.chicory.runtime.Machine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the guest's functions in the stack trace of the JVM: each is one method of a generated class. */
final class Backtrace {
    static final int MAX_FRAMES = 20;
    private static final String GENERATED = "com.dylibso.chicory.$gen.";

    private Backtrace() {}

    /** The functions on the stack, innermost first, by name if there is one. */
    static List<String> of(@Nullable Throwable thrown, Machine machine, FunctionNames names) {
        List<String> frames = new ArrayList<>();
        if (machine instanceof TracedInterpreter interpreter) {
            for (int function : interpreter.functionsLeft()) {
                if (!names.isImported(function)) {
                    frames.add(names.of(function));
                }
            }
            return frames;
        }
        if (thrown != null) {
            for (StackTraceElement element : thrown.getStackTrace()) {
                if (frames.size() == MAX_FRAMES) {
                    break;
                }
                int function = element.getClassName().startsWith(GENERATED)
                        ? CompiledClasses.functionIndex(element.getMethodName())
                        : -1;
                if (function >= 0 && !names.isImported(function)) {
                    frames.add(names.of(function));
                }
            }
        }
        return frames;
    }
}
