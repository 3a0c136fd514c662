package dev.portafilter.test.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The scenarios of the project, through a real Envoy and through the gateway. Without an Envoy each is skipped by name. */
class EnvoyComparisonTest {
    private static final Path SCENARIOS = Path.of("scenarios");
    private static final Path COMPILED_MODULES = Path.of("target", "compiled-modules");
    private static final int LEAST_EXCHANGES = 60;

    private static final ExecutorService THREADS = Executors.newFixedThreadPool(3);

    private static final Map<Path, Future<Report>> REPORTS = new LinkedHashMap<>();
    private static int exchanges;
    private static int expected;

    static List<Path> scenarios() throws IOException {
        try (Stream<Path> files = Files.list(SCENARIOS)) {
            return files.sorted().toList();
        }
    }

    /** Starts all scenarios: most of their time is waiting, so a few run at once. */
    @BeforeAll
    static void start() throws IOException {
        Optional<EnvoyBinary> envoy = EnvoyBinary.find(System.getenv());
        for (Path file : scenarios()) {
            if (envoy.isPresent()) {
                REPORTS.put(file, THREADS.submit(() -> report(envoy.get(), file)));
            } else {
                System.out.println("skipped: " + file + ": " + EnvoyBinary.ABSENT);
            }
        }
    }

    private static Report report(EnvoyBinary envoy, Path file) throws IOException {
        try (Comparison comparison = new Comparison(envoy, COMPILED_MODULES)) {
            return comparison.run(Scenario.read(file));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scenarios")
    void scenario_throughBoth_differsOnlyWhereExpected(Path file) throws Exception {
        Future<Report> playing = REPORTS.get(file);
        assumeTrue(playing != null, EnvoyBinary.ABSENT);
        Report report = playing.get();
        StringWriter text = new StringWriter();
        report.print(new PrintWriter(text), false);
        exchanges += report.results().size() - 1;
        expected += (int) report.results().stream()
                .filter(result -> result.same() && !result.differences().isEmpty())
                .count();
        assertThat(report.same()).as(text.toString()).isTrue();
        assertThat(report.results().stream().flatMap(result -> result.needless().stream()))
                .as("parts that are said to differ and do not\n" + text)
                .isEmpty();
    }

    @AfterAll
    static void summary() {
        THREADS.shutdownNow();
        if (exchanges > 0) {
            System.out.println("compared with envoy: " + exchanges + " exchanges, " + expected
                    + " with differences that are expected");
            Report.printRules(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
        }
    }

    @Test
    void scenarios_haveEnoughExchanges_whetherThereIsAnEnvoyOrNot() throws IOException {
        int count = scenarios().stream().mapToInt(EnvoyComparisonTest::count).sum();
        assertThat(count).isGreaterThanOrEqualTo(LEAST_EXCHANGES);
    }

    private static int count(Path file) {
        try {
            return Scenario.read(file).exchangeCount();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
