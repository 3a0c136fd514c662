package dev.portafilter.test.stream;

import dev.portafilter.test.RecordingPluginLog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Checks the lives of stream contexts, as the guests tell them: created once, told of the end once, then silent. */
final class Lives {
    private static final List<String> END = List.of("on_log", "on_done", "on_delete");

    private Lives() {}

    /** Gives what is wrong with the lives in these lines; empty when nothing is. */
    static List<String> faults(List<RecordingPluginLog.Line> lines) {
        List<String> faults = new ArrayList<>();
        // How far each context's end is: 0 alive, 3 deleted.
        Map<String, Integer> ends = new HashMap<>();
        for (RecordingPluginLog.Line line : lines) {
            String[] words = line.message().split(" ");
            if (!words[0].startsWith("on_") || words[1].equals("1")) {
                continue;
            }
            String context = line.plugin() + "#" + words[1];
            Integer before = ends.get(context);
            if (words[0].equals("on_context_create")) {
                if (before != null) {
                    faults.add(context + " is created twice");
                }
                ends.put(context, 0);
            } else if (before == null) {
                faults.add(context + ": " + line.message() + " before it is created");
            } else if (END.contains(words[0])) {
                if (!END.get(Math.min(before, 2)).equals(words[0]) || before == 3) {
                    faults.add(context + ": " + words[0] + " out of order");
                }
                ends.put(context, before + 1);
            } else if (before > 0) {
                faults.add(context + ": " + line.message() + " after its end");
            }
        }
        ends.forEach((context, end) -> {
            if (end != END.size()) {
                faults.add(context + " is not told of its end");
            }
        });
        return faults;
    }
}
