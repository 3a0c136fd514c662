package dev.portafilter.runtime.service;

import dev.portafilter.abi.SharedQueues;
import dev.portafilter.abi.Status;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shared queues of all VMs: named per VM id, known by token everywhere, alive while a VM of that id is. Thread-safe;
 * one lock per VM id. Source: ABI reference, section 3.10.
 */
public final class SharedQueueStore {
    /** What an item or a queue costs beside its bytes, so that many empty ones count too. */
    static final int ITEM_BYTES = 64;

    private static final Logger LOG = LoggerFactory.getLogger(SharedQueueStore.class);

    private final ConcurrentHashMap<String, Namespace> namespaces = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Integer, Queue> queues = new ConcurrentHashMap<>();
    private final AtomicInteger lastToken = new AtomicInteger();
    private final Limits limits;

    /**
     * What the queues of one VM id may hold together.
     *
     * @param queueCount most queues; default 1024: filters have a handful
     * @param itemCount most items; default 1000000: a receiver that is this far behind does not catch up
     * @param bytes most bytes of names and items, 64 added for each; default 64 MiB, far above what filters queue
     */
    public record Limits(int queueCount, int itemCount, long bytes) {
        /** The defaults. */
        public static final Limits DEFAULT = new Limits(1024, 1_000_000, 64L << 20);

        /** Refuses negative numbers. */
        public Limits {
            if (queueCount < 0 || itemCount < 0 || bytes < 0) {
                throw new IllegalArgumentException("queue limits: " + queueCount + ", " + itemCount + ", " + bytes
                        + " (expected: 0 or more each)");
            }
        }
    }

    /** A store with the default limits. */
    public SharedQueueStore() {
        this(Limits.DEFAULT);
    }

    /** A store with these limits. */
    public SharedQueueStore(Limits limits) {
        this.limits = limits;
    }

    /**
     * The queues as a VM sees them; the VM must {@link #release} them in the end. Any thread.
     *
     * @param receiver told of new items in the queues that this VM registers; one for each VM
     */
    public SharedQueues open(String vmId, QueueReceiver receiver) {
        Namespace namespace = namespaces.compute(vmId, (id, existing) -> {
            Namespace opened = existing == null ? new Namespace(id) : existing;
            opened.users++;
            return opened;
        });
        return new View(namespace, receiver);
    }

    /**
     * Ends one VM's use of a VM id. Its receiver hears nothing more, items stay; queues are dropped with the last VM of the
     * id. Any thread.
     *
     * @throws IllegalStateException when nobody uses the VM id
     */
    public void release(String vmId, QueueReceiver receiver) {
        namespaces.compute(vmId, (id, namespace) -> {
            if (namespace == null) {
                throw new IllegalStateException("vm id \"" + id + "\": released more often than opened");
            }
            namespace.users--;
            if (namespace.users > 0) {
                namespace.forget(receiver);
                return namespace;
            }
            namespace.close();
            return null;
        });
    }

    private int nextToken() {
        return lastToken.updateAndGet(token -> token == -1 ? 1 : token + 1);
    }

    /** The queues of one VM id. Everything but {@code users} is guarded by the namespace's monitor. */
    private final class Namespace {
        private final String vmId;
        private final Map<ByteKey, Queue> byName = new HashMap<>();
        private int itemCount;
        private long usedBytes;
        private boolean closed;
        private boolean warned;
        // Changed only inside namespaces.compute.
        private int users;

        Namespace(String vmId) {
            this.vmId = vmId;
        }

        synchronized int register(byte[] name, int rootContextId, QueueReceiver receiver) {
            ByteKey key = new ByteKey(name);
            Queue queue = byName.get(key);
            if (queue == null) {
                if (closed || byName.size() == limits.queueCount() || full(name.length)) {
                    warnOnce("queue");
                    return 0;
                }
                queue = new Queue(this, nextToken());
                usedBytes += ITEM_BYTES + name.length;
                byName.put(key, queue);
                queues.put(queue.token, queue);
            }
            queue.receiver = receiver;
            queue.rootContextId = rootContextId;
            return queue.token;
        }

        synchronized int resolve(byte[] name) {
            Queue queue = byName.get(new ByteKey(name));
            return queue == null ? 0 : queue.token;
        }

        Status enqueue(Queue queue, byte[] item) {
            QueueReceiver receiver;
            int rootContextId;
            synchronized (this) {
                if (closed) {
                    return Status.NOT_FOUND;
                }
                if (itemCount == limits.itemCount() || full(item.length)) {
                    warnOnce("item of " + item.length + " bytes");
                    return Status.INTERNAL_FAILURE;
                }
                queue.items.add(item);
                itemCount++;
                usedBytes += ITEM_BYTES + item.length;
                receiver = queue.receiver;
                rootContextId = queue.rootContextId;
            }
            // Outside the lock: what a receiver does is not ours.
            if (receiver != null) {
                receiver.queueReady(rootContextId, queue.token);
            }
            return Status.OK;
        }

        synchronized byte @Nullable [] dequeue(Queue queue) {
            byte[] item = closed ? null : queue.items.poll();
            if (item != null) {
                itemCount--;
                usedBytes -= ITEM_BYTES + item.length;
            }
            return item;
        }

        synchronized void forget(QueueReceiver receiver) {
            for (Queue queue : byName.values()) {
                if (queue.receiver == receiver) {
                    queue.receiver = null;
                }
            }
        }

        synchronized void close() {
            closed = true;
            for (Queue queue : byName.values()) {
                queues.remove(queue.token);
            }
            byName.clear();
        }

        private boolean full(int size) {
            return usedBytes + ITEM_BYTES + size > limits.bytes();
        }

        private void warnOnce(String refused) {
            if (!warned && !closed) {
                warned = true;
                LOG.warn(
                        "shared queues of vm id \"{}\": {} queues, {} items, {} bytes; {} refused (limits: {} queues,"
                                + " {} items, {} bytes; told once)",
                        vmId,
                        byName.size(),
                        itemCount,
                        usedBytes,
                        refused,
                        limits.queueCount(),
                        limits.itemCount(),
                        limits.bytes());
            }
        }
    }

    /** One queue; all that changes is guarded by its namespace. */
    private static final class Queue {
        private final Namespace namespace;
        private final int token;
        private final ArrayDeque<byte[]> items = new ArrayDeque<>();
        private @Nullable QueueReceiver receiver;
        private int rootContextId;

        Queue(Namespace namespace, int token) {
            this.namespace = namespace;
            this.token = token;
        }
    }

    private final class View implements SharedQueues {
        private final Namespace own;
        private final QueueReceiver receiver;

        View(Namespace own, QueueReceiver receiver) {
            this.own = own;
            this.receiver = receiver;
        }

        @Override
        public int register(byte[] name, int rootContextId) {
            return own.register(name, rootContextId, receiver);
        }

        @Override
        public int resolve(byte[] vmId, byte[] name) {
            Namespace namespace = vmId.length == 0 ? own : namespaces.get(new String(vmId, StandardCharsets.UTF_8));
            return namespace == null ? 0 : namespace.resolve(name);
        }

        @Override
        public Status enqueue(int token, byte[] item) {
            Queue queue = queues.get(token);
            return queue == null ? Status.NOT_FOUND : queue.namespace.enqueue(queue, item);
        }

        @Override
        public boolean exists(int token) {
            return queues.containsKey(token);
        }

        @Override
        public byte @Nullable [] dequeue(int token) {
            Queue queue = queues.get(token);
            return queue == null ? null : queue.namespace.dequeue(queue);
        }
    }
}
