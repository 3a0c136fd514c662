package dev.portafilter.runtime.vm;

import dev.portafilter.runtime.vm.ModuleLayout.Section;
import java.io.ByteArrayOutputStream;
import java.util.Set;

/**
 * Writes modules with parts left out, for the engine's parser. An instance needs a module's types, tables and data but,
 * once its functions are compiled, not their code, which takes the engine ten times the space of everything else. In an
 * outline each function that nobody will interpret is one {@code unreachable}.
 */
final class Outline {
    private static final byte[] UNREACHABLE = {3, 0, 0x00, 0x0B};

    private Outline() {}

    /** The module without custom sections, which the engine has no use for. */
    static byte[] withoutCustomSections(ModuleLayout layout) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(layout.code.length);
        out.write(layout.code, 0, 8);
        for (Section section : layout.sections) {
            if (section.id() != LayoutReader.CUSTOM) {
                out.write(layout.code, section.start(), section.end() - section.start());
            }
        }
        return out.toByteArray();
    }

    /** The outline of a module. */
    static byte[] of(ModuleLayout layout, Set<Integer> keptFunctions) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(layout.code, 0, 8);
        for (Section section : layout.sections) {
            if (section.id() == LayoutReader.CODE) {
                byte[] bodies = bodies(layout, keptFunctions);
                out.write(LayoutReader.CODE);
                writeNumber(out, bodies.length);
                out.writeBytes(bodies);
            } else if (section.id() != LayoutReader.CUSTOM) {
                out.write(layout.code, section.start(), section.end() - section.start());
            }
        }
        return out.toByteArray();
    }

    private static byte[] bodies(ModuleLayout layout, Set<Integer> keptFunctions) {
        int count = layout.bodies.length / 2;
        ByteArrayOutputStream out = new ByteArrayOutputStream(UNREACHABLE.length * count + 5);
        writeNumber(out, count);
        for (int i = 0; i < count; i++) {
            if (keptFunctions.contains(layout.importedFunctionCount + i)) {
                int start = layout.bodies[2 * i];
                int size = layout.bodies[2 * i + 1] - start;
                writeNumber(out, size);
                out.write(layout.code, start, size);
            } else {
                out.writeBytes(UNREACHABLE);
            }
        }
        return out.toByteArray();
    }

    private static void writeNumber(ByteArrayOutputStream out, int number) {
        int rest = number;
        while (rest >= 0x80) {
            out.write(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }
}
