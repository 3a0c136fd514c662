package dev.portafilter.runtime.service;

import dev.portafilter.abi.SharedData;
import dev.portafilter.abi.Status;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shared data of all VMs: one key-value map per VM id, alive while a VM of that id is. Thread-safe; reading takes no
 * lock. Source: ABI reference, section 3.9.
 */
public final class SharedDataStore {
    /** Most bytes per VM id unless set: 64 MiB, far above what filters share; a Rust filter panics when refused. */
    public static final long DEFAULT_MAX_BYTES_PER_VM_ID = 64L << 20;

    /** What an entry costs beside its key and value, in bytes, so that many empty entries count too. */
    static final int ENTRY_BYTES = 64;

    private static final Logger LOG = LoggerFactory.getLogger(SharedDataStore.class);

    private final ConcurrentHashMap<String, Namespace> namespaces = new ConcurrentHashMap<>();
    private final AtomicInteger lastCas;
    private final long maxBytesPerVmId;

    /** A store with the default limit. */
    public SharedDataStore() {
        this(DEFAULT_MAX_BYTES_PER_VM_ID);
    }

    /**
     * A store.
     *
     * @param maxBytesPerVmId most bytes that the entries of one VM id may take: keys, values and 64 for each entry
     * @throws IllegalArgumentException when it is negative
     */
    public SharedDataStore(long maxBytesPerVmId) {
        this(maxBytesPerVmId, 0);
    }

    SharedDataStore(long maxBytesPerVmId, int lastCas) {
        if (maxBytesPerVmId < 0) {
            throw new IllegalArgumentException("maxBytesPerVmId: " + maxBytesPerVmId + " (expected: 0 or more)");
        }
        this.maxBytesPerVmId = maxBytesPerVmId;
        this.lastCas = new AtomicInteger(lastCas);
    }

    /** The data of a VM id, for one VM; the VM must {@link #release} it in the end. Any thread. */
    public SharedData open(String vmId) {
        return namespaces.compute(vmId, (id, existing) -> {
            Namespace namespace = existing == null ? new Namespace(id) : existing;
            namespace.users++;
            return namespace;
        });
    }

    /**
     * Ends one use of a VM id; the data is dropped with the last one. Any thread.
     *
     * @throws IllegalStateException when nobody uses the VM id
     */
    public void release(String vmId) {
        namespaces.compute(vmId, (id, namespace) -> {
            if (namespace == null) {
                throw new IllegalStateException("vm id \"" + id + "\": released more often than opened");
            }
            namespace.users--;
            return namespace.users == 0 ? null : namespace;
        });
    }

    private int nextCas() {
        return lastCas.updateAndGet(cas -> cas == -1 ? 1 : cas + 1);
    }

    private final class Namespace implements SharedData {
        private final String vmId;
        private final ConcurrentHashMap<ByteKey, Entry> entries = new ConcurrentHashMap<>();
        private final AtomicLong usedBytes = new AtomicLong();
        private final AtomicBoolean warned = new AtomicBoolean();
        // Changed only inside namespaces.compute.
        private int users;

        Namespace(String vmId) {
            this.vmId = vmId;
        }

        @Override
        public @Nullable Entry get(byte[] key) {
            return entries.get(new ByteKey(key));
        }

        @Override
        public Status set(byte[] key, byte[] value, int cas) {
            Status[] status = {Status.OK};
            entries.compute(new ByteKey(key), (k, old) -> {
                if (old != null && cas != 0 && cas != old.cas()) {
                    status[0] = Status.CAS_MISMATCH;
                    return old;
                }
                long growth = old == null
                        ? (long) ENTRY_BYTES + key.length + value.length
                        : (long) value.length - old.value().length;
                if (!reserve(growth)) {
                    status[0] = Status.INTERNAL_FAILURE;
                    return old;
                }
                return new Entry(value, nextCas());
            });
            if (status[0] == Status.INTERNAL_FAILURE && warned.compareAndSet(false, true)) {
                LOG.warn(
                        "shared data of vm id \"{}\": {} bytes stored, {} more refused (limit: {} bytes; told once)",
                        vmId,
                        usedBytes.get(),
                        value.length,
                        maxBytesPerVmId);
            }
            return status[0];
        }

        private boolean reserve(long growth) {
            if (usedBytes.addAndGet(growth) <= maxBytesPerVmId || growth <= 0) {
                return true;
            }
            usedBytes.addAndGet(-growth);
            return false;
        }
    }
}
