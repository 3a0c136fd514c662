package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The table of settings, and what is made from it or has to agree with it. */
class SettingsCommandTest {
    private static final Path DOCS = Path.of("..", "docs");
    /** What concerns a run of the command only. */
    private static final Set<String> FLAGS_WITHOUT_SETTING = Set.of("--settings", "--help", "--version");

    @Test
    void page_isTheOneInTheDocumentation() throws IOException {
        assertThat(output("settings"))
                .as("./portafilter settings > docs/settings.md")
                .isEqualTo(Files.readString(DOCS.resolve("settings.md")));
    }

    @Test
    void schema_isTheOneInTheDocumentation() throws IOException {
        assertThat(output("settings", "--schema"))
                .as("./portafilter settings --schema > docs/portafilter.schema.json")
                .isEqualTo(Files.readString(DOCS.resolve("portafilter.schema.json")));
    }

    /** JSON is YAML. */
    @Test
    void schema_knowsEverySetting_nestedAndJoined() {
        Map<?, ?> schema =
                (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(output("settings", "--schema"));
        Map<?, ?> properties = (Map<?, ?>) schema.get("properties");
        assertThat(schema.get("additionalProperties")).isEqualTo(false);
        for (SettingKey key : SettingKeys.all().values()) {
            assertThat(properties.get(key.name())).as(key.name()).isNotNull();
            int dot = key.name().indexOf('.');
            if (dot > 0) {
                Map<?, ?> group = (Map<?, ?>) properties.get(key.name().substring(0, dot));
                assertThat(((Map<?, ?>) group.get("properties")).get(key.name().substring(dot + 1)))
                        .as(key.name())
                        .isEqualTo(properties.get(key.name()));
            }
        }
    }

    @Test
    void flags_ofServe_areThoseOfTheTable_withTheSameWords() {
        Map<String, OptionSpec> options = Main.commandLine()
                .getSubcommands()
                .get("serve")
                .getCommandSpec()
                .optionsMap();
        Set<String> flags = new TreeSet<>();
        for (SettingKey key : SettingKeys.all().values()) {
            if (key.flag() != null) {
                flags.add("--" + key.flag());
                OptionSpec option = options.get("--" + key.flag());
                assertThat(option).as("--%s", key.flag()).isNotNull();
                String description = String.join(" ", option.description());
                assertThat(description).startsWith(key.description().replace("`", ""));
                if (!key.fallback().isEmpty()) {
                    assertThat(description)
                            .endsWith("Default: " + key.fallback().replace("`", "") + ".");
                }
            }
        }
        Set<String> found = new TreeSet<>(options.keySet());
        found.removeIf(name -> name.length() == 2 || FLAGS_WITHOUT_SETTING.contains(name));
        assertThat(found).isEqualTo(flags);
    }

    @Test
    void names_ofVariables_areAllDifferent_andTakeNoneOfTheLauncher() {
        Collection<SettingKey> keys = SettingKeys.all().values();
        Set<String> variables =
                new HashSet<>(List.of("PORTAFILTER_JAVA_OPTS", "PORTAFILTER_ENVOY", Settings.FILE_VARIABLE));
        for (SettingKey key : keys) {
            assertThat(variables.add(key.environmentVariable()))
                    .as(key.environmentVariable())
                    .isTrue();
            assertThat(key.environmentVariable())
                    .isEqualTo(key.environmentVariable().toUpperCase(Locale.ROOT));
        }
        assertThat(SettingKeys.get("limits.logLinesPerSecond").environmentVariable())
                .isEqualTo("PORTAFILTER_LIMITS_LOG_LINES_PER_SECOND");
    }

    /** A setting that nothing reads would be a promise. */
    @Test
    void settings_areAllReadSomewhere() throws IOException {
        StringBuilder sources = new StringBuilder();
        for (String name : List.of("ServePlan", "Modules", "SettingValues", "WorkloadFlags", "Settings")) {
            sources.append(Files.readString(Path.of("src/main/java/dev/portafilter/cli", name + ".java")));
        }
        for (SettingKey key : SettingKeys.all().values()) {
            assertThat(sources.toString()).as(key.name()).contains("\"" + key.name() + "\"");
        }
    }

    private static String output(String... arguments) {
        StringWriter out = new StringWriter();
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        assertThat(command.execute(arguments)).isZero();
        return out.toString();
    }
}
