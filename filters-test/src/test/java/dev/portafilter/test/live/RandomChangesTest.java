package dev.portafilter.test.live;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_RESPONSE_HEADERS;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.returns;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.plugin.ChainOrder;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.Phase;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestHosts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes at random while requests are under way: whatever comes, each request sees the chain of its beginning, whole. */
class RandomChangesTest {
    private static final int STEPS = 250;
    private static final int NAMES = 4;
    private static final int VERSIONS = 4;
    private static final Phase[] PHASES = {Phase.AUTHN, Phase.AUTHZ, Phase.UNSPECIFIED};

    @RegisterExtension
    final TestHosts hosts = new TestHosts();

    /** A request under way, and what it is to see. */
    private record UnderWay(InMemoryExchange exchange, List<String> chain) {}

    private final Map<String, PluginSpec> running = new TreeMap<>();
    private final Map<String, String> marks = new TreeMap<>();
    private final List<UnderWay> underWay = new ArrayList<>();

    private static byte[] module(String mark, boolean refuses) {
        var module = guest().on(
                        ON_REQUEST_HEADERS,
                        call("add_header_map_value", 0, "chain", mark).silently())
                .on(
                        ON_RESPONSE_HEADERS,
                        call("add_header_map_value", 2, "chain", mark).silently());
        return (refuses ? module.on(ON_CONFIGURE, returns(0)) : module).wasm();
    }

    private static PluginSpec spec(Random random, String name, byte[] code) {
        return PluginSpec.builder(name, ModuleSource.of(code))
                .phase(PHASES[random.nextInt(PHASES.length)])
                .priority(random.nextInt(3))
                .configuration(String.valueOf(random.nextInt(2)).getBytes(StandardCharsets.UTF_8))
                .build();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void requests_underRandomChanges_seeTheChainTheyBeganWith(long seed) {
        Random random = new Random(seed);
        TestHost host = hosts.start(TestHost.builder().workers(2));
        for (int i = 0; i < STEPS; i++) {
            step(host, random);
            host.runAll();
        }
        while (!underWay.isEmpty()) {
            finish(underWay.remove(0));
        }
        host.runAll();
        assertThat(host.host().plugins()).hasSize(running.size());
        for (int worker = 0; worker < 2; worker++) {
            assertThat(host.worker(worker).worker().contextCount()).isEqualTo(running.size());
        }
        for (String name : List.copyOf(running.keySet())) {
            host.delete(name);
        }
        assertThat(host.worker().worker().memoryBytes()).isZero();
        assertThat(host.host().services().metrics().hostSamples())
                .filteredOn(sample -> sample.name().equals("portafilter_vms"))
                .allSatisfy(sample -> assertThat(sample.value()).isZero());
    }

    private void step(TestHost host, Random random) {
        String name = "p" + random.nextInt(NAMES);
        switch (random.nextInt(10)) {
            case 0, 1 -> {
                String mark = name + random.nextInt(VERSIONS);
                PluginSpec changed = spec(random, name, module(mark, false));
                assertThat(host.update(changed).failures()).isEmpty();
                running.put(name, changed);
                marks.put(name, mark);
            }
            case 2 -> {
                host.delete(name);
                running.remove(name);
            }
            case 3 -> {
                if (running.containsKey(name)) {
                    assertThat(host.update(spec(random, name, module("never", true)))
                                    .failures())
                            .containsOnlyKeys("default." + name);
                }
            }
            case 4, 5, 6 ->
                underWay.add(new UnderWay(host.worker(random.nextInt(2)).open().get("/"), chain()));
            case 7 -> host.advanceMillis(random.nextInt(20));
            default -> {
                if (!underWay.isEmpty()) {
                    finish(underWay.remove(random.nextInt(underWay.size())));
                }
            }
        }
    }

    private List<String> chain() {
        return running.values().stream()
                .sorted(ChainOrder.INSTANCE)
                .map(spec -> String.valueOf(marks.get(spec.name())))
                .toList();
    }

    private static void finish(UnderWay request) {
        request.exchange.respond(200, "");
        assertThat(values(request.exchange.upstream().headers())).isEqualTo(request.chain);
        List<String> reversed = new ArrayList<>(request.chain);
        Collections.reverse(reversed);
        assertThat(values(request.exchange.client().headers())).isEqualTo(reversed);
    }

    private static List<String> values(@Nullable HeaderMap headers) {
        return headers == null
                ? List.of()
                : IntStream.range(0, headers.count())
                        .filter(i -> headers.nameText(i).equals("chain"))
                        .mapToObj(headers::valueText)
                        .toList();
    }
}
