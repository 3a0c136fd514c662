package dev.portafilter.runtime.vm;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Custom sections to add to a module. Everything in them is shorter than 16384 bytes. */
final class TestSections {
    private TestSections() {}

    /** The module with a name section that names its first functions. */
    static byte[] withNames(byte[] code, String... names) {
        ByteArrayOutputStream functions = new ByteArrayOutputStream();
        number(functions, names.length);
        for (int i = 0; i < names.length; i++) {
            number(functions, i);
            text(functions, names[i]);
        }
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.write(1);
        number(content, functions.size());
        content.writeBytes(functions.toByteArray());
        return withSection(code, "name", content.toByteArray());
    }

    /** The module with a producers section of one field. */
    static byte[] withProducer(byte[] code, String field, String name, String version) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.write(1);
        text(content, field);
        content.write(1);
        text(content, name);
        text(content, version);
        return withSection(code, "producers", content.toByteArray());
    }

    /** The module with one more custom section. */
    static byte[] withSection(byte[] code, String name, byte[] content) {
        ByteArrayOutputStream section = new ByteArrayOutputStream();
        text(section, name);
        section.writeBytes(content);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(code);
        out.write(0);
        number(out, section.size());
        out.writeBytes(section.toByteArray());
        return out.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        number(out, bytes.length);
        out.writeBytes(bytes);
    }

    private static void number(ByteArrayOutputStream out, int number) {
        out.write(number & 0x7F | 0x80);
        out.write(number >>> 7);
    }
}
