package dev.portafilter.benchmarks;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Compares what comes out of the two hosts for the same input: all final headers, in any order, and the body. */
final class Outcomes {
    private Outcomes() {}

    /**
     * Takes the first request of a fresh host through each.
     *
     * @throws IllegalStateException when they differ, or one of the hosts cannot run the plugin
     */
    static void compare(Scenario scenario, PeerSetUp setUp, @Nullable Path cacheDirectory) {
        String ours = ours(scenario, cacheDirectory);
        String theirs = theirs(scenario, setUp);
        if (!ours.equals(theirs)) {
            throw new IllegalStateException(
                    scenario.label() + ": the outcomes differ\n--- portafilter\n" + ours + "\n--- peer\n" + theirs);
        }
    }

    static String ours(Scenario scenario, @Nullable Path cacheDirectory) {
        try (OurHost host = OurHost.of(scenario, cacheDirectory)) {
            return new Lifecycle(host, scenario).outcome();
        }
    }

    static String theirs(Scenario scenario, PeerSetUp setUp) {
        try (Peer peer = new Peer(scenario, setUp)) {
            return peer.newLifecycle().call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
