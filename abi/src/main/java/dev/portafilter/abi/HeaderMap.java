package dev.portafilter.abi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An ordered list of header (or trailer, or metadata) entries in the form that the ABI sees: lower-case names, untouched
 * values, pseudo-headers such as {@code :path} first, repeated names kept as separate entries.
 *
 * <p>Names and values are bytes; {@link String} views use ISO-8859-1, which loses nothing. A value that came as text stays
 * text until somebody asks for its bytes, and the other way round, so what passes by a plugin unseen is never converted.
 * The arrays that go in and come out are not copied: whoever hands one over must not change it afterwards. Not
 * thread-safe: a map belongs to one worker. Source: ABI reference, section 3.4.
 */
public final class HeaderMap {
    private static final byte[][] NO_NAMES = new byte[0][];
    private static final Object[] NO_VALUES = new Object[0];
    private static final int INITIAL_CAPACITY = 16;
    // For what a plugin is likely to add, and no more: maps are made and copied for every message.
    private static final int ROOM_FOR_MORE = 2;
    private static final int MOST_DIGITS = 18;
    private static final int DELETE = 0x7f;

    // Invariant: entries [0, pseudoCount) are the ones whose name begins with ':'.
    private byte[][] names;
    // Each a byte[] or a String.
    private Object[] values;
    private int count;
    private int pseudoCount;
    // The lengths of all names and values, a text's in characters.
    private int size;
    // How many entries are empty names, "host", or pseudo-headers that are there already; after a removal maybe too
    // many.
    private int unusual;

    /** An empty map. */
    public HeaderMap() {
        names = NO_NAMES;
        values = NO_VALUES;
    }

    private HeaderMap(int capacity) {
        names = new byte[capacity][];
        values = new Object[capacity];
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
        HeaderMap map = new HeaderMap(namesAndValues.length / 2 + ROOM_FOR_MORE);
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
        return names[checkedIndex(index)];
    }

    /** The value of entry {@code index}; not to be changed. */
    public byte[] value(int index) {
        Object value = values[checkedIndex(index)];
        return value instanceof byte[] bytes ? bytes : converted(index, (String) value);
    }

    private byte[] converted(int index, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        size += bytes.length - text.length();
        values[index] = bytes;
        return bytes;
    }

    /** The name of entry {@code index} as text. */
    public String nameText(int index) {
        return new String(name(index), StandardCharsets.ISO_8859_1);
    }

    /** The value of entry {@code index} as text; a text that was added comes back as it was. */
    public String valueText(int index) {
        Object value = values[checkedIndex(index)];
        return value instanceof String text ? text : new String((byte[]) value, StandardCharsets.ISO_8859_1);
    }

    /** The length of value {@code index} in bytes. */
    public int valueLength(int index) {
        return valueSize(checkedIndex(index));
    }

