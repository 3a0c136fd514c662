package dev.portafilter.test.recordings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.RecordingPluginLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Plays what a real Envoy was asked, and compares what guests, clients and upstreams see. */
class EnvoyRecordingsTest {
    private static final List<byte[]> MODULES = Recording.modules();

    /** Recordings in which a tick that does something may fall into one step or the next: only the whole is compared. */
    private static final Set<String> TICKS_VARY = Set.of("tick", "abort-paused");

    /** All differences as they are now. */
    private static final List<String> FOUND = new ArrayList<>();

    private final KnownDifferences known = KnownDifferences.read();

    @TestFactory
    Stream<DynamicTest> recordings() {
        return Recording.all().stream()
                .map(recording ->
                        DynamicTest.dynamicTest(recording.id() + ": " + recording.title(), () -> check(recording)));
    }

    @Test
    void knownDifferences_areAboutRecordingsThatArePlayed() {
        List<String> played = Recording.all().stream()
                .map(Recording::id)
                .filter(id -> SkippedRecordings.reason(id) == null)
                .toList();
        assertThat(played).containsAll(known.recordings());
    }

    /** So that a change of many lines can be looked at, and taken over, at once. */
    @AfterAll
    static void write() throws IOException {
        Files.write(Path.of("target", "envoy-differences.txt"), FOUND);
    }

    private void check(Recording recording) {
        String skipped = SkippedRecordings.reason(recording.id());
        Assumptions.assumeTrue(skipped == null, skipped);
        List<String> differences = differences(recording);
        if (!differences.isEmpty()) {
            FOUND.add("== " + recording.id());
            FOUND.addAll(differences);
        }
        assertThat(differences)
                .as("where it differs from Envoy in \"%s\", beside what differences.txt allows", recording.id())
                .containsExactlyInAnyOrderElementsOf(known.lines(recording.id()));
    }

    private static List<String> differences(Recording recording) {
        List<String> differences = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        List<String> got = new ArrayList<>();
        boolean ticking = TICKS_VARY.contains(recording.id());
        try (Replay replay = new Replay(recording, MODULES)) {
            RecordedLines lines = new RecordedLines(recording);
            replay.sleep(recording.id().startsWith("reload-") ? 5 : 0.15);
            expected.addAll(RecordedLines.withoutIdleTicks(recording.startup()));
            got.addAll(lines.read(take(replay)));
            if (!ticking) {
                compare("start", started(recording, expected), started(recording, got), differences);
            }
            state(recording, replay, differences);
            int number = 1;
            for (Recording.Step step : recording.steps()) {
                String where = "step " + number++;
                List<String> seen = play(step, replay);
                List<String> log = lines.read(take(replay));
                List<String> recorded = RecordedLines.withoutIdleTicks(step.log());
                expected.addAll(recorded);
                got.addAll(log);
                if (!ticking) {
                    boolean unordered = recording.unordered();
                    compare(where, sorted(unordered, recorded), sorted(unordered, log), differences);
                }
                compare(where, StepLines.recorded(step), seen, differences);
            }
            replay.host().worker().exchanges().forEach(exchange -> differences.addAll(exchange.faults()));
            if (recording.shutdown() != null) {
                replay.close();
                compare("end", recording.shutdown(), lines.read(take(replay)), differences);
            }
        }
        if (ticking) {
            LineDiff.of(distinct(expected), distinct(got)).forEach(line -> differences.add("all " + line));
        }
        return differences;
    }

    private static List<String> play(Recording.Step step, Replay replay) {
        switch (step.kind()) {
            case "sleep" -> {
                replay.sleep(step.seconds());
                return List.of();
            }
            case "stats" -> {
                return replay.statistics(step);
            }
            case "tcp" -> {
                return replay.playTcp(step).lines();
            }
            default -> {
                List<InMemoryExchange> exchanges = replay.play(step);
                return StepLines.played(step, exchanges, replay.calls(), replay.grpcCalls());
            }
        }
    }

    /** Whether the plugins run; when not, the reason must name what Envoy named. */
    private static void state(Recording recording, Replay replay, List<String> differences) {
        String reason = replay.host().host().plugins().stream()
                .filter(plugin -> plugin.state() == PluginStatus.State.FAILED)
                .map(PluginStatus::reason)
                .findFirst()
                .orElse(null);
        String refused = recording.refused();
        List<String> expected = refused == null ? List.of() : List.of("refused: " + refused);
        List<String> got = reason == null
                ? List.of()
                : List.of("refused: " + (refused != null && reason.contains(refused) ? refused : reason));
        compare("start", expected, got, differences);
    }

    /** VMs start in another order than in Envoy, and its lines of those with one VM id cannot be told apart. */
    private static List<String> started(Recording recording, List<String> lines) {
        return recording.plugins().size() == 1
                ? lines
                : lines.stream()
                        .map(line -> line.substring(line.indexOf('|') + 1))
                        .sorted()
                        .toList();
    }

    private static List<String> sorted(boolean wanted, List<String> lines) {
        return wanted ? lines.stream().sorted().toList() : lines;
    }

    private static List<String> distinct(List<String> lines) {
        return lines.stream().distinct().sorted().toList();
    }

    private static List<RecordingPluginLog.Line> take(Replay replay) {
        List<RecordingPluginLog.Line> lines = replay.host().log().lines();
        replay.host().log().take();
        return lines;
    }

    private static void compare(String where, List<String> recorded, List<String> actual, List<String> differences) {
        LineDiff.of(recorded, actual).forEach(line -> differences.add(where + " " + RecordedLines.printable(line)));
    }
}
