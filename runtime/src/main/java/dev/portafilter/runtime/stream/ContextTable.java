package dev.portafilter.runtime.stream;

import org.jspecify.annotations.Nullable;

/**
 * The live contexts of one VM by id: an open hash table with linear probing, at most half full. Ids are handed out in
 * increasing order, so neighbours rarely collide.
 */
final class ContextTable {
    private static final int SMALLEST = 16;

    private @Nullable GuestContext[] places = new GuestContext[SMALLEST];
    private int count;

    @Nullable GuestContext get(int id) {
        int mask = places.length - 1;
        for (int place = id & mask; ; place = (place + 1) & mask) {
            GuestContext context = places[place];
            if (context == null || context.id() == id) {
                return context;
            }
        }
    }

    /** Adds a context whose id is not in the table. */
    void put(GuestContext context) {
        if (2 * (count + 1) > places.length) {
            GuestContext[] all = all();
            places = new GuestContext[2 * places.length];
            for (GuestContext each : all) {
                insert(each);
            }
        }
        insert(context);
        count++;
    }

    void remove(int id) {
        int mask = places.length - 1;
        int place = id & mask;
        while (true) {
            GuestContext context = places[place];
            if (context == null) {
                return;
            }
            if (context.id() == id) {
                break;
            }
            place = (place + 1) & mask;
        }
        count--;
        places[place] = null;
        // Whoever stood behind the gap may have been pushed there by the one that left: find each its place again.
        for (int next = (place + 1) & mask; places[next] != null; next = (next + 1) & mask) {
            GuestContext moved = places[next];
            places[next] = null;
            insert(moved);
        }
    }

    int count() {
        return count;
    }

    /** The live contexts now, in no order; a copy. */
    GuestContext[] all() {
        GuestContext[] all = new GuestContext[count];
        int i = 0;
        for (GuestContext context : places) {
            if (context != null) {
                all[i++] = context;
            }
        }
        return all;
    }

    void clear() {
        places = new GuestContext[SMALLEST];
        count = 0;
    }

    private void insert(GuestContext context) {
        int mask = places.length - 1;
        int place = context.id() & mask;
        while (places[place] != null) {
            place = (place + 1) & mask;
        }
        places[place] = context;
    }
}
