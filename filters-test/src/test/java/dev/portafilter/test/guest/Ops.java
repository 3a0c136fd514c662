package dev.portafilter.test.guest;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The steps and arguments that callbacks are described with. */
public final class Ops {
    /** A null pointer and size 0. */
    public static final Arg NONE = range(0, 0);

    /** A pointer far outside of memory. */
    public static final int OUTSIDE = 0x7fff_fff0;

    private Ops() {}

    /** A host call; its name may go without {@code proxy_}. */
    public static Call call(String function, Object... arguments) {
        String name = function.startsWith("proxy_") || Imports.isWasi(function) ? function : "proxy_" + function;
        return new Call(name, arguments, true, null);
    }

    /** A host call. */
    public record Call(
            String function,
            Object[] arguments,
            boolean logged,
            @Nullable String saved) implements Op {
        /** The same without a line in the log. */
        public Call silently() {
            return new Call(function, arguments, false, saved);
        }

        /** The same, with the first out-word kept in a variable. */
        public Call into(String variable) {
            return new Call(function, arguments, logged, variable);
        }

        @Override
        public void addTo(Code code) {
            HostCallCode call = new HostCallCode(code, function);
            Arrays.asList(arguments).forEach(call::argument);
            call.addTo(logged, saved);
        }
    }

    /** Several steps as one. */
    public static Op steps(Op... ops) {
        return code -> code.add(ops);
    }

    /** Ends the callback with a result. */
    public static Op returns(int result) {
        return code -> code.append(code.hasResult() ? "(return (i32.const " + result + "))" : "(return)");
    }

    /** Ends the callback with the first result at its first call, and so on; the last one stays. */
    public static Op returnsInTurn(int... results) {
        return code -> {
            for (int i = 0; i < results.length - 1; i++) {
                code.append("(if (i32.eq " + code.counter() + " (i32.const " + (i + 1) + ")) (then (return (i32.const "
                        + results[i] + "))))");
            }
            code.append("(return (i32.const " + results[results.length - 1] + "))");
        };
    }

    /** Steps for one call of the callback only; the first is 1. */
    public static Op atCall(int number, Op... ops) {
        return code -> code.append(
                "(if (i32.eq " + code.counter() + " (i32.const " + number + ")) (then " + code.nested(ops) + "))");
    }

    /** Steps for when an expression is not 0. */
    public static Op when(String condition, Op... ops) {
        return code -> code.append("(if " + condition + " (then " + code.nested(ops) + "))");
    }

    /** Steps for when a parameter of the callback has a value. */
    public static Op whenParam(int index, int value, Op... ops) {
        return when("(i32.eq (local.get " + index + ") (i32.const " + value + "))", ops);
    }

    /** Steps for when a variable is not 0. */
    public static Op whenVar(String name, Op... ops) {
        return code -> {
            code.module().variable(name);
            when("(global.get $" + name + ")", ops).addTo(code);
        };
    }

    /** Keeps a parameter of the callback in a variable. */
    public static Op keep(String name, int parameter) {
        return set(name, "(local.get " + parameter + ")");
    }

    /** Sets a variable to an expression. */
    public static Op set(String name, String expression) {
        return code -> {
            code.module().variable(name);
            code.append("(global.set $" + name + " " + expression + ")");
        };
    }

    /** Ends the guest. */
    public static Op trap() {
        return raw("unreachable");
    }

    /** A step in the text format. */
    public static Op raw(String wat) {
        return code -> code.append(wat);
    }

    /** A line in the log with values of expressions. */
    public static Op note(String words, String... expressions) {
        return code -> {
            code.write(words);
            for (String expression : expressions) {
                code.append("(call $number " + expression + ")");
            }
            code.append("(call $line)");
        };
    }

    /** A parameter of the callback. */
    public static Arg param(int index) {
        return expr("(local.get " + index + ")");
    }

    /** A variable. */
    public static Arg var(String name) {
        return call -> call.push(call.variable(name));
    }

    /** An expression of the text format. */
    public static Arg expr(String wat) {
        return call -> call.push(wat);
    }

    /** An address and a size as they are. */
    public static Arg range(int address, int size) {
        return call -> {
            call.push("(i32.const " + address + ")");
            call.push("(i32.const " + size + ")");
        };
    }

    /** Several arguments as they are. */
    public static Arg numbers(int... values) {
        return call -> {
            for (int value : values) {
                call.push("(i32.const " + value + ")");
            }
        };
    }

    /** The address so many bytes before (negative) or behind the end of memory. */
    public static Arg memoryEnd(int distance) {
        return expr("(i32.add (i32.mul (memory.size) (i32.const 65536)) (i32.const " + distance + "))");
    }

    /** An out-word, shown as a number. */
    public static Arg outWord() {
        return call -> call.out(1, "$word", "", 0);
    }

    /** An out-word of 8 bytes, shown as a number. */
    public static Arg outLong() {
        return call -> call.out(1, "$long", "", 0);
    }

    /** Out-words for a block, shown as quoted text. */
    public static Arg outBytes() {
        return call -> call.out(2, "$block", " (i32.const 34) (i32.const 34)", 0);
    }

    /** The same at an odd address. */
    public static Arg outBytesOdd() {
        return call -> call.out(2, "$block", " (i32.const 34) (i32.const 34)", 1);
    }

    /** Out-words for a block of pairs, shown as a map. */
    public static Arg outPairs() {
        return call -> call.out(2, "$block", " (i32.const 123) (i32.const 125)", 0);
    }

    /** Out-words for a long block, shown by its size and sum. */
    public static Arg outSum() {
        return call -> call.out(2, "$sum", "", 0);
    }
}
