package dev.portafilter.abi;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The header map functions. Names are matched against the guest's memory as they stand there; {@code host} of a request
 * is {@code :authority}. Source: ABI reference, section 3.4.
 */
final class HeaderFunctions {
    private HeaderFunctions() {}

    /** Slots: map, name, name size, value out, value size out. */
    static Status getValue(HostCall call) {
        EffectiveContext context = call.context();
        MapType type = call.mapType(0);
        HeaderMap map = context.readableMap(type);
        if (map == null) {
            return absent(call, context.missingMapStatus(type));
        }
        int index = indexOf(call, type, map);
        return index < 0 ? absent(call, Status.NOT_FOUND) : call.returnBytes(3, map.value(index));
    }

    /** Slots: map, name, name size, value, value size. */
    static Status addValue(HostCall call) {
        MapType type = call.mapType(0);
        if (!writable(call, "proxy_add_header_map_value")) {
            return Status.BAD_ARGUMENT;
        }
        HeaderMap map = call.context().writableMap(type);
        if (map == null) {
            return outOfPhase(call, "proxy_add_header_map_value", type);
        }
        if (!hasRoom(call, map.count(), map.roughByteSize())) {
            return full(call, "proxy_add_header_map_value", map);
        }
        addOrJoin(map, name(call, type, map, indexOf(call, type, map)), call.bytes(3));
        call.context().mapChanged(type);
        return Status.OK;
    }

    /** Slots: map, name, name size, value, value size. */
    static Status replaceValue(HostCall call) {
        MapType type = call.mapType(0);
        if (!writable(call, "proxy_replace_header_map_value")) {
            return Status.BAD_ARGUMENT;
        }
        HeaderMap map = call.context().writableMap(type);
        if (map == null) {
            return outOfPhase(call, "proxy_replace_header_map_value", type);
        }
        int index = indexOf(call, type, map);
        int count = map.count();
        int size = map.roughByteSize();
        if (index >= 0) {
            count--;
            size -= map.name(index).length + map.valueLength(index);
        }
        if (!hasRoom(call, count, size)) {
            return full(call, "proxy_replace_header_map_value", map);
        }
        map.replaceFrom(index, name(call, type, map, index), call.bytes(3));
        call.context().mapChanged(type);
        return Status.OK;
    }

    /** Slots: map, name, name size. */
    static Status removeValue(HostCall call) {
        MapType type = call.mapType(0);
        HeaderMap map = call.context().writableMap(type);
        if (map == null) {
            return outOfPhase(call, "proxy_remove_header_map_value", type);
        }
        int index = indexOf(call, type, map);
        if (index >= 0) {
            map.remove(map.name(index));
            call.context().mapChanged(type);
        }
        return Status.OK;
    }

    /** Slots: map, pairs out, pairs size out. */
    static Status getPairs(HostCall call) {
        HeaderMap map = call.context().readableMap(call.mapType(0));
        if (map == null || map.count() == 0) {
            return call.returnBlock(1, 0, 0);
        }
        int size = HeaderCodec.encodedSize(map);
        int address = call.allocate(size);
        if (address == 0) {
            return Status.INVALID_MEMORY_ACCESS;
        }
        HeaderCodec.encode(map, call.memory(), address);
        return call.returnBlock(1, address, size);
    }

    /** Slots: map, pairs, pairs size. Malformed pairs clear the map. */
    static Status setPairs(HostCall call) {
        MapType type = call.mapType(0);
        HeaderMap map = call.context().writableMap(type);
        if (map == null) {
            return outOfPhase(call, "proxy_set_header_map_pairs", type);
        }
        HeaderMap pairs = decode(call, "proxy_set_header_map_pairs", 1);
        HeaderMap replacement = new HeaderMap();
        for (int i = 0; i < pairs.count(); i++) {
            byte[] name = pairs.name(i);
            if (breaksMessage(pairs, i)) {
                if (call.warns()) {
                    call.warn("proxy_set_header_map_pairs: entry " + i + " holds CR, LF or NUL (nothing was changed)");
                }
                return Status.BAD_ARGUMENT;
            }
            addOrJoin(
                    replacement,
                    isAuthority(type, name, 0, name.length) ? HeaderNames.AUTHORITY : name,
                    pairs.value(i));
        }
        map.setAll(replacement);
        call.context().mapChanged(type);
        return Status.OK;
    }

    /** Slots: map, size out. Looks the map up for changing, which is what Envoy does. */
    static Status getSize(HostCall call) {
        HeaderMap map = call.context().writableMap(call.mapType(0));
        return map == null ? Status.BAD_ARGUMENT : call.returnU32(1, map.byteSize());
    }

