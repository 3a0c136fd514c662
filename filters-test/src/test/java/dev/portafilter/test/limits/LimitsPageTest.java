package dev.portafilter.test.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.gateway.standalone.GatewayLimits;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.runtime.service.ServiceLimits;
import dev.portafilter.runtime.stream.WorkerOptions;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/limits.md} names every limit with its default, and a test that breaks it. */
class LimitsPageTest {
    private static final Path ROOT = Path.of("..");

    /** Components that are called otherwise in the settings, or are no limits. */
    private static final Map<String, String> NAMES = Map.of(
            "requestTimeoutMillis", "timeouts.requestMillis",
            "idleTimeoutMillis", "timeouts.idleMillis",
            "connectTimeoutMillis", "timeouts.connectMillis",
            "drainTimeoutMillis", "timeouts.drainMillis",
            "drainMillis", "timeouts.pluginEndMillis",
            "reloadBaseMillis", "reload.baseMillis",
            "retireMillis", "drain.timeout");

    private static final Set<String> NO_LIMITS = Set.of("spareInFlight", "trace");

    /** The cells of every row whose first cell is code. */
    private static List<List<String>> rows() throws IOException {
        List<List<String>> rows = new ArrayList<>();
        for (String line : Files.readAllLines(ROOT.resolve("docs").resolve("limits.md"))) {
            if (line.startsWith("| `")) {
                rows.add(Stream.of(line.substring(1, line.length() - 1).split("\\|"))
                        .map(cell -> cell.strip().replace("`", ""))
                        .toList());
            }
        }
        return rows;
    }

    private static List<List<String>> settings() throws IOException {
        return rows().stream().filter(row -> row.size() == 6).toList();
    }

    private static void addDefaults(Record defaults, Map<String, Long> found) throws ReflectiveOperationException {
        for (RecordComponent component : defaults.getClass().getRecordComponents()) {
            String name = component.getName();
            if (!NO_LIMITS.contains(name)) {
                Number value = (Number) component.getAccessor().invoke(defaults);
                found.put(NAMES.getOrDefault(name, "limits." + name), value.longValue());
            }
        }
    }

    @Test
    void everyLimitWithASetting_isOnThePageWithItsDefault() throws Exception {
        Map<String, Long> code = new TreeMap<>();
        addDefaults(PluginLimits.DEFAULT, code);
        addDefaults(ServiceLimits.DEFAULT, code);
        addDefaults(WorkerOptions.DEFAULT, code);
        addDefaults(GatewayLimits.DEFAULT, code);
        Map<String, Long> page = new TreeMap<>();
        for (List<String> row : settings()) {
            assertThat(page.put(row.get(0), Long.valueOf(row.get(2)))).isNull();
        }
        assertThat(page).isEqualTo(code);
    }

    @Test
    void everyFixedLimitOfThePage_hasThatValue() throws Exception {
        int checked = 0;
        for (List<String> row : rows()) {
            if (row.size() == 5) {
                int dot = row.get(0).lastIndexOf('.');
                Class<?> owner = Class.forName("dev.portafilter." + row.get(0).substring(0, dot));
                Field constant = owner.getDeclaredField(row.get(0).substring(dot + 1));
                constant.setAccessible(true);
                assertThat(((Number) constant.get(null)).longValue())
                        .as(row.get(0))
                        .isEqualTo(Long.parseLong(row.get(2)));
                checked++;
            }
        }
        assertThat(checked).isPositive();
    }

    @Test
    void everyRow_saysWhatHappensAndWhy() throws IOException {
        assertThat(rows())
                .allSatisfy(row -> assertThat(row)
                        .hasSizeBetween(5, 6)
                        .allSatisfy(cell -> assertThat(cell).isNotEmpty()));
    }

    @Test
    void everyLimitWithASetting_isBrokenByATest() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        for (Path module :
                List.of(ROOT.resolve("filters-test"), ROOT.resolve("gateways").resolve("standalone"))) {
            try (Stream<Path> files = Files.walk(module.resolve("src/test/java"))) {
                for (Path file : files.filter(path -> path.toString().endsWith("Test.java"))
                        .toList()) {
                    sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
                }
            }
        }
        for (List<String> row : settings()) {
            String[] test = row.get(5).split("#");
            assertThat(sources.get(test[0]))
                    .as(row.get(0) + ": " + row.get(5))
                    .isNotNull()
                    .contains(" void " + test[1] + "(");
        }
    }
}