    /**
     * Value {@code index} as a number.
     *
     * @return the number that its decimal digits spell, or -1 when it has anything else, nothing, or more than 18 digits
     */
    public long valueNumber(int index) {
        Object value = values[checkedIndex(index)];
        int length = valueSize(index);
        if (length == 0 || length > MOST_DIGITS) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < length; i++) {
            int digit = (value instanceof byte[] bytes ? bytes[i] : ((String) value).charAt(i)) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = 10 * number + digit;
        }
        return number;
    }

    /** Whether value {@code index} holds a space or a control character, which a request line has no place for. */
    public boolean valueBreaksLine(int index) {
        Object value = values[checkedIndex(index)];
        if (value instanceof byte[] bytes) {
            for (byte b : bytes) {
                if (b >= 0 && b <= ' ' || b == DELETE) {
                    return true;
                }
            }
            return false;
        }
        String text = (String) value;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c == DELETE) {
                return true;
            }
        }
        return false;
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
        for (int i = 1; unusual > 0 && i < pseudoCount; i++) {
            if (indexOf(names[i]) < i) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether an entry is such that a message may have no place for it: an empty name, {@code host}, or a pseudo-header
     * that is there already. Costs nothing, and may be true for a map that had such an entry once.
     */
    public boolean mayHaveUnusual() {
        return unusual > 0;
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
        boolean pseudo = HeaderNames.isPseudo(lowerCaseName);
        int end = pseudo ? pseudoCount : count;
        for (int i = pseudo ? from : Math.max(from, pseudoCount); i < end; i++) {
            if (same(names[i], lowerCaseName)) {
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
            if (sameName(names[i], bytes, offset, length)) {
                return i;
            }
        }
        return -1;
    }

    /** Appends an entry; a pseudo-header goes behind the other pseudo-headers. The name may be in any case. */
    public void add(String name, String value) {
        insert(HeaderNames.bytes(name), value, value.length());
    }

    /** Appends an entry; a pseudo-header goes behind the other pseudo-headers. */
    public void add(byte[] lowerCaseName, byte[] value) {
        insert(lowerCaseName, value, value.length);
    }

    private void insert(byte[] lowerCaseName, Object value, int valueSize) {
        if (count == names.length) {
            grow();
        }
        int at = count;
        if (HeaderNames.isPseudo(lowerCaseName)) {
            unusual += unusual == 0 && indexOf(lowerCaseName) < 0 ? 0 : 1;
            at = pseudoCount++;
            if (at < count) {
                System.arraycopy(names, at, names, at + 1, count - at);
                System.arraycopy(values, at, values, at + 1, count - at);
            }
        } else if (lowerCaseName.length == 0 || same(lowerCaseName, HeaderNames.HOST)) {
            unusual++;
        }
        names[at] = lowerCaseName;
        values[at] = value;
        size += lowerCaseName.length + valueSize;
        count++;
    }

    /** Removes every entry of the name and appends one with the new value. The name may be in any case. */
    public void replace(String name, String value) {
        byte[] bytes = HeaderNames.bytes(name);
        remove(bytes);
        insert(bytes, value, value.length());
    }

    /** Removes every entry of the name and appends one with the new value. */
    public void replace(byte[] lowerCaseName, byte[] value) {
        remove(lowerCaseName);
        add(lowerCaseName, value);
    }

    /** Puts a new value in the place of an entry's old one. */
    public void setValue(int index, byte[] value) {
        size += value.length - valueSize(checkedIndex(index));
        values[index] = value;
    }

    /** Removes every entry of the name (in any case); does nothing when there is none. */
    public void remove(String name) {
        remove(HeaderNames.bytes(name));
    }

    /** Removes every entry of the name; does nothing when there is none. */
    public void remove(byte[] lowerCaseName) {
        int first = indexOf(lowerCaseName);
        if (first >= 0) {
            removeFrom(first, lowerCaseName);
        }
    }

    /**
     * {@link #replace(byte[], byte[])} for a caller that has looked already.
     *
     * @param first what {@link #indexOf(byte[])} gives for the name
     */
    void replaceFrom(int first, byte[] lowerCaseName, byte[] value) {
        if (first >= 0) {
            removeFrom(first, lowerCaseName);
        }
        add(lowerCaseName, value);
    }

    private void removeFrom(int first, byte[] lowerCaseName) {
        boolean pseudo = HeaderNames.isPseudo(lowerCaseName);
        int kept = first;
        for (int i = first; i < count; i++) {
            byte[] name = names[i];
            if (same(name, lowerCaseName)) {
                size -= name.length + valueSize(i);
                if (pseudo) {
                    pseudoCount--;
                }
            } else {
                names[kept] = name;
                values[kept] = values[i];
                kept++;
            }
        }
        dropFrom(kept);
    }

    /** Removes every entry. */
    public void clear() {
        dropFrom(0);
        pseudoCount = 0;
        size = 0;
        unusual = 0;
    }

    /** Makes this map hold the entries of another, in its order; the other map is unchanged. */
    public void setAll(HeaderMap other) {
        names = Arrays.copyOf(other.names, other.count + ROOM_FOR_MORE);
        values = Arrays.copyOf(other.values, other.count + ROOM_FOR_MORE);
        count = other.count;
        pseudoCount = other.pseudoCount;
        size = other.size;
        unusual = other.unusual;
    }

    /** A map of its own with the same entries. */
    public HeaderMap copy() {
        HeaderMap copy = new HeaderMap();
        copy.setAll(this);
        return copy;
    }

    /** The sum of the lengths of all names and values, in bytes; what Envoy calls the byte size. */
    public int byteSize() {
        for (int i = 0; i < count; i++) {
            if (values[i] instanceof String text) {
                converted(i, text);
            }
        }
        return size;
    }

    /** At least {@link #byteSize}, and hardly ever more; costs nothing. */
    int roughByteSize() {
        return size;
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
        for (int i = 0; i < count; i++) {
            if (!same(names[i], other.names[i]) || !Arrays.equals(value(i), other.value(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int hash = count;
        for (int i = 0; i < count; i++) {
            hash = 31 * (31 * hash + Arrays.hashCode(names[i])) + Arrays.hashCode(value(i));
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

    private int valueSize(int index) {
        Object value = values[index];
        return value instanceof byte[] bytes ? bytes.length : ((String) value).length();
    }

    private static boolean same(byte[] name, byte[] other) {
        return name == other || name.length == other.length && Arrays.equals(name, other);
    }

    private void grow() {
        int capacity = Math.max(INITIAL_CAPACITY, 2 * count);
        names = Arrays.copyOf(names, capacity);
        values = Arrays.copyOf(values, capacity);
    }

    private void dropFrom(int newCount) {
        Arrays.fill(names, newCount, count, null);
        Arrays.fill(values, newCount, count, null);
        count = newCount;
    }
}
