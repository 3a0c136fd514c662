package dev.portafilter.runtime.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.abi.SharedQueues;
import dev.portafilter.abi.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Vectors 235 to 243 of the ABI reference, and the limits. */
class SharedQueueStoreTest {
    private final SharedQueueStore store = new SharedQueueStore();
    private final Notes notes = new Notes();
    private final SharedQueues queues = store.open("vm", notes);

    @Test
    void register_givesTokensFrom1_andTheSameTokenAgain() {
        assertThat(queues.register(bytes("a"), 1)).isEqualTo(1);
        assertThat(queues.register(bytes("b"), 1)).isEqualTo(2);
        assertThat(queues.register(bytes("a"), 1)).isEqualTo(1);
    }

    @Test
    void register_again_keepsItems() {
        int token = queues.register(bytes("a"), 1);
        queues.enqueue(token, bytes("item"));
        queues.register(bytes("a"), 1);
        assertThat(queues.dequeue(token)).isEqualTo(bytes("item"));
    }

    @Test
    void register_ofEqualNamesInTwoVmIds_givesTwoQueues() {
        SharedQueues other = store.open("other", new Notes());
        assertThat(queues.register(bytes("a"), 1)).isEqualTo(1);
        assertThat(other.register(bytes("a"), 1)).isEqualTo(2);
    }

    @Test
    void resolve_findsOwnAndForeignQueues() {
        SharedQueues other = store.open("other", new Notes());
        int own = queues.register(bytes("a"), 1);
        int foreign = other.register(bytes("b"), 1);
        assertThat(queues.resolve(bytes(""), bytes("a"))).isEqualTo(own);
        assertThat(queues.resolve(bytes("vm"), bytes("a"))).isEqualTo(own);
        assertThat(queues.resolve(bytes("other"), bytes("b"))).isEqualTo(foreign);
        assertThat(queues.resolve(bytes(""), bytes("b"))).isZero();
    }

    @Test
    void resolve_ofUnknownNameOrVmId_gives0() {
        assertThat(queues.resolve(bytes("vm"), bytes("a"))).isZero();
        assertThat(queues.resolve(bytes("none"), bytes("a"))).isZero();
    }

    @Test
    void unknownToken_isNotFound() {
        assertThat(queues.enqueue(999, bytes("item"))).isEqualTo(Status.NOT_FOUND);
        assertThat(queues.exists(999)).isFalse();
        assertThat(queues.dequeue(999)).isNull();
        assertThat(queues.exists(0)).isFalse();
    }

    @Test
    void emptyQueue_existsAndGivesNull() {
        int token = queues.register(bytes("a"), 1);
        assertThat(queues.exists(token)).isTrue();
        assertThat(queues.dequeue(token)).isNull();
    }

    @Test
    void emptyItem_isAnItem() {
        int token = queues.register(bytes("a"), 1);
        assertThat(queues.enqueue(token, new byte[0])).isEqualTo(Status.OK);
        assertThat(queues.dequeue(token)).isEmpty();
        assertThat(queues.dequeue(token)).isNull();
    }

    @Test
    void concurrentEnqueues_keepTheOrderOfEachProducer() throws Exception {
        int token = queues.register(bytes("a"), 1);
        CyclicBarrier start = new CyclicBarrier(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<?> a = threads.submit(() -> enqueue100(token, 'a', start));
            Future<?> b = threads.submit(() -> enqueue100(token, 'b', start));
            a.get();
            b.get();
        } finally {
            threads.shutdownNow();
        }
        int nextA = 0;
        int nextB = 0;
        for (byte[] item = queues.dequeue(token); item != null; item = queues.dequeue(token)) {
            assertThat((int) item[1]).isEqualTo(item[0] == 'a' ? nextA++ : nextB++);
        }
        assertThat(nextA).isEqualTo(100);
        assertThat(nextB).isEqualTo(100);
        assertThat(notes.count.get()).isEqualTo(200);
    }

    private Void enqueue100(int token, char producer, CyclicBarrier start) throws Exception {
        start.await();
        for (int i = 0; i < 100; i++) {
            queues.enqueue(token, new byte[] {(byte) producer, (byte) i});
        }
        return null;
    }

    @Test
    void enqueue_notifiesTheReceiverOncePerItem() {
        int token = queues.register(bytes("a"), 7);
        queues.enqueue(token, bytes("1"));
        queues.enqueue(token, bytes("2"));
        assertThat(notes.seen).containsExactly("7:1", "7:1");
    }

    @Test
    void enqueue_fromAnotherVm_notifiesTheRegistrant() {
        Notes otherNotes = new Notes();
        SharedQueues other = store.open("other", otherNotes);
        int token = queues.register(bytes("a"), 7);
        assertThat(other.enqueue(token, bytes("1"))).isEqualTo(Status.OK);
        assertThat(notes.seen).containsExactly("7:1");
        assertThat(otherNotes.seen).isEmpty();
        assertThat(queues.dequeue(token)).isEqualTo(bytes("1"));
    }

