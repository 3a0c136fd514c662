package dev.portafilter.resources;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Reads texts that ask for memory, and prints a line for each; for a process of its own. */
final class HostileTexts {
    /** As long as a file may be. */
    private static final int SIZE = ReadLimits.FILE_BYTES - 1_000;

    private static final Map<String, Supplier<String>> TEXTS = texts();
    /** How many lines are printed. */
    static final int COUNT = TEXTS.size();

    private HostileTexts() {}

    public static void main(String[] args) {
        TEXTS.forEach((name, text) -> {
            byte[] bytes = text.get().getBytes(StandardCharsets.UTF_8);
            ResourceSet set = ResourceReader.read(name, bytes, Resources.ANY_MODULE);
            System.out.println(
                    name + " " + set.resources().size() + " " + set.problems().size());
        });
    }

    private static Map<String, Supplier<String>> texts() {
        String line = "      " + "x".repeat(ReadLimits.LINE_CHARACTERS - 100) + "\n";
        Map<String, Supplier<String>> texts = new LinkedHashMap<>();
        texts.put("ten-mebibytes.yaml", () -> Resources.plugin("pluginConfig: {a: '" + "x".repeat(10 << 20) + "'}"));
        texts.put("line.yaml", () -> Resources.plugin("pluginConfig: {a: '" + "x".repeat(SIZE) + "'}"));
        texts.put("wide.yaml", () -> Resources.plugin("pluginConfig: {a: '" + "\u4e16".repeat(SIZE / 3) + "'}"));
        texts.put("block.yaml", () -> Resources.plugin("pluginConfig:", "  a: |") + line.repeat(3));
        texts.put("extension.yaml", () -> Resources.extension("config:", "  a: |") + line.repeat(3));
        texts.put(
                "text.yaml",
                () -> Resources.extension("config: |").replace("maistra.io/v1", "maistra.io/v1alpha1")
                        + "      {\"a\": [\n" + "      [[[1,\n".repeat(SIZE / 20));
        texts.put(
                "string.json",
                () ->
                        "{\"apiVersion\":\"maistra.io/v1alpha1\",\"kind\":\"ServiceMeshExtension\",\"metadata\":{\"name\":"
                                + "\"p\"},\"spec\":{\"image\":\"a.b/c:1\",\"config\":\"" + "x".repeat(SIZE) + "\"}}");
        texts.put("escapes.json", () -> "{\"a\":\"" + "\\u0001".repeat(SIZE / 6) + "\"}");
        texts.put("items.yaml", () -> "- a\n".repeat(SIZE / 4));
        texts.put("keys.yaml", () -> "? a\n".repeat(SIZE / 4));
        texts.put("documents.yaml", () -> (Resources.plugin("phase: x") + "---\n").repeat(SIZE / 200));
        texts.put("depth.yaml", () -> "[\n".repeat(SIZE / 2));
        texts.put("aliases.yaml", HostileTexts::aliases);
        return texts;
    }

    /** Each line stands for nine times what the line before does. */
    private static String aliases() {
        StringBuilder text = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 40; i++) {
            text.append("a" + i + ": &a" + i + " [" + ("*a" + (i - 1) + ",").repeat(9) + "]\n");
        }
        return text.toString();
    }
}
