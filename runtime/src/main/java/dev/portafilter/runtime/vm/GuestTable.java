package dev.portafilter.runtime.vm;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;

/** A table of one guest. Grows up to a cap, and does not change the module's own limits as the engine's table does. */
final class GuestTable extends TableInstance {
    /** Far more functions than a filter has; each element takes 12 bytes. */
    static final int MAX_ELEMENTS = 100_000;

    GuestTable(Table table, int initialValue) {
        super(
                new Table(
                        table.elementType(),
                        new TableLimits(
                                table.limits().min(),
                                table.limits().max(),
                                table.limits().shared()),
                        table.initialize()),
                initialValue);
    }

    @Override
    public int grow(int size, int value, Instance instance) {
        if (size < 0 || size > MAX_ELEMENTS - size()) {
            return -1;
        }
        return super.grow(size, value, instance);
    }
}
