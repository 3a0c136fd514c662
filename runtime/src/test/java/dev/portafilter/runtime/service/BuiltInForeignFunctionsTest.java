package dev.portafilter.runtime.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.abi.EffectiveContext;
import dev.portafilter.abi.ForeignFunction;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Vector 269 of the ABI reference, and bad input. */
class BuiltInForeignFunctionsTest {
    private final Map<String, ForeignFunction> functions = BuiltInForeignFunctions.all();
    private final List<String> asked = new ArrayList<>();
    private final EffectiveContext context = (EffectiveContext) Proxy.newProxyInstance(
            EffectiveContext.class.getClassLoader(), new Class<?>[] {EffectiveContext.class}, (proxy, method, args) -> {
                asked.add(method.getName());
                return Status.OK;
            });
    private final ResultBytes result = new ResultBytes();

    @Test
    void builtIns_areThese() {
        assertThat(functions)
                .containsOnlyKeys(
                        "compress",
                        "uncompress",
                        "clear_route_cache",
                        "set_envoy_filter_state",
                        "declare_property",
                        "verify_signature",
                        "sign");
    }

    @Test
    void compressThenUncompress_givesTheSameBytes() {
        Random random = new Random(1);
        for (int size : new int[] {0, 1, 100, 8191, 8192, 8193, 1 << 20}) {
            byte[] bytes = new byte[size];
            random.nextBytes(bytes);
            assertThat(call("uncompress", succeeded("compress", bytes))).isEqualTo(Status.OK);
            assertThat(result.bytes()).isEqualTo(bytes);
        }
    }

    @Test
    void compress_writesAZlibStream() {
        byte[] compressed = succeeded("compress", "aaaaaaaaaaaaaaaaaaaaaaaa".getBytes(UTF_8));
        assertThat(compressed).startsWith(0x78, 0x9c).hasSizeLessThan(24);
    }

    @Test
    void uncompress_ofGarbage_fails() {
        assertThat(call("uncompress", "garbage".getBytes(UTF_8))).isEqualTo(Status.SERIALIZATION_FAILURE);
        assertThat(call("uncompress", new byte[0])).isEqualTo(Status.SERIALIZATION_FAILURE);
        assertThat(result.bytes()).isEmpty();
    }

    @Test
    void uncompress_ofAStreamCutAnywhere_fails() {
        byte[] compressed = succeeded("compress", "hello hello hello".getBytes(UTF_8));
        for (int size = 0; size < compressed.length; size++) {
            result.clear();
            assertThat(call("uncompress", Arrays.copyOf(compressed, size)))
                    .as("first %d bytes", size)
                    .isEqualTo(Status.SERIALIZATION_FAILURE);
        }
    }

    @Test
    void uncompress_ofAStreamThatNeedsADictionary_fails() {
        // Header with the dictionary bit, and the dictionary's checksum.
        assertThat(call("uncompress", new byte[] {0x78, (byte) 0xbb, 0, 0, 0, 1, 3, 0}))
                .isEqualTo(Status.SERIALIZATION_FAILURE);
    }

    @Test
    void uncompress_ignoresBytesBehindTheEnd() {
        byte[] compressed = succeeded("compress", "hello".getBytes(UTF_8));
        assertThat(call("uncompress", Arrays.copyOf(compressed, compressed.length + 5)))
                .isEqualTo(Status.OK);
        assertThat(result.bytes()).isEqualTo("hello".getBytes(UTF_8));
    }

    @Test
    void uncompress_overTheLimit_fails() {
        byte[] most = succeeded("compress", new byte[BuiltInForeignFunctions.MAX_UNCOMPRESSED_BYTES]);
        byte[] more = succeeded("compress", new byte[BuiltInForeignFunctions.MAX_UNCOMPRESSED_BYTES + 1]);
        assertThat(more).hasSizeLessThan(32 << 10);
        assertThat(call("uncompress", most)).isEqualTo(Status.OK);
        result.clear();
        assertThat(call("uncompress", more)).isEqualTo(Status.INTERNAL_FAILURE);
        assertThat(result.bytes()).isEmpty();
    }

    @Test
    void uncompress_overAnotherLimit_fails() {
        ServiceLimits limits = new ServiceLimits(0, 0, 0, 0, 0, 10);
        HostServices services = HostServices.builder().limits(limits).build();
        ForeignFunction uncompress = services.foreignFunctions().get("uncompress");
        assertThat(uncompress.call(context, succeeded("compress", new byte[10]), result))
                .isEqualTo(Status.OK);
        assertThat(uncompress.call(context, succeeded("compress", new byte[11]), result))
                .isEqualTo(Status.INTERNAL_FAILURE);
        assertThatThrownBy(() -> new ServiceLimits(0, 0, 0, 0, 0, -1))
                .hasMessage("uncompressedBytes: -1 is negative (expected: 0 or more)");
    }

    @Test
    void clearRouteCache_asksTheContext_andGivesNothing() {
        assertThat(call("clear_route_cache", new byte[] {1})).isEqualTo(Status.OK);
        assertThat(asked).containsExactly("clearRouteCache");
        assertThat(result.bytes()).isEmpty();
    }

    @Test
    void hostServices_offerThem_andOthersBeside() {
        ForeignFunction own = (c, arguments, answer) -> Status.OK;
        HostServices services = HostServices.builder()
                .foreignFunction("own", own)
                .foreignFunction("compress", own)
                .build();
        assertThat(services.foreignFunctions())
                .containsKeys("compress", "uncompress", "clear_route_cache", "sign", "own")
                .containsEntry("compress", own);
        assertThatThrownBy(() -> services.foreignFunctions().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    private byte[] succeeded(String name, byte[] arguments) {
        result.clear();
        assertThat(call(name, arguments)).isEqualTo(Status.OK);
        byte[] bytes = result.bytes();
        result.clear();
        return bytes;
    }

    private Status call(String name, byte[] arguments) {
        return functions.get(name).call(context, arguments, result);
    }
}