    /** The pairs of a checked range with lower-case names; malformed ones are none, and the guest is told in the log. */
    static HeaderMap decode(HostCall call, String function, int slot) {
        HeaderMap map = HeaderCodec.decodeOrNull(call.memory(), call.int32(slot), call.int32(slot + 1));
        if (map == null) {
            if (call.warns()) {
                call.warn(function + ": malformed pairs of " + Integer.toUnsignedString(call.int32(slot + 1))
                        + " bytes count as none (expected: count, lengths, NUL-terminated keys and values; at most "
                        + Limits.PAIRS_COUNT + " entries and " + Limits.PAIRS_SIZE + " bytes)");
            }
            return new HeaderMap();
        }
        for (int i = 0; i < map.count(); i++) {
            HeaderNames.lowerCased(map.name(i));
        }
        return map;
    }

    /** Whether an entry would write further lines into a message. */
    static boolean breaksMessage(HeaderMap map, int index) {
        return HeaderNames.hasLineBreak(map.name(index)) || HeaderNames.hasLineBreak(map.value(index));
    }

    /** Appends an entry; a second value of a pseudo-header, of which a message has one, joins the first. */
    static void addOrJoin(HeaderMap map, byte[] name, byte[] value) {
        int index = HeaderNames.isPseudo(name) ? map.indexOf(name) : -1;
        if (index < 0) {
            map.add(name, value);
            return;
        }
        byte[] first = map.value(index);
        byte[] joined = Arrays.copyOf(first, first.length + 1 + value.length);
        joined[first.length] = ',';
        System.arraycopy(value, 0, joined, first.length + 1, value.length);
        map.setValue(index, joined);
    }

    private static int indexOf(HostCall call, MapType type, HeaderMap map) {
        byte[] memory = call.memory();
        int address = call.int32(1);
        int size = call.int32(2);
        if (isAuthority(type, memory, address, size)) {
            return map.indexOf(HeaderNames.AUTHORITY);
        }
        return size == 0 ? -1 : map.indexOf(memory, address, size);
    }

    /** The name in slots 1 and 2 as the map keeps it: the array that is there already, or a lower-case copy. */
    private static byte[] name(HostCall call, MapType type, HeaderMap map, int index) {
        if (index >= 0) {
            return map.name(index);
        }
        return isAuthority(type, call.memory(), call.int32(1), call.int32(2))
                ? HeaderNames.AUTHORITY
                : HeaderNames.lowerCased(call.bytes(1));
    }

    private static boolean isAuthority(MapType type, byte[] bytes, int offset, int length) {
        return type == MapType.HTTP_REQUEST_HEADERS && HeaderNames.isHost(bytes, offset, length);
    }

    /** Whether the name in slots 1 and 2 and the value in slots 3 and 4 may go into a message. */
    private static boolean writable(HostCall call, String function) {
        byte[] memory = call.memory();
        @Nullable String fault = null;
        if (call.int32(2) == 0) {
            fault = "empty name (expected: a header name)";
        } else if (HeaderNames.hasLineBreak(memory, call.int32(1), call.int32(2))) {
            fault = "name holds CR, LF or NUL (nothing was changed)";
        } else if (HeaderNames.hasLineBreak(memory, call.int32(3), call.int32(4))) {
            fault = "value holds CR, LF or NUL (nothing was changed)";
        }
        if (fault != null && call.warns()) {
            call.warn(function + " " + call.shown(1) + ": " + fault);
        }
        return fault == null;
    }

    /** Whether the name and value in slots 1 to 4 fit beside {@code count} entries of {@code size} bytes. */
    private static boolean hasRoom(HostCall call, int count, int size) {
        return count < Limits.HEADER_MAP_COUNT && (long) size + call.int32(2) + call.int32(4) <= Limits.HEADER_MAP_SIZE;
    }

    private static Status full(HostCall call, String function, HeaderMap map) {
        if (call.warns()) {
            call.warn(function + ": the map is full (" + map.count() + " entries, " + map.byteSize()
                    + " bytes; expected: at most " + Limits.HEADER_MAP_COUNT + " entries and " + Limits.HEADER_MAP_SIZE
                    + " bytes)");
        }
        return Status.INTERNAL_FAILURE;
    }

    private static Status outOfPhase(HostCall call, String function, MapType type) {
        if (call.warns()) {
            call.warn(function + ": " + type + " cannot be changed in this phase");
        }
        return Status.BAD_ARGUMENT;
    }

    /** In 0.1.0 what is not there is an empty value. */
    private static Status absent(HostCall call, Status status) {
        return status == Status.NOT_FOUND && call.host().abiVersion() == AbiVersion.V0_1_0
                ? call.returnBlock(3, 0, 0)
                : status;
    }
}
