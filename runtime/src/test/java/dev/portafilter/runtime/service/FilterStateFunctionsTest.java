package dev.portafilter.runtime.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.EffectiveContext;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterStateFunctionsTest {
    private final List<String> asked = new ArrayList<>();
    private final ResultBytes result = new ResultBytes();
    private final EffectiveContext context = (EffectiveContext) Proxy.newProxyInstance(
            EffectiveContext.class.getClassLoader(), new Class<?>[] {EffectiveContext.class}, (proxy, method, args) -> {
                String second = args[1] instanceof byte[] value ? new String(value, UTF_8) : String.valueOf(args[1]);
                asked.add(method.getName() + " " + args[0] + " " + second + " " + args[2]);
                return Status.OK;
            });

    private Status set(ProtobufWriter message) {
        return FilterStateFunctions.setFilterState(context, message.message(), result);
    }

    private Status declare(ProtobufWriter message) {
        return FilterStateFunctions.declareProperty(context, message.message(), result);
    }

    @Test
    void knownKey_isStored_forItsSpan() {
        assertThat(set(new ProtobufWriter().text(1, "envoy.string").text(2, "v")))
                .isEqualTo(Status.OK);
        assertThat(set(new ProtobufWriter()
                        .text(1, "envoy.tcp_proxy.cluster")
                        .text(2, "c")
                        .number(3, 2)))
                .isEqualTo(Status.OK);
        assertThat(set(new ProtobufWriter().text(1, "envoy.string").number(3, 1)))
                .isEqualTo(Status.OK);
        assertThat(asked)
                .containsExactly(
                        "setFilterState envoy.string v false",
                        "setFilterState envoy.tcp_proxy.cluster c true",
                        "setFilterState envoy.string  false");
        assertThat(result.bytes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "some.key, v, NOT_FOUND",
        "'', '', NOT_FOUND",
        "wasm.x, v, NOT_FOUND",
        "envoy.upstream.dynamic_port, 8080, OK",
        "envoy.upstream.dynamic_port, text, BAD_ARGUMENT",
        "envoy.upstream.dynamic_port, '', BAD_ARGUMENT",
        "envoy.ratelimit.hits_addend, 1.2.3.4, BAD_ARGUMENT",
        "envoy.bool, true, OK",
        "envoy.bool, 1, BAD_ARGUMENT",
    })
    void keyAndValue_areAnsweredAsEnvoyDoes(String key, String value, Status expected) {
        assertThat(set(new ProtobufWriter().text(1, key).text(2, value))).isEqualTo(expected);
    }

    @Test
    void messageThatIsNone_isABadArgument() {
        byte[] junk = "junk-argument".getBytes(UTF_8);
        assertThat(FilterStateFunctions.setFilterState(context, junk, result)).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(FilterStateFunctions.declareProperty(context, junk, result)).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(set(new ProtobufWriter().bytes(1, new byte[] {(byte) 0xff}))).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(declare(new ProtobufWriter().bytes(1, new byte[] {(byte) 0xff})))
                .isEqualTo(Status.BAD_ARGUMENT);
        assertThat(asked).isEmpty();
    }

    @Test
    void declaration_tellsNameReadOnlyAndSpan() {
        declare(new ProtobufWriter().text(1, "ro").number(2, 1).number(3, 1));
        declare(new ProtobufWriter()
                .text(1, "c")
                .number(5, 2)
                .bytes(4, new byte[] {1})
                .number(3, 9));
        declare(new ProtobufWriter().text(1, "r").number(5, 1));
        declare(new ProtobufWriter());
        assertThat(asked)
                .containsExactly(
                        "declareProperty ro true false",
                        "declareProperty c false true",
                        "declareProperty r false false",
                        "declareProperty  false false");
    }
}
