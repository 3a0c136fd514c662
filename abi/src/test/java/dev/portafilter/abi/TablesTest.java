package dev.portafilter.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tables against text files that were written from the reference, not from the tables. */
class TablesTest {
    @ParameterizedTest
    @EnumSource(AbiVersion.class)
    void hostFunctions_ofAVersion_areThoseOfTheReference(AbiVersion version) throws IOException {
        List<String> lines = HostFunctions.all().stream()
                .filter(function -> function.in(version))
                .map(HostFunction::signature)
                .toList();

        assertThat(lines).isEqualTo(golden("host-functions-" + version.text() + ".txt"));
    }

    @Test
    void hostFunctions_areTheUnionOfAllVersions() {
        assertThat(HostFunctions.all()).hasSize(43).doesNotHaveDuplicates();
        for (HostFunction function : HostFunctions.all()) {
            assertThat(HostFunctions.of(function.name())).isSameAs(function);
            assertThat(Stream.of(AbiVersion.values()).anyMatch(function::in)).isTrue();
        }
        assertThat(HostFunctions.of("proxy_dispatch_http_call")).isNull();
        assertThat(HostFunctions.of("fd_write")).isNull();
    }

    @Test
    void parameterTypes_areThoseOfTheSignature() {
        for (HostFunction function : HostFunctions.all()) {
            String signature = function.signature();
            String types = signature.substring(signature.indexOf('(') + 1, signature.indexOf(')'));
            List<String> expected = types.isEmpty()
                    ? List.of()
                    : Stream.of(types.split(", "))
                            .map(slot -> slot.substring(slot.indexOf(':') + 1))
                            .toList();
            assertThat(function.parameterTypes()).as(function.name()).isEqualTo(expected);
        }
    }

    @Test
    void callbacks_areThoseOfTheReference() throws IOException {
        List<String> lines =
                Stream.of(Callback.values()).map(TablesTest::signature).toList();

        assertThat(lines).isEqualTo(golden("callbacks.txt"));
    }

    @Test
    void callbacks_areFoundByTheirExport_andAcceptTheirArity() {
        for (Callback callback : Callback.values()) {
            assertThat(Callback.of(callback.exportName())).isSameAs(callback);
            assertThat(callback.accepts(callback.parameterCount())).isTrue();
            assertThat(callback.accepts(callback.parameterCount() + 1)).isFalse();
            assertThat(callback.accepts(0)).isFalse();
        }
        assertThat(Callback.of("proxy_validate_configuration")).isNull();
    }

    @Test
    void wasiFunctions_arePreview1() throws IOException {
        List<String> lines = WasiFunctions.all().stream()
                .map(WasiFunction::signature)
                .sorted()
                .toList();

        assertThat(lines).isEqualTo(golden("wasi-functions.txt"));
        assertThat(WasiFunctions.MODULES).containsExactly("wasi_snapshot_preview1", "wasi_unstable");
        assertThat(WasiFunctions.of("fd_write")).hasToString("fd_write");
        assertThat(WasiFunctions.of("proxy_log")).isNull();
    }

    @Test
    void environmentFunctions_areThoseOfTheToolchains() throws IOException {
        List<String> lines = EnvironmentFunctions.all().stream()
                .map(EnvironmentFunction::signature)
                .toList();

        assertThat(lines).isEqualTo(golden("environment-functions.txt"));
        assertThat(EnvironmentFunctions.of("abort")).hasToString("abort");
        assertThat(EnvironmentFunctions.of("abort").resultType()).isNull();
        assertThat(EnvironmentFunctions.of("none")).isNull();
    }

    @Test
    void beforeTheFirstContext_onlyLoggingAndWasi_areAllowed() {
        assertThat(names(HostFunctions.all().stream()
                        .filter(HostFunction::allowedAtStart)
                        .map(HostFunction::name)))
                .containsExactlyInAnyOrder("proxy_log", "proxy_get_log_level");
        assertThat(WasiFunctions.all()).allMatch(WasiFunction::allowedAtStart);
    }

    @Test
    void insideTheAllocator_onlyFourFunctions_areAllowed() {
        assertThat(names(HostFunctions.all().stream()
                        .filter(HostFunction::allowedWhileAllocating)
                        .map(HostFunction::name)))
                .containsExactly("proxy_log");
        assertThat(names(WasiFunctions.all().stream()
                        .filter(WasiFunction::allowedWhileAllocating)
                        .map(WasiFunction::name)))
                .containsExactlyInAnyOrder("fd_write", "clock_time_get", "poll_oneoff");
    }

    @Test
    void refusal_isInternalFailure() {
        assertThat(HostFunction.REFUSED.code()).isEqualTo(10);
    }

    private static String signature(Callback callback) {
        String line = callback.exportName() + "("
                + String.join(", ", Collections.nCopies(callback.parameterCount(), "i32")) + ")";
        if (callback.hasResult()) {
            line += " -> i32, missing: " + callback.defaultResult();
        }
        if (callback.parameterCount() == 3 && callback.accepts(2)) {
            line += ", also with 2 parameters";
        }
        return line;
    }

    private static Set<String> names(Stream<String> names) {
        return names.collect(Collectors.toSet());
    }

    private static List<String> golden(String name) throws IOException {
        try (InputStream file = TablesTest.class.getResourceAsStream(name)) {
            assertThat(file).as(name).isNotNull();
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }
}
