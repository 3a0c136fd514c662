package dev.portafilter.cli;

import java.io.PrintWriter;

/** The reference of all settings, in Markdown: {@code docs/settings.md} is this text. */
final class SettingsPage {
    private static final String INTRODUCTION = """
            # Settings

            <!-- Made by `./portafilter settings > docs/settings.md`; a test compares. -->

            What can be set for `portafilter serve`. `portafilter explain` reads what concerns it from the same sources.

            A value is looked for in this order, and the first one found holds:

            1. the flag on the command line, where there is one;
            2. the environment variable, unless it is empty. Maps are written `NAME=VALUE,NAME=VALUE` there, lists `A,B`,
               `PORTAFILTER_NODE_METADATA` as YAML on one line;
            3. the settings file: `--settings FILE`, else the one that `PORTAFILTER_SETTINGS` names, else `portafilter.yaml`
               of the working directory, if it is there;
            4. the default.

            The file is YAML. Keys may be nested or joined by dots: `limits: {bufferBytes: 4096}` and `limits.bufferBytes: 4096`
            are the same. Relative paths in it start at its own directory; those of flags and variables at that of the process.
            Everything that is wrong is told at once, as `file:line:column: setting: value, what is wrong (expected: …)`;
            unknown settings are refused. `portafilter settings --schema` prints a JSON Schema, which editors use:

            ```yaml
            # yaml-language-server: $schema=portafilter.schema.json
            config: filters.yaml
            upstream: http://127.0.0.1:9000
            clusters:
              auth: http://127.0.0.1:9001
            limits:
              bufferBytes: 4194304
            ```

            Namespaces, selectors and `targetRefs` of resources count once `namespace`, `rootNamespace`, `labels` or `gatewayName`
            is set, and then the port of `listen` counts for their `match`. Before that every resource applies whose `match` and
            `type` fit. [limits.md](limits.md) says what happens beyond each limit, and why it is what it is.
            """;

    private SettingsPage() {}

    static void write(PrintWriter out) {
        out.print(INTRODUCTION);
        for (SettingKeys.Section section : SettingKeys.SECTIONS) {
            out.print("\n## " + section.title() + "\n\n");
            out.print("| setting | value | default | flag | environment variable | what it is |\n");
            out.print("|---|---|---|---|---|---|\n");
            for (SettingKey key : section.keys()) {
                out.print("| `" + key.name() + "` | " + key.typeWords() + range(key) + " | " + fallback(key) + " | "
                        + (key.flag() == null ? "" : "`--" + key.flag() + "`") + " | `" + key.environmentVariable()
                        + "` | " + key.description() + " |\n");
            }
        }
    }

    private static String range(SettingKey key) {
        if (key.type() != SettingKey.Type.NUMBER) {
            return "";
        }
        return key.most() >= Integer.MAX_VALUE ? ", from " + key.least() : ", " + key.least() + " to " + key.most();
    }

    /** Values as they would be written; words about a value as they are. */
    private static String fallback(SettingKey key) {
        boolean value = !key.fallback().isEmpty()
                && key.fallback().indexOf(' ') < 0
                && key.fallback().indexOf('`') < 0;
        return value ? "`" + key.fallback() + "`" : key.fallback();
    }
}
