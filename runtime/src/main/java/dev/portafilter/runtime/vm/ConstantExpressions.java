package dev.portafilter.runtime.vm;

import com.dylibso.chicory.runtime.ConstantEvaluators;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.types.Instruction;
import java.util.List;

/** Values of the constant expressions that stand in a module. */
final class ConstantExpressions {
    private ConstantExpressions() {}

    /** The i32 that an expression gives in an instance whose globals are there. */
    static int int32(Instance instance, List<Instruction> expression) {
        return (int) ConstantEvaluators.computeConstantValue(instance, expression)[0];
    }
}
