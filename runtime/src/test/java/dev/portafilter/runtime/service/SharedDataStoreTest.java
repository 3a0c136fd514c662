package dev.portafilter.runtime.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.abi.SharedData;
import dev.portafilter.abi.Status;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Vectors 226 to 233 of the ABI reference, and the limit. */
class SharedDataStoreTest {
    private final SharedDataStore store = new SharedDataStore();
    private final SharedData data = store.open("vm");

    @Test
    void set_twice_givesCas2_thenSetWithCas2GivesCas3() {
        assertThat(data.set(bytes("k"), bytes("a"), 0)).isEqualTo(Status.OK);
        assertThat(data.set(bytes("k"), bytes("b"), 0)).isEqualTo(Status.OK);
        assertThat(data.get(bytes("k")).cas()).isEqualTo(2);
        assertThat(data.set(bytes("k"), bytes("c"), 2)).isEqualTo(Status.OK);
        assertThat(data.get(bytes("k")).cas()).isEqualTo(3);
        assertThat(data.get(bytes("k")).value()).isEqualTo(bytes("c"));
    }

    @Test
    void set_withOtherCas_mismatchesAndChangesNothing() {
        data.set(bytes("k"), bytes("a"), 0);
        assertThat(data.set(bytes("k"), bytes("b"), 100)).isEqualTo(Status.CAS_MISMATCH);
        assertThat(data.get(bytes("k")).value()).isEqualTo(bytes("a"));
        assertThat(data.get(bytes("k")).cas()).isEqualTo(1);
    }

    @Test
    void set_thatFails_takesNoCasNumber() {
        data.set(bytes("k"), bytes("a"), 0);
        data.set(bytes("k"), bytes("b"), 100);
        data.set(bytes("k"), bytes("b"), 1);
        assertThat(data.get(bytes("k")).cas()).isEqualTo(2);
    }

    @Test
    void get_ofUnknownKey_isNull() {
        assertThat(data.get(bytes("k"))).isNull();
    }

    @Test
    void set_withCasOnAbsentKey_inserts() {
        assertThat(data.set(bytes("k"), bytes("a"), 5)).isEqualTo(Status.OK);
        assertThat(data.get(bytes("k")).value()).isEqualTo(bytes("a"));
    }

    @Test
    void set_ofEmptyValue_storesIt() {
        data.set(bytes("k"), bytes("a"), 0);
        assertThat(data.set(bytes("k"), new byte[0], 0)).isEqualTo(Status.OK);
        assertThat(data.get(bytes("k")).value()).isEmpty();
        assertThat(data.get(bytes("k")).cas()).isEqualTo(2);
    }

    @Test
    void set_ofEmptyKey_storesIt() {
        data.set(new byte[0], bytes("a"), 0);
        assertThat(data.get(new byte[0]).value()).isEqualTo(bytes("a"));
    }

    @Test
    void casLoops_ofTwoThreads_loseNothing() throws Exception {
        data.set(bytes("k"), new byte[0], 0);
        CyclicBarrier start = new CyclicBarrier(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<?> a = threads.submit(() -> append10('a', start));
            Future<?> b = threads.submit(() -> append10('b', start));
            a.get();
            b.get();
        } finally {
            threads.shutdownNow();
        }
        String value = new String(data.get(bytes("k")).value(), UTF_8);
        assertThat(value).hasSize(20);
        assertThat(value.chars().filter(c -> c == 'a').count()).isEqualTo(10);
        assertThat(data.get(bytes("k")).cas()).isEqualTo(21);
    }

    private Void append10(char c, CyclicBarrier start) throws Exception {
        start.await();
        for (int i = 0; i < 10; ) {
            SharedData.Entry entry = data.get(bytes("k"));
            String longer = new String(entry.value(), UTF_8) + c;
            if (data.set(bytes("k"), bytes(longer), entry.cas()) == Status.OK) {
                i++;
            }
        }
        return null;
    }

    @Test
    void namespaces_areApart_butCountCasTogether() {
        SharedData other = store.open("other");
        data.set(bytes("k"), bytes("a"), 0);
        assertThat(other.get(bytes("k"))).isNull();
        other.set(bytes("k"), bytes("b"), 0);
        assertThat(data.get(bytes("k")).value()).isEqualTo(bytes("a"));
        assertThat(other.get(bytes("k")).cas()).isEqualTo(2);
    }

    @Test
    void release_ofLastUser_dropsTheData() {
        SharedData second = store.open("vm");
        data.set(bytes("k"), bytes("a"), 0);
        store.release("vm");
        assertThat(second.get(bytes("k"))).isNotNull();
        assertThat(store.open("vm").get(bytes("k"))).isNotNull();
        store.release("vm");
        store.release("vm");
        assertThat(store.open("vm").get(bytes("k"))).isNull();
    }

    @Test
    void release_withoutOpen_isRefused() {
        store.release("vm");
        assertThatThrownBy(() -> store.release("vm"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("vm id \"vm\": released more often than opened");
    }

    @Test
    void casCounter_atItsEnd_skips0() {
        SharedData wrapping = new SharedDataStore(1000, -2).open("vm");
        wrapping.set(bytes("k"), bytes("a"), 0);
        assertThat(wrapping.get(bytes("k")).cas()).isEqualTo(-1);
        wrapping.set(bytes("k"), bytes("a"), -1);
        assertThat(wrapping.get(bytes("k")).cas()).isEqualTo(1);
    }

    @Test
    void set_overTheLimit_failsAndKeepsTheOldValue() {
        int limit = SharedDataStore.ENTRY_BYTES + 10;
        SharedData small = new SharedDataStore(limit).open("vm");
        assertThat(small.set(bytes("k"), new byte[9], 0)).isEqualTo(Status.OK);
        assertThat(small.set(bytes("k"), new byte[10], 0)).isEqualTo(Status.INTERNAL_FAILURE);
        assertThat(small.get(bytes("k")).value()).hasSize(9);
        assertThat(small.set(bytes("l"), new byte[0], 0)).isEqualTo(Status.INTERNAL_FAILURE);
        assertThat(small.get(bytes("l"))).isNull();
    }

    @Test
    void set_thatShrinks_givesRoomBack() {
        SharedData small = new SharedDataStore(SharedDataStore.ENTRY_BYTES + 10).open("vm");
        for (int i = 0; i < 100; i++) {
            assertThat(small.set(bytes("k"), new byte[9], 0)).isEqualTo(Status.OK);
            assertThat(small.set(bytes("k"), new byte[0], 0)).isEqualTo(Status.OK);
        }
    }

    @Test
    void limit_isPerVmId() {
        SharedDataStore small = new SharedDataStore(SharedDataStore.ENTRY_BYTES + 1);
        assertThat(small.open("a").set(bytes("k"), new byte[0], 0)).isEqualTo(Status.OK);
        assertThat(small.open("b").set(bytes("k"), new byte[0], 0)).isEqualTo(Status.OK);
    }

    @Test
    void limit_belowZero_isRefused() {
        assertThatThrownBy(() -> new SharedDataStore(-1)).hasMessage("maxBytesPerVmId: -1 (expected: 0 or more)");
    }

    @Test
    void keys_ofEqualHash_areApart() {
        // Arrays.hashCode: 31 * 'A' + 'a' == 31 * 'B' + 'B'.
        assertThat(new ByteKey(bytes("Aa"))).hasSameHashCodeAs(new ByteKey(bytes("BB")));
        data.set(bytes("Aa"), bytes("1"), 0);
        assertThat(data.get(bytes("BB"))).isNull();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
