package dev.portafilter.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.resources.ModuleReference;
import dev.portafilter.resources.ModuleReference.Layout;
import dev.portafilter.resources.ModuleReference.PullPolicy;
import dev.portafilter.resources.ModuleUrl;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table of section 5.5 of the WasmPlugin reference, every combination of it. */
class PullDecisionTest {
    private static final String SHA256 = FixedVectors.TINY_SHA256;
    private static final List<String> URLS = List.of(
            "file://m.wasm",
            "https://h/m.wasm",
            "oci://h/r:v1",
            "oci://h/r:latest",
            "oci://h/r",
            "oci://h/r@sha256:" + SHA256,
            "oci://h/r:latest@sha256:" + SHA256);

    @Test
    void decision_inEveryCase_isThatOfTheTable() {
        List<String> pulledThoughCached = new ArrayList<>();
        for (String url : URLS) {
            for (PullPolicy policy : PullPolicy.values()) {
                for (String sha256 : List.of("", SHA256)) {
                    ModuleReference module = module(url, sha256, policy);
                    for (boolean changed : new boolean[] {false, true}) {
                        PullDecision fetched = url.startsWith("file") ? PullDecision.READ_FILE : PullDecision.PULL;
                        assertThat(PullDecision.of(module, false, changed, false))
                                .isEqualTo(fetched);
                        PullDecision cached = PullDecision.of(module, true, changed, false);
                        if (cached == PullDecision.PULL) {
                            pulledThoughCached.add(url + " " + policy + sha256 + (changed ? " changed" : ""));
                        } else if (!url.startsWith("file")) {
                            assertThat(cached).isEqualTo(PullDecision.USE_CACHE);
                        }
                    }
                }
            }
        }
        assertThat(pulledThoughCached)
                .containsExactlyInAnyOrder(
                        "https://h/m.wasm ALWAYS changed",
                        "oci://h/r:v1 ALWAYS changed",
                        "oci://h/r:latest ALWAYS changed",
                        "oci://h/r:latest UNSPECIFIED changed",
                        "oci://h/r ALWAYS changed",
                        "oci://h/r UNSPECIFIED changed");
    }

    @Test
    void decision_offline_neverPulls() {
        for (String url : URLS.subList(1, URLS.size())) {
            ModuleReference module = module(url, "", PullPolicy.ALWAYS);
            assertThat(PullDecision.of(module, true, true, true)).isEqualTo(PullDecision.USE_CACHE);
            assertThat(PullDecision.of(module, false, true, true)).isEqualTo(PullDecision.REFUSE);
        }
        assertThat(PullDecision.of(module("file://m.wasm", "", PullPolicy.ALWAYS), false, true, true))
                .isEqualTo(PullDecision.READ_FILE);
    }

    @Test
    void revision_isNewOncePerResourceAndUrl() {
        Revisions revisions = new Revisions();
        assertThat(revisions.isNew("u", "ns/a", "1")).isTrue();
        revisions.given("u", "ns/a", "1");
        assertThat(revisions.isNew("u", "ns/a", "1")).isFalse();
        assertThat(revisions.isNew("u", "ns/a", "2")).isTrue();
        assertThat(revisions.isNew("u", "ns/b", "1")).isTrue();
        assertThat(revisions.isNew("u2", "ns/a", "1")).isTrue();
    }

    private static ModuleReference module(String url, String sha256, PullPolicy policy) {
        return new ModuleReference(ModuleUrl.parse(url), Layout.PLUGIN, sha256, policy, List.of(), List.of());
    }
}