    @Test
    void register_byAnotherVm_makesItTheReceiver() {
        Notes secondNotes = new Notes();
        SharedQueues second = store.open("vm", secondNotes);
        int token = queues.register(bytes("a"), 7);
        assertThat(second.register(bytes("a"), 8)).isEqualTo(token);
        queues.enqueue(token, bytes("1"));
        assertThat(notes.seen).isEmpty();
        assertThat(secondNotes.seen).containsExactly("8:1");
    }

    @Test
    void release_ofTheReceiver_dropsNotificationsAndKeepsItems() {
        Notes secondNotes = new Notes();
        SharedQueues second = store.open("vm", secondNotes);
        int token = queues.register(bytes("a"), 7);
        store.release("vm", notes);
        assertThat(second.enqueue(token, bytes("1"))).isEqualTo(Status.OK);
        assertThat(notes.seen).isEmpty();
        assertThat(secondNotes.seen).isEmpty();
        assertThat(second.dequeue(token)).isEqualTo(bytes("1"));
    }

    @Test
    void release_ofAnotherVm_keepsTheReceiver() {
        Notes secondNotes = new Notes();
        store.open("vm", secondNotes);
        int token = queues.register(bytes("a"), 7);
        store.release("vm", secondNotes);
        queues.enqueue(token, bytes("1"));
        assertThat(notes.seen).containsExactly("7:1");
    }

    @Test
    void release_ofTheLastVm_dropsTheQueues() {
        SharedQueues other = store.open("other", new Notes());
        int token = queues.register(bytes("a"), 7);
        queues.enqueue(token, bytes("1"));
        store.release("vm", notes);
        assertThat(other.exists(token)).isFalse();
        assertThat(other.enqueue(token, bytes("2"))).isEqualTo(Status.NOT_FOUND);
        assertThat(other.resolve(bytes("vm"), bytes("a"))).isZero();
        SharedQueues again = store.open("vm", notes);
        assertThat(again.register(bytes("a"), 7)).isEqualTo(token + 1);
        assertThat(again.dequeue(token + 1)).isNull();
    }

    @Test
    void view_ofADroppedVmId_registersNothing() {
        store.release("vm", notes);
        assertThat(queues.register(bytes("a"), 7)).isZero();
    }

    @Test
    void release_withoutOpen_isRefused() {
        store.release("vm", notes);
        assertThatThrownBy(() -> store.release("vm", notes))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("vm id \"vm\": released more often than opened");
    }

    @Test
    void receiver_mayUseTheQueueAtOnce() {
        List<byte[]> taken = new ArrayList<>();
        SharedQueues[] own = new SharedQueues[1];
        own[0] = store.open("eager", (rootContextId, token) -> taken.add(own[0].dequeue(token)));
        int token = own[0].register(bytes("a"), 1);
        queues.enqueue(token, bytes("1"));
        assertThat(taken).containsExactly(bytes("1"));
    }

    @Test
    void enqueue_overTheItemLimit_failsAndNotifiesNobody() {
        SharedQueues small = new SharedQueueStore(new SharedQueueStore.Limits(2, 1, 1 << 20)).open("vm", notes);
        int token = small.register(bytes("a"), 1);
        assertThat(small.enqueue(token, bytes("1"))).isEqualTo(Status.OK);
        assertThat(small.enqueue(token, bytes("2"))).isEqualTo(Status.INTERNAL_FAILURE);
        assertThat(notes.count.get()).isEqualTo(1);
        assertThat(small.dequeue(token)).isEqualTo(bytes("1"));
        assertThat(small.enqueue(token, bytes("3"))).isEqualTo(Status.OK);
    }

    @Test
    void enqueue_overTheByteLimit_failsUntilSomethingIsTaken() {
        long limit = 2L * SharedQueueStore.ITEM_BYTES + 1 + 10;
        SharedQueues small = new SharedQueueStore(new SharedQueueStore.Limits(2, 100, limit)).open("vm", notes);
        int token = small.register(bytes("a"), 1);
        assertThat(small.enqueue(token, new byte[11])).isEqualTo(Status.INTERNAL_FAILURE);
        assertThat(small.enqueue(token, new byte[10])).isEqualTo(Status.OK);
        assertThat(small.enqueue(token, new byte[0])).isEqualTo(Status.INTERNAL_FAILURE);
        small.dequeue(token);
        assertThat(small.enqueue(token, new byte[10])).isEqualTo(Status.OK);
    }

    @Test
    void register_overTheQueueLimit_gives0_butReopens() {
        SharedQueues small = new SharedQueueStore(new SharedQueueStore.Limits(1, 10, 1 << 20)).open("vm", notes);
        int token = small.register(bytes("a"), 1);
        assertThat(small.register(bytes("b"), 1)).isZero();
        assertThat(small.register(bytes("a"), 1)).isEqualTo(token);
    }

    @Test
    void limits_belowZero_areRefused() {
        assertThatThrownBy(() -> new SharedQueueStore.Limits(1, -1, 1))
                .hasMessage("queue limits: 1, -1, 1 (expected: 0 or more each)");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static final class Notes implements QueueReceiver {
        private final List<String> seen = new ArrayList<>();
        private final AtomicInteger count = new AtomicInteger();

        @Override
        public void queueReady(int rootContextId, int token) {
            count.incrementAndGet();
            synchronized (seen) {
                seen.add(rootContextId + ":" + token);
            }
        }
    }
}
