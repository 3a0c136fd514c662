package dev.portafilter.runtime.vm;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * What the classes that the engine generates say about a module. The engine's compiler gives them as a jar to its cache
 * and tells nothing else.
 *
 * @param interpreted functions too large for a Java method, ascending; they stay interpreted
 * @param huge functions whose method HotSpot interprets for ever unless {@code -XX:-DontCompileHugeMethods} is given,
 *     ascending
 */
record CompiledClasses(int[] interpreted, int[] huge) {
    static final CompiledClasses NONE = new CompiledClasses(new int[0], new int[0]);

    // HotSpot's HugeMethodLimit, fixed in product builds.
    private static final int HUGE_METHOD_SIZE = 8000;
    private static final String FUNCTION_METHOD = "func_";

    /** Looks through the jar. */
    static CompiledClasses read(byte[] jar) throws IOException {
        TreeSet<Integer> interpreted = new TreeSet<>();
        TreeSet<Integer> huge = new TreeSet<>();
        try (JarInputStream in = new JarInputStream(new ByteArrayInputStream(jar))) {
            for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                if (entry.getName().endsWith(".class")) {
                    ClassReader reader = new ClassReader(in.readAllBytes());
                    collectHuge(reader, huge);
                    if (!entry.getName().contains("FuncGroup")) {
                        reader.accept(
                                new InterpretedFunctions(interpreted),
                                ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
                    }
                }
            }
        }
        return new CompiledClasses(
                interpreted.stream().mapToInt(Integer::intValue).toArray(),
                huge.stream().mapToInt(Integer::intValue).toArray());
    }

    /** The index of the function that a generated method stands for, or -1. */
    static int functionIndex(String methodName) {
        if (!methodName.startsWith(FUNCTION_METHOD)) {
            return -1;
        }
        try {
            return Integer.parseInt(methodName, FUNCTION_METHOD.length(), methodName.length(), 10);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    // Source: JVM specification, 4.1: after the constant pool come flags, names, interfaces, fields and methods.
    private static void collectHuge(ClassReader reader, TreeSet<Integer> huge) {
        char[] buffer = new char[reader.getMaxStringLength()];
        int fields = reader.header + 8 + 2 * reader.readUnsignedShort(reader.header + 6);
        int offset = afterMembers(reader, fields);
        int methods = reader.readUnsignedShort(offset);
        offset += 2;
        for (int i = 0; i < methods; i++) {
            String name = reader.readUTF8(offset + 2, buffer);
            int attributes = reader.readUnsignedShort(offset + 6);
            offset += 8;
            for (int j = 0; j < attributes; j++) {
                boolean isCode = "Code".equals(reader.readUTF8(offset, buffer));
                if (isCode && reader.readInt(offset + 10) > HUGE_METHOD_SIZE) {
                    int function = functionIndex(name);
                    if (function >= 0) {
                        huge.add(function);
                    }
                }
                offset += 6 + reader.readInt(offset + 2);
            }
        }
    }

    private static int afterMembers(ClassReader reader, int start) {
        int members = reader.readUnsignedShort(start);
        int offset = start + 2;
        for (int i = 0; i < members; i++) {
            int attributes = reader.readUnsignedShort(offset + 6);
            offset += 8;
            for (int j = 0; j < attributes; j++) {
                offset += 6 + reader.readInt(offset + 2);
            }
        }
        return offset;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof CompiledClasses other
                && Arrays.equals(other.interpreted, interpreted)
                && Arrays.equals(other.huge, huge);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(interpreted) + Arrays.hashCode(huge);
    }

    @Override
    public String toString() {
        return "interpreted " + Arrays.toString(interpreted) + ", huge " + Arrays.toString(huge);
    }

    /** Reads the array of function indexes that the constructor of the main class hands to the interpreter. */
    private static final class InterpretedFunctions extends ClassVisitor {
        private final TreeSet<Integer> functions;

        InterpretedFunctions(TreeSet<Integer> functions) {
            super(Opcodes.ASM9);
            this.functions = functions;
        }

        @Override
        public @Nullable MethodVisitor visitMethod(
                int access,
                String name,
                String descriptor,
                @Nullable String signature,
                String @Nullable [] exceptions) {
            return name.equals("<init>") ? new LastConstants() : null;
        }

        private final class LastConstants extends MethodVisitor {
            private int lastConstant;

            LastConstants() {
                super(Opcodes.ASM9);
            }

            @Override
            public void visitInsn(int opcode) {
                if (opcode >= Opcodes.ICONST_0 && opcode <= Opcodes.ICONST_5) {
                    lastConstant = opcode - Opcodes.ICONST_0;
                } else if (opcode == Opcodes.IASTORE) {
                    functions.add(lastConstant);
                }
            }

            @Override
            public void visitIntInsn(int opcode, int operand) {
                if (opcode == Opcodes.BIPUSH || opcode == Opcodes.SIPUSH) {
                    lastConstant = operand;
                }
            }

            @Override
            public void visitLdcInsn(Object value) {
                if (value instanceof Integer number) {
                    lastConstant = number;
                }
            }
        }
    }
}
