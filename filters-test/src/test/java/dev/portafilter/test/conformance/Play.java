package dev.portafilter.test.conformance;

import dev.portafilter.abi.Callback;
import dev.portafilter.test.InMemoryConnection;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.RecordingPluginLog;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.guest.GuestLog;
import java.util.List;

/** A running host with what its guests have said so far. */
final class Play {
    private final TestHost host;

    Play(TestHost host) {
        this.host = host;
    }

    TestHost host() {
        return host;
    }

    InMemoryExchange open() {
        return host.open();
    }

    /** A client has connected, and so has the upstream if the plugins let it. */
    InMemoryConnection connect() {
        return host.openConnection().connect();
    }

    /** A whole GET request that the upstream answers with 200. */
    InMemoryExchange get(String... namesAndValues) {
        InMemoryExchange exchange = open().get("/", namesAndValues);
        return exchange.finished() || exchange.upstream().headers() == null ? exchange : exchange.respond(200, "");
    }

    /** Every line so far. */
    List<String> lines() {
        return GuestLog.read(host.log().messages());
    }

    /** Every line of one plugin so far. */
    List<String> lines(String plugin) {
        return GuestLog.read(host.log().lines().stream()
                .filter(line -> line.plugin().equals("default." + plugin))
                .map(RecordingPluginLog.Line::message)
                .toList());
    }

    /** The lines that are not about callbacks, so far. */
    List<String> calls() {
        return GuestLog.calls(lines());
    }

    /** The callbacks with their arguments so far. */
    List<String> callbacks() {
        return GuestLog.callbacks(lines());
    }

    List<String> callbacks(Callback callback) {
        return GuestLog.callbacks(lines(), callback);
    }

    /** Forgets the lines so far. */
    Play forget() {
        host.log().take();
        return this;
    }

    /** The lines that are not about callbacks since the last time; they are forgotten. */
    List<String> takeCalls() {
        return GuestLog.calls(GuestLog.read(host.log().take()));
    }
}
