package dev.portafilter.abi;

import static dev.portafilter.abi.FakeVm.FAR;
import static dev.portafilter.abi.FakeVm.OUT;
import static dev.portafilter.abi.FakeVm.OUT2;
import static dev.portafilter.abi.FakeVm.OUT3;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SharedFunctionsTest {
    private final FakeVm vm = new FakeVm();

    @Test
    void data_setTwice_isReadWithItsCas() {
        assertThat(set("k", "one", 0)).isEqualTo(Status.OK);
        assertThat(set("k", "two", 0)).isEqualTo(Status.OK);

        assertThat(get("k")).isEqualTo(Status.OK);

        assertThat(vm.result()).isEqualTo("two");
        assertThat(vm.guest.u32(OUT3)).isEqualTo(2);
    }

    @Test
    void data_withAnotherCas_isCasMismatch_andUnchanged() {
        set("k", "one", 0);

        assertThat(set("k", "two", 100)).isEqualTo(Status.CAS_MISMATCH);

        get("k");
        assertThat(vm.result()).isEqualTo("one");
    }

    @Test
    void data_unknown_isNotFound_andWritesNothing() {
        assertThat(get("k")).isEqualTo(Status.NOT_FOUND);
        assertThat(vm.unwritten()).isTrue();
    }

    @Test
    void data_withACasOnAnAbsentKey_isStored() {
        assertThat(set("k", "v", 5)).isEqualTo(Status.OK);
        assertThat(get("k")).isEqualTo(Status.OK);
    }

    @Test
    void data_empty_isOkWith0AndACas() {
        assertThat(vm.call("proxy_set_shared_data", "", 0, 0, 0)).isEqualTo(Status.OK);
        assertThat(get("")).isEqualTo(Status.OK);
        assertThat(vm.words()).isEqualTo("0/0");
        assertThat(vm.guest.u32(OUT3)).isEqualTo(1);
    }

    @Test
    void data_overTheLimit_isInternalFailure() {
        vm.host.full = true;
        assertThat(set("k", "v", 0)).isEqualTo(Status.INTERNAL_FAILURE);
    }

    @Test
    void data_valueIsWrittenBeforeCas() {
        set("k", "one", 0);

        assertThat(vm.call("proxy_get_shared_data", "k", OUT, OUT2, FAR)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.result()).isEqualTo("one");
        assertThat(vm.call("proxy_get_shared_data", "k", FAR, OUT2, OUT3)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.guest.unwritten(OUT3, 4)).isTrue();
    }

    @Test
    void data_withBadRanges_isInvalidMemoryAccess() {
        assertThat(vm.call("proxy_get_shared_data", FAR, 1, OUT, OUT2, OUT3)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_set_shared_data", "k", FAR, 1, 0)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
    }

    @Test
    void queue_registeredFromAStream_hasTheRootAsReceiver() {
        assertThat(vm.call("proxy_register_shared_queue", "a", OUT)).isEqualTo(Status.OK);
        assertThat(vm.call("proxy_register_shared_queue", "b", OUT2)).isEqualTo(Status.OK);

        assertThat(vm.words()).isEqualTo("1/2");
        assertThat(vm.host.queueNames).containsExactly("a 1", "b 1");
    }

    @Test
    void queue_overTheLimit_isInternalFailure() {
        vm.host.full = true;
        assertThat(vm.call("proxy_register_shared_queue", "a", OUT)).isEqualTo(Status.INTERNAL_FAILURE);
        assertThat(vm.unwritten()).isTrue();
    }

    @Test
    void queue_resolved_isFoundOrNot() {
        vm.call("proxy_register_shared_queue", "a", OUT2);

        assertThat(vm.call("proxy_resolve_shared_queue", "", "a", OUT)).isEqualTo(Status.OK);
        assertThat(vm.guest.u32(OUT)).isEqualTo(1);
        assertThat(vm.call("proxy_resolve_shared_queue", "", "b", OUT3)).isEqualTo(Status.NOT_FOUND);
        assertThat(vm.call("proxy_resolve_shared_queue", "other", "a", OUT3)).isEqualTo(Status.NOT_FOUND);
        assertThat(vm.guest.unwritten(OUT3, 4)).isTrue();
        assertThat(vm.call("proxy_resolve_shared_queue", "", "a", FAR)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
    }

    @Test
    void queue_unknown_isNotFound() {
        assertThat(vm.call("proxy_enqueue_shared_queue", 999, "x")).isEqualTo(Status.NOT_FOUND);
        assertThat(dequeue(999)).isEqualTo(Status.NOT_FOUND);
        assertThat(dequeue(0)).isEqualTo(Status.NOT_FOUND);
    }

    @Test
    void queue_givesItemsInOrder_thenEmpty() {
        vm.call("proxy_register_shared_queue", "a", OUT);
        vm.call("proxy_enqueue_shared_queue", 1, "first");
        vm.call("proxy_enqueue_shared_queue", 1, "");

        assertThat(dequeue(1)).isEqualTo(Status.OK);
        assertThat(vm.result()).isEqualTo("first");
        assertThat(dequeue(1)).isEqualTo(Status.OK);
        assertThat(vm.words()).isEqualTo("0/0");
        assertThat(dequeue(1)).isEqualTo(Status.EMPTY);
    }

    @Test
    void queue_emptyOrUnknown_winsOverBadOutAddresses() {
        vm.call("proxy_register_shared_queue", "a", OUT);

        assertThat(vm.call("proxy_dequeue_shared_queue", 1, FAR, FAR)).isEqualTo(Status.EMPTY);
        assertThat(vm.call("proxy_dequeue_shared_queue", 2, FAR, FAR)).isEqualTo(Status.NOT_FOUND);
        vm.call("proxy_enqueue_shared_queue", 1, "x");
        assertThat(vm.call("proxy_dequeue_shared_queue", 1, FAR, FAR)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
    }

    private Status get(String key) {
        return vm.call("proxy_get_shared_data", key, OUT, OUT2, OUT3);
    }

    private Status set(String key, String value, int cas) {
        return vm.call("proxy_set_shared_data", key, value, cas);
    }

    private Status dequeue(int token) {
        return vm.call("proxy_dequeue_shared_queue", token, OUT, OUT2);
    }
}
