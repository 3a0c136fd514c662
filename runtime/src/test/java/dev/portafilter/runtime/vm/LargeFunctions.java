package dev.portafilter.runtime.vm;

/** A plugin with a function too large for HotSpot's compiler, and one too large for the class file format. */
final class LargeFunctions {
    /** What the huge function gives. */
    static final int HUGE_RESULT = 5;
    /** What the gigantic one gives: it also calls the host and the huge one. */
    static final int GIGANTIC_RESULT = 12;

    private LargeFunctions() {}

    /** A jump table: four bytes in Java for each two characters here. */
    private static String jump(int targets) {
        return "(block (br_table " + "0 ".repeat(targets) + "(i32.const 0)))";
    }

    /** The plugin; the first parameter of its callback chooses between the two. */
    static byte[] plugin() {
        return Wat.plugin(
                Wat.proxy("get_current_time_nanoseconds", 1),
                "(func $huge (result i32) " + jump(3000) + " (i32.const 5))",
                "(func $gigantic (result i32) " + jump(17_000)
                        + "(drop (call $get_current_time_nanoseconds (i32.const 16)))"
                        + " (i32.add (call $huge) (i32.const 7)))",
                Wat.onRequestHeaders("(if (result i32) (i32.eq (local.get 0) (i32.const 1))"
                        + " (then (call $huge)) (else (call $gigantic)))"));
    }
}
