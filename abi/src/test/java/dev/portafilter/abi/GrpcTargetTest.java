package dev.portafilter.abi;

import static dev.portafilter.abi.FakeVm.latin1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GrpcTargetTest {
    /** A GrpcService with this envoy_grpc.cluster_name, and more fields. */
    static byte[] service(String cluster, byte[]... more) {
        return join(field(1, field(1, latin1(cluster))), join(more));
    }

    /** An initial_metadata field. */
    static byte[] header(String name, String value) {
        return field(5, join(field(1, latin1(name)), field(2, latin1(value))));
    }

    private static byte[] field(int number, byte[] bytes) {
        return join(new byte[] {(byte) (number << 3 | 2), (byte) bytes.length}, bytes);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static void assertName(byte[] bytes, String name) {
        GrpcTarget target = GrpcTarget.of(bytes);
        assertThat(target.service()).isFalse();
        assertThat(target.cluster()).isEqualTo(name);
        assertThat(target.authority()).isEqualTo(name);
    }

    @Test
    void names_areNames() {
        for (String name :
                List.of("", "grpc", "upstream", "callout", "empty", "a", "outbound|9000||auth.svc", "\n\u0000")) {
            assertName(latin1(name), name);
        }
    }

    @Test
    void service_namesItsCluster() {
        GrpcTarget target = GrpcTarget.of(service("grpc"));
        assertThat(target).isEqualTo(new GrpcTarget("grpc", true, "grpc", new HeaderMap(), 0));
    }

    @Test
    void service_withMore_isReadWhole() {
        byte[] envoy = field(1, join(field(1, latin1("grpc")), field(2, latin1("auth.example")), field(4, new byte[] {
            8, (byte) 0x80, 8
        })));
        byte[] timeout = field(3, new byte[] {8, 5});
        byte[] unknown = {0x38, 1, 0x41, 1, 2, 3, 4, 5, 6, 7, 8, 0x4d, 1, 2, 3, 4, 0x53, 0x08, 1, 0x54};
        GrpcTarget target = GrpcTarget.of(join(envoy, timeout, unknown, header("X-Conf", "c"), header("x-conf", "d")));
        assertThat(target)
                .isEqualTo(
                        new GrpcTarget("grpc", true, "auth.example", HeaderMap.of("x-conf", "c", "x-conf", "d"), 1024));
    }

    @Test
    void service_withoutACluster_isAName() {
        byte[] emptyName = {10, 2, 10, 0};
        assertName(emptyName, "\n\u0002\n\u0000");
        assertName(field(2, field(1, latin1("h:1"))), "\u0012\u0005\n\u0003h:1");
        byte[] both = join(service("grpc"), field(2, field(1, latin1("h:1"))));
        assertThat(GrpcTarget.of(both).service()).isFalse();
    }

    @Test
    void malformedService_isAName() {
        byte[] good = service("grpc");
        for (byte[] tail : List.of(
                new byte[] {0x0a}, // no length
                new byte[] {0x2a, 5, 1}, // longer than the message
                new byte[] {0x2a, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f}, // 4 GiB
                new byte[] {0x02, 0}, // field 0
                new byte[] {0x0f}, // no such wire type
                new byte[] {0x0c}, // the end of no group
                new byte[] {0x0b}, // a group without end
                new byte[] {0x0b, 0x14}, // the end of another group
                new byte[] {0x0d, 1, 2, 3}, // short fixed32
                new byte[] {0x09, 1, 2, 3}, // short fixed64
                new byte[] {8, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1})) { // long varint
            assertThat(GrpcTarget.of(join(good, tail)).service()).isFalse();
        }
        byte[] deep = new byte[1000];
        java.util.Arrays.fill(deep, (byte) 0x0b);
        assertThat(GrpcTarget.of(join(good, deep)).service()).isFalse();
        assertThat(GrpcTarget.of(service("gr\u00ff")).service()).isFalse();
        byte[] badInside = field(1, join(field(1, latin1("grpc")), new byte[] {0x2a, 9}));
        assertThat(GrpcTarget.of(badInside).service()).isFalse();
    }

    @Test
    void anyBytes_areSomething() {
        Random random = new Random(20_240_101);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(24)];
            random.nextBytes(bytes);
            assertThat(GrpcTarget.of(bytes).cluster()).isNotNull();
        }
    }
}
