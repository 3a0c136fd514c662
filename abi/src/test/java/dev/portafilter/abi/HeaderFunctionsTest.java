package dev.portafilter.abi;

import static dev.portafilter.abi.FakeVm.FAR;
import static dev.portafilter.abi.FakeVm.OUT;
import static dev.portafilter.abi.FakeVm.OUT2;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeaderFunctionsTest {
    private static final int REQUEST = MapType.HTTP_REQUEST_HEADERS.ordinal();
    private static final int RESPONSE = MapType.HTTP_RESPONSE_HEADERS.ordinal();
    private static final List<String> BREAKING = List.of("a\rb", "a\nb", "a\0b", "\n");

    private final FakeVm vm = new FakeVm();
    private HeaderMap request;

    @BeforeEach
    void openRequestHeaders() {
        request = vm.stream.open(
                MapType.HTTP_REQUEST_HEADERS,
                ":authority",
                "example.com",
                ":path",
                "/",
                "x-a",
                "1",
                "x-empty",
                "",
                "x-a",
                "2");
    }

    @Test
    void value_inAnyCase_isTheFirstOne() {
        for (String name : List.of("x-a", "X-A", "x-A")) {
            assertThat(get(REQUEST, name)).isEqualTo(Status.OK);
            assertThat(vm.result()).isEqualTo("1");
        }
    }

    @Test
    void missingValue_isNotFound_andWritesNothing() {
        assertThat(get(REQUEST, "x-none")).isEqualTo(Status.NOT_FOUND);
        assertThat(vm.unwritten()).isTrue();
    }

    @Test
    void missingValue_in010_isOkAndEmpty() {
        vm.host.abiVersion = AbiVersion.V0_1_0;

        assertThat(get(REQUEST, "x-none")).isEqualTo(Status.OK);
        assertThat(vm.words()).isEqualTo("0/0");
        assertThat(get(REQUEST, "x-a")).isEqualTo(Status.OK);
        assertThat(vm.result()).isEqualTo("1");
    }

    @Test
    void emptyValue_isOkAndEmpty() {
        assertThat(get(REQUEST, "x-empty")).isEqualTo(Status.OK);
        assertThat(vm.words()).isEqualTo("0/0");
        assertThat(vm.guest.allocations).isEmpty();
    }

    @Test
    void host_ofARequest_isTheAuthority() {
        assertThat(get(REQUEST, "Host")).isEqualTo(Status.OK);
        assertThat(vm.result()).isEqualTo("example.com");
        vm.stream.open(MapType.HTTP_RESPONSE_HEADERS, "host", "r");
        assertThat(get(RESPONSE, "host")).isEqualTo(Status.OK);
        assertThat(vm.result()).isEqualTo("r");
    }

    @Test
    void host_ofARequest_isChangedAsTheAuthority() {
        assertThat(replace(REQUEST, "HOST", "new")).isEqualTo(Status.OK);
        assertThat(request.get(":authority")).isEqualTo("new");
        assertThat(add(REQUEST, "host", "more")).isEqualTo(Status.OK);
        assertThat(request.get(":authority")).isEqualTo("new,more");
        assertThat(remove(REQUEST, "host")).isEqualTo(Status.OK);
        assertThat(request.contains(":authority")).isFalse();
        assertThat(add(REQUEST, "host", "again")).isEqualTo(Status.OK);
        assertThat(request).hasToString("{:path: /, :authority: again, x-a: 1, x-empty: , x-a: 2}");
    }

    @Test
    void unavailableMap_readByValue_isWhatTheContextSays() {
        assertThat(get(RESPONSE, "x-a")).isEqualTo(Status.BAD_ARGUMENT);
        vm.stream.missingMapStatus = Status.NOT_FOUND;
        assertThat(get(RESPONSE, "x-a")).isEqualTo(Status.NOT_FOUND);
        vm.host.abiVersion = AbiVersion.V0_1_0;
        assertThat(get(RESPONSE, "x-a")).isEqualTo(Status.OK);
        assertThat(vm.words()).isEqualTo("0/0");
        vm.stream.missingMapStatus = Status.BAD_ARGUMENT;
        assertThat(get(RESPONSE, "x-a")).isEqualTo(Status.BAD_ARGUMENT);
    }

    @Test
    void unavailableMap_readAsPairs_isOkAndEmpty() {
        assertThat(vm.call("proxy_get_header_map_pairs", 3, OUT, OUT2)).isEqualTo(Status.OK);
        assertThat(vm.words()).isEqualTo("0/0");
    }

    @Test
    void emptyMap_readAsPairs_isOkAndEmpty() {
        vm.stream.open(MapType.HTTP_CALL_RESPONSE_TRAILERS);

        assertThat(vm.call("proxy_get_header_map_pairs", 7, OUT, OUT2)).isEqualTo(Status.OK);

        assertThat(vm.words()).isEqualTo("0/0");
        assertThat(vm.guest.allocations).isEmpty();
    }

    @Test
    void pairs_areAllEntriesInOrder() {
        assertThat(vm.call("proxy_get_header_map_pairs", REQUEST, OUT, OUT2)).isEqualTo(Status.OK);

        assertThat(HeaderCodec.decode(vm.guest.memory(), vm.guest.u32(OUT), vm.guest.u32(OUT2)))
                .isEqualTo(request);
        assertThat(vm.guest.allocations).containsExactly(HeaderCodec.encodedSize(request));
    }

    @Test
    void readOnlyMap_cannotBeChangedOrMeasured() {
        vm.stream.writable.clear();

        assertThat(add(REQUEST, "x-a", "3")).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(replace(REQUEST, "x-a", "3")).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(remove(REQUEST, "x-a")).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(setPairs(REQUEST, HeaderMap.of("x", "y"))).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(vm.call("proxy_get_header_map_size", REQUEST, OUT)).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(vm.unwritten()).isTrue();
        assertThat(vm.stream.asked).isEmpty();
        assertThat(vm.host.lines)
                .first()
                .isEqualTo("WARN 2 proxy_add_header_map_value: HTTP_REQUEST_HEADERS cannot be changed in this phase");
    }

    @Test
    void mapAbove7_isBadArgument_inAllSevenFunctions_evenWithBadRanges() {
        for (long map : new long[] {8, 0xFFFF_FFFFL}) {
            for (String function : List.of(
                    "proxy_get_header_map_value",
                    "proxy_add_header_map_value",
                    "proxy_replace_header_map_value",
                    "proxy_remove_header_map_value",
                    "proxy_get_header_map_pairs",
                    "proxy_set_header_map_pairs",
                    "proxy_get_header_map_size")) {
                long[] arguments =
                        new long[HostFunctions.of(function).parameterTypes().size()];
                Arrays.fill(arguments, FAR);
                arguments[0] = map;
                assertThat(HostFunctions.of(function).call(vm.call, arguments))
                        .as(function)
                        .isEqualTo(Status.BAD_ARGUMENT);
            }
        }
    }

    @Test
    void badRanges_areInvalidMemoryAccess_evenWhenTheMapIsUnavailable() {
        assertThat(vm.call("proxy_get_header_map_value", RESPONSE, FAR, 1, OUT, OUT2))
                .isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_add_header_map_value", REQUEST, "x", FAR, 1)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_set_header_map_pairs", REQUEST, FAR, 1)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(request.count()).isEqualTo(5);
    }

    @Test
    void add_onAnExistingName_isAnotherEntryAtTheEnd() {
        assertThat(add(REQUEST, "X-A", "3")).isEqualTo(Status.OK);

        assertThat(request).hasToString("{:authority: example.com, :path: /, x-a: 1, x-empty: , x-a: 2, x-a: 3}");
        assertThat(vm.stream.asked).containsExactly("mapChanged HTTP_REQUEST_HEADERS");
    }

    @Test
    void add_onAnExistingPseudoHeader_joinsInPlace() {
        assertThat(add(REQUEST, ":authority", "b")).isEqualTo(Status.OK);

        assertThat(request).hasToString("{:authority: example.com,b, :path: /, x-a: 1, x-empty: , x-a: 2}");
    }

    @Test
    void add_ofANewName_isStoredLowerCase() {
        assertThat(add(REQUEST, "X-New", "Value")).isEqualTo(Status.OK);

        assertThat(request.nameText(5)).isEqualTo("x-new");
        assertThat(request.valueText(5)).isEqualTo("Value");
    }

    @Test
    void replace_onTwoEntries_isOneAtTheEnd() {
        assertThat(replace(REQUEST, "X-A", "9")).isEqualTo(Status.OK);

        assertThat(request).hasToString("{:authority: example.com, :path: /, x-empty: , x-a: 9}");
        assertThat(vm.stream.asked).containsExactly("mapChanged HTTP_REQUEST_HEADERS");
    }

    @Test
    void replace_withAnEmptyValue_keepsTheName() {
        assertThat(replace(REQUEST, "x-a", "")).isEqualTo(Status.OK);
        assertThat(request.get("x-a")).isEmpty();
    }

    @Test
    void replace_ofAPseudoHeader_isApplied() {
        assertThat(replace(REQUEST, ":path", "/new")).isEqualTo(Status.OK);
        assertThat(request.get(":path")).isEqualTo("/new");
    }

    @Test
    void remove_takesAllEntries_andTellsOnlyRealChanges() {
        assertThat(remove(REQUEST, "X-A")).isEqualTo(Status.OK);
        assertThat(remove(REQUEST, "x-a")).isEqualTo(Status.OK);

        assertThat(request).hasToString("{:authority: example.com, :path: /, x-empty: }");
        assertThat(vm.stream.asked).containsExactly("mapChanged HTTP_REQUEST_HEADERS");
    }

    @Test
    void setPairs_replacesTheWholeMap_withLowerCaseNames() {
        assertThat(setPairs(REQUEST, raw("X-B", "1", ":Path", "/p", "x-b", "2")))
                .isEqualTo(Status.OK);

        assertThat(request).hasToString("{:path: /p, x-b: 1, x-b: 2}");
        assertThat(vm.stream.asked).containsExactly("mapChanged HTTP_REQUEST_HEADERS");
    }

    @Test
    void setPairs_withHostAndRepeatedPseudoHeaders_joinsThem() {
        assertThat(setPairs(REQUEST, raw("Host", "a", ":authority", "b", ":path", "/1", ":path", "/2")))
                .isEqualTo(Status.OK);

        // Pseudo-headers are decoded in front of the others.
        assertThat(request).hasToString("{:authority: b,a, :path: /1,/2}");
    }

    @Test
    void setPairs_withMalformedBytes_clearsTheMap_andLogs() {
        assertThat(vm.call("proxy_set_header_map_pairs", REQUEST, "garbage")).isEqualTo(Status.OK);

        assertThat(request.count()).isZero();
        assertThat(vm.host.lines)
                .singleElement()
                .asString()
                .startsWith("WARN 2 proxy_set_header_map_pairs: malformed pairs of 7 bytes count as none");
    }

    @Test
    void setPairs_withNoBytes_clearsTheMap_silently() {
        assertThat(vm.call("proxy_set_header_map_pairs", REQUEST, 0, 0)).isEqualTo(Status.OK);

        assertThat(request.count()).isZero();
        assertThat(vm.host.lines).isEmpty();
    }

    @Test
    void setPairs_keepsAnEmptyName() {
        assertThat(setPairs(REQUEST, HeaderMap.of("", "v"))).isEqualTo(Status.OK);
        assertThat(request).hasToString("{: v}");
    }

    @Test
    void lineBreaks_areBadArgument_andNothingChanges() {
        HeaderMap before = request.copy();
        for (String text : BREAKING) {
            assertThat(add(REQUEST, "x-a", text)).isEqualTo(Status.BAD_ARGUMENT);
            assertThat(add(REQUEST, text, "v")).isEqualTo(Status.BAD_ARGUMENT);
            assertThat(replace(REQUEST, "x-a", text)).isEqualTo(Status.BAD_ARGUMENT);
            assertThat(replace(REQUEST, text, "v")).isEqualTo(Status.BAD_ARGUMENT);
            assertThat(setPairs(REQUEST, raw("x", "y", "z", text))).isEqualTo(Status.BAD_ARGUMENT);
            assertThat(setPairs(REQUEST, raw(text, ""))).isEqualTo(Status.BAD_ARGUMENT);
        }

        assertThat(request).isEqualTo(before);
        assertThat(vm.stream.asked).isEmpty();
        assertThat(vm.host.lines).hasSize(6 * BREAKING.size());
        assertThat(vm.host.lines.get(0))
                .isEqualTo("WARN 2 proxy_add_header_map_value \"x-a\": value holds CR, LF or NUL"
                        + " (nothing was changed)");
    }

    @Test
    void bytesAbove7F_passUnchanged() {
        assertThat(add(REQUEST, "x-b", "\u0080\u00FF\t")).isEqualTo(Status.OK);
        assertThat(get(REQUEST, "x-b")).isEqualTo(Status.OK);
        assertThat(vm.result()).isEqualTo("\u0080\u00FF\t");
    }

    @Test
    void emptyName_isNeverWrittenOrFound() {
        assertThat(add(REQUEST, "", "v")).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(replace(REQUEST, "", "v")).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(get(REQUEST, "")).isEqualTo(Status.NOT_FOUND);
        assertThat(remove(REQUEST, "")).isEqualTo(Status.OK);
        assertThat(request.count()).isEqualTo(5);
    }

    @Test
    void size_isTheSumOfBytes() {
        vm.stream.open(MapType.HTTP_RESPONSE_TRAILERS, "a", "bc");

        assertThat(vm.call("proxy_get_header_map_size", 3, OUT)).isEqualTo(Status.OK);

        assertThat(vm.guest.u32(OUT)).isEqualTo(3);
        assertThat(vm.stream.asked).isEmpty();
    }

    @Test
    void effectiveContext_isTheOneWhoseMapsCount() {
        HeaderMap other = vm.root.open(MapType.HTTP_REQUEST_HEADERS);
        vm.call("proxy_set_effective_context", FakeVm.ROOT);

        assertThat(add(REQUEST, "x-b", "1")).isEqualTo(Status.OK);

        assertThat(other).hasToString("{x-b: 1}");
        assertThat(request.count()).isEqualTo(5);
    }

    @Test
    void fullMap_takesNoMore_butCanBeReplacedIn() {
        while (request.count() < Limits.HEADER_MAP_COUNT) {
            request.add("x-fill", "");
        }

        assertThat(add(REQUEST, "x-b", "1")).isEqualTo(Status.INTERNAL_FAILURE);
        assertThat(replace(REQUEST, "x-b", "1")).isEqualTo(Status.INTERNAL_FAILURE);
        assertThat(replace(REQUEST, "x-empty", "1")).isEqualTo(Status.OK);
        assertThat(remove(REQUEST, "x-fill")).isEqualTo(Status.OK);
        assertThat(add(REQUEST, "x-b", new String(new char[Limits.HEADER_MAP_SIZE]).replace('\0', 'v')))
                .isEqualTo(Status.INTERNAL_FAILURE);
        assertThat(add(REQUEST, "x-b", "1")).isEqualTo(Status.OK);
    }

    private Status get(int map, String name) {
        return vm.call("proxy_get_header_map_value", map, name, OUT, OUT2);
    }

    private Status add(int map, String name, String value) {
        return vm.call("proxy_add_header_map_value", map, name, value);
    }

    private Status replace(int map, String name, String value) {
        return vm.call("proxy_replace_header_map_value", map, name, value);
    }

    private Status remove(int map, String name) {
        return vm.call("proxy_remove_header_map_value", map, name);
    }

    private Status setPairs(int map, HeaderMap pairs) {
        return vm.call("proxy_set_header_map_pairs", map, pairs);
    }

    /** Pairs whose names are as given. */
    private static HeaderMap raw(String... namesAndValues) {
        HeaderMap map = new HeaderMap();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.add(FakeVm.latin1(namesAndValues[i]), FakeVm.latin1(namesAndValues[i + 1]));
        }
        return map;
    }
}
