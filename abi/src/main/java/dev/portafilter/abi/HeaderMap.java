package dev.portafilter.abi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An ordered list of header (or trailer, or metadata) entries in the form that the ABI sees: lower-case names, untouched
 * values, pseudo-headers such as {@code :path} first, repeated names kept as separate entries.
 *
 * <p>Names and values are bytes; {@link String} views use ISO-8859-1, which loses nothing. The arrays that go in and come
 * out are not copied: whoever hands one over must not change it afterwards. Not thread-safe: a map belongs to one worker.
 * Source: ABI reference, section 3.4.
 */
public final class HeaderMap {
    // Entry i: name at 2i, value at 2i+1. Invariant: entries [0, pseudoCount) are the ones whose name begins with ':'.
    private static final byte[][] NONE = new byte[0][];
    private static final int INITIAL_CAPACITY = 32;
    private static final int ROOM_FOR_MORE = 2 * 2;

    private byte[][] entries;
    private int count;
    private int pseudoCount;
    // The lengths of all names and values.
    private int byteSize;

    /** An empty map. */
    public HeaderMap() {
        entries = NONE;
    }

    /**
     * A map with these entries.
     *
     * @param namesAndValues name, value, name, value …; names in any case
     * @throws IllegalArgumentException when the number of strings is odd
     */
    public static HeaderMap of(String... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("namesAndValues: " + namesAndValues.length
                    + " strings (expected: an even number, name and value in turn)");
        }
        HeaderMap map = new HeaderMap();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }

    /**
     * The bytes of a name as maps hold it: lower-case, and the same array each time for common names, which makes looking
     * them up cheaper. Not to be changed.
     */
    public static byte[] nameBytes(String name) {
        return HeaderNames.bytes(name);
    }

    /** The number of entries; each repeated name counts. */
    public int count() {
        return count;
    }

    /** The name of entry {@code index}, lower-case; not to be changed. */
    public byte[] name(int index) {
        return entries[2 * checkedIndex(index)];
    }

    /** The value of entry {@code index}; not to be changed. */
    public byte[] value(int index) {
        return entries[2 * checkedIndex(index) + 1];
    }

    /** The name of entry {@code index} as text. */
    public String nameText(int index) {
        return new String(name(index), StandardCharsets.ISO_8859_1);
    }

    /** The value of entry {@code index} as text. */
    public String valueText(int index) {
        return new String(value(index), StandardCharsets.ISO_8859_1);
    }

    /**
     * The first value of a name, as text.
     *
     * @param name in any case
     * @return the value, or null when there is no such entry
     */
    public @Nullable String get(String name) {
        int index = indexOf(HeaderNames.bytes(name));
        return index < 0 ? null : valueText(index);
    }

    /** The number of entries whose name begins with a colon; they are the first ones. */
    public int pseudoCount() {
        return pseudoCount;
    }

    /** Whether a pseudo-header is there more than once. */
    public boolean repeatsPseudoHeader() {
        for (int i = 1; i < pseudoCount; i++) {
            if (indexOf(entries[2 * i]) < i) {
                return true;
            }
        }
        return false;
    }

    /** Whether there is an entry of this name. */
    public boolean contains(String name) {
        return indexOf(HeaderNames.bytes(name)) >= 0;
    }

    /**
     * The first entry of a name.
     *
     * @param lowerCaseName the name, already lower-case
     * @return its index, or -1
     */
    public int indexOf(byte[] lowerCaseName) {
        return indexOf(lowerCaseName, 0);
    }

    /**
     * The first entry of a name at or after an index.
     *
     * @param lowerCaseName the name, already lower-case
     * @return its index, or -1
     */
    public int indexOf(byte[] lowerCaseName, int from) {
        int length = lowerCaseName.length;
        boolean pseudo = HeaderNames.isPseudo(lowerCaseName);
        int end = pseudo ? pseudoCount : count;
        for (int i = pseudo ? from : Math.max(from, pseudoCount); i < end; i++) {
            byte[] name = entries[2 * i];
            if (name == lowerCaseName || name.length == length && Arrays.equals(name, lowerCaseName)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * The first entry of the name that stands in a part of an array, such as the guest's memory, in any case.
     *
     * @return its index, or -1
     */
    public int indexOf(byte[] bytes, int offset, int length) {
        boolean pseudo = length > 0 && bytes[offset] == ':';
        int end = pseudo ? pseudoCount : count;
        for (int i = pseudo ? 0 : pseudoCount; i < end; i++) {
            if (sameName(entries[2 * i], bytes, offset, length)) {
                return i;
            }
        }
        return -1;
    }

    /** Appends an entry; a pseudo-header goes behind the other pseudo-headers. The name may be in any case. */
    public void add(String name, String value) {
        add(HeaderNames.bytes(name), value.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Appends an entry; a pseudo-header goes behind the other pseudo-headers. */
    public void add(byte[] lowerCaseName, byte[] value) {
        ensureCapacity();
        int at = count;
        if (HeaderNames.isPseudo(lowerCaseName)) {
            at = pseudoCount++;
            System.arraycopy(entries, 2 * at, entries, 2 * at + 2, 2 * (count - at));
        }
        entries[2 * at] = lowerCaseName;
        entries[2 * at + 1] = value;
        byteSize += lowerCaseName.length + value.length;
        count++;
    }

    /** Removes every entry of the name and appends one with the new value. The name may be in any case. */
    public void replace(String name, String value) {
        replace(HeaderNames.bytes(name), value.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Removes every entry of the name and appends one with the new value. */
    public void replace(byte[] lowerCaseName, byte[] value) {
        remove(lowerCaseName);
        add(lowerCaseName, value);
    }

    /** Puts a new value in the place of an entry's old one. */
    public void setValue(int index, byte[] value) {
        int place = 2 * checkedIndex(index) + 1;
        byteSize += value.length - entries[place].length;
        entries[place] = value;
    }

    /** Removes every entry of the name (in any case); does nothing when there is none. */
    public void remove(String name) {
        remove(HeaderNames.bytes(name));
    }

    /** Removes every entry of the name; does nothing when there is none. */
    public void remove(byte[] lowerCaseName) {
        int first = indexOf(lowerCaseName);
        if (first < 0) {
            return;
        }
        boolean pseudo = HeaderNames.isPseudo(lowerCaseName);
        int kept = first;
        for (int i = first; i < count; i++) {
            if (Arrays.equals(entries[2 * i], lowerCaseName)) {
                byteSize -= lowerCaseName.length + entries[2 * i + 1].length;
                if (pseudo) {
                    pseudoCount--;
                }
            } else {
                entries[2 * kept] = entries[2 * i];
                entries[2 * kept + 1] = entries[2 * i + 1];
                kept++;
            }
        }
        dropFrom(kept);
    }

    /** Removes every entry. */
    public void clear() {
        dropFrom(0);
        pseudoCount = 0;
        byteSize = 0;
    }

    /** Makes this map hold the entries of another, in its order; the other map is unchanged. */
    public void setAll(HeaderMap other) {
        // Room for what a plugin is likely to add, and no more: maps are copied for every message.
        entries = Arrays.copyOf(other.entries, 2 * other.count + ROOM_FOR_MORE);
        count = other.count;
        pseudoCount = other.pseudoCount;
        byteSize = other.byteSize;
    }

    /** A map of its own with the same entries. */
    public HeaderMap copy() {
        HeaderMap copy = new HeaderMap();
        copy.setAll(this);
        return copy;
    }

    /** The sum of the lengths of all names and values, in bytes; what Envoy calls the byte size. */
    public int byteSize() {
        return byteSize;
    }

    /**
     * All values of a name joined by a comma, as header properties show them.
     *
     * @return the joined value, or null when there is no such entry
     */
    public byte @Nullable [] joined(byte[] lowerCaseName) {
        int index = indexOf(lowerCaseName);
        if (index < 0) {
            return null;
        }
        byte[] value = value(index);
        for (int i = indexOf(lowerCaseName, index + 1); i >= 0; i = indexOf(lowerCaseName, i + 1)) {
            byte[] next = value(i);
            byte[] joined = Arrays.copyOf(value, value.length + 1 + next.length);
            joined[value.length] = ',';
            System.arraycopy(next, 0, joined, value.length + 1, next.length);
            value = joined;
        }
        return value;
    }

    @Override
    public boolean equals(@Nullable Object object) {
        if (!(object instanceof HeaderMap other) || other.count != count) {
            return false;
        }
        for (int i = 0; i < 2 * count; i++) {
            if (!Arrays.equals(entries[i], other.entries[i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int hash = count;
        for (int i = 0; i < 2 * count; i++) {
            hash = 31 * hash + Arrays.hashCode(entries[i]);
        }
        return hash;
    }

    /** The entries as {@code {name: value, …}}; values may be secret, so this is for tests and not for logs. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : ", ").append(nameText(i)).append(": ").append(valueText(i));
        }
        return text.append('}').toString();
    }

    private static boolean sameName(byte[] name, byte[] bytes, int offset, int length) {
        if (name.length != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (name[i] != HeaderNames.lowerCase(bytes[offset + i])) {
                return false;
            }
        }
        return true;
    }

    private int checkedIndex(int index) {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException("header entry " + index + " of " + count);
        }
        return index;
    }

    private void ensureCapacity() {
        if (2 * count + 2 > entries.length) {
            entries = Arrays.copyOf(entries, Math.max(INITIAL_CAPACITY, 2 * entries.length));
        }
    }

    private void dropFrom(int newCount) {
        Arrays.fill(entries, 2 * newCount, 2 * count, null);
        count = newCount;
    }
}
