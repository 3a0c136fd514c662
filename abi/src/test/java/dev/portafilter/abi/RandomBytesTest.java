package dev.portafilter.abi;

import static dev.portafilter.abi.FakeVm.OUT;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a guest sends, the host answers a status and stays whole. The seeds are fixed: every run is the same. */
class RandomBytesTest {
    private static final int ROUNDS = 20_000;

    @Test
    void randomBytes_decoded_areAMapOrMalformed_andEncodeBackToThemselves() {
        Random random = new Random(1);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            assertDecodes(bytes);
        }
    }

    @Test
    void damagedPairs_decoded_areAMapOrMalformed_andEncodeBackToThemselves() {
        Random random = new Random(2);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = HeaderCodec.encode(randomMap(random));
            for (int damage = random.nextInt(3); damage > 0; damage--) {
                bytes[random.nextInt(bytes.length)] =
                        (byte) (random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(4));
            }
            assertDecodes(bytes);
        }
    }

    @Test
    void randomMaps_encodedAndDecoded_areEqual() {
        Random random = new Random(3);
        for (int round = 0; round < 2_000; round++) {
            HeaderMap map = randomMap(random);
            byte[] bytes = HeaderCodec.encode(map);
            assertThat(HeaderCodec.decodeOrNull(bytes, 0, bytes.length)).isEqualTo(map);
        }
    }

    @Test
    void randomPaths_haveSegmentsThatSpellThem() {
        Random random = new Random(4);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = new byte[random.nextInt(12)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (random.nextBoolean() ? 0 : random.nextInt(256));
            }
            PropertyPath path = PropertyPath.parse(bytes, 0, bytes.length);
            StringBuilder joined = new StringBuilder();
            for (int i = 0; i < path.size(); i++) {
                joined.append(i == 0 ? "" : "\0").append(path.segment(i));
            }
            assertThat(path.text()).isIn(joined.toString(), joined + "\0");
        }
    }

    @Test
    void randomIovecs_areWrittenOrFault() {
        Random random = new Random(5);
        FakeVm vm = new FakeVm();
        for (int round = 0; round < ROUNDS; round++) {
            int count = random.nextInt(5);
            ByteBuffer table =
                    ByteBuffer.wrap(vm.guest.memory(), 1024, 8 * count).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < count; i++) {
                table.putInt(number(random, vm.guest.size())).putInt(number(random, 512));
            }
            int errno = vm.wasi("fd_write", 1 + random.nextInt(2), 1024, count, OUT);
            assertThat(errno).isIn(0, 21, 28);
            vm.host.lines.clear();
        }
    }

    @Test
    void randomArguments_toEveryFunction_giveAStatus() {
        Random random = new Random(6);
        FakeVm vm = new FakeVm();
        for (MapType type : MapType.values()) {
            vm.stream.open(type, ":path", "/", "x-a", "1");
        }
        for (BufferType type : BufferType.values()) {
            vm.stream.buffers.put(type, new FakeBuffer("hello", true));
        }
        for (int round = 0; round < ROUNDS; round++) {
            vm.guest.allocatorAnswer = number(random, vm.guest.size());
            for (BufferType type : BufferType.values()) {
                if (vm.stream.buffers.get(type).size() > 10_000) {
                    vm.stream.buffers.put(type, new FakeBuffer("hello", true));
                }
            }
            HostFunction function =
                    HostFunctions.all().get(random.nextInt(HostFunctions.all().size()));
            assertThat(function.call(
                            vm.call,
                            arguments(random, vm, function.parameterTypes().size())))
                    .as(function.name())
                    .isNotNull();
            vm.stream.asked.clear();
            vm.host.lines.clear();
        }
    }

    @Test
    void randomArguments_toEveryWasiFunction_giveAnErrno() {
        Random random = new Random(7);
        FakeVm vm = new FakeVm();
        vm.host.environment.add("A=B");
        for (int round = 0; round < ROUNDS; round++) {
            WasiFunction function =
                    WasiFunctions.all().get(random.nextInt(WasiFunctions.all().size()));
            if (function.hasResult()) {
                long[] arguments =
                        arguments(random, vm, function.parameterTypes().size());
                assertThat(function.call(vm.call, arguments))
                        .as(function.name())
                        .isIn(0, 8, 20, 21, 28, 44, 52, 58);
            }
            vm.host.lines.clear();
        }
    }

    private static void assertDecodes(byte[] bytes) {
        HeaderMap map = HeaderCodec.decodeOrNull(bytes, 0, bytes.length);
        if (map != null && map.count() > 0) {
            byte[] again = HeaderCodec.encode(map);
            assertThat(again).hasSameSizeAs(bytes);
            assertThat(HeaderCodec.decodeOrNull(again, 0, again.length)).isEqualTo(map);
        }
    }

    private static HeaderMap randomMap(Random random) {
        HeaderMap map = new HeaderMap();
        for (int count = random.nextInt(5); count > 0; count--) {
            byte[] name = new byte[random.nextInt(4)];
            byte[] value = new byte[random.nextInt(6)];
            random.nextBytes(name);
            random.nextBytes(value);
            map.add(name, value);
        }
        return map;
    }

    private static long[] arguments(Random random, FakeVm vm, int count) {
        long[] arguments = new long[count];
        for (int i = 0; i < count; i++) {
            arguments[i] = random.nextBoolean() ? random.nextInt(64) : number(random, vm.guest.size());
        }
        return arguments;
    }

    /** A number that is small, near a border, or anything. */
    private static int number(Random random, int border) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(border);
            case 1 -> border - 8 + random.nextInt(16);
            case 2 -> random.nextInt(16) - 8;
            default -> random.nextInt();
        };
    }
}
