package dev.portafilter.abi;

import static dev.portafilter.abi.FakeVm.FAR;
import static dev.portafilter.abi.FakeVm.OUT;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HttpCallFunctionsTest {
    private static final HeaderMap GOOD = HeaderMap.of(":method", "GET", ":path", "/", ":authority", "x");

    private final FakeVm vm = new FakeVm();

    @Test
    void goodCall_isStarted_andGivesItsToken() {
        HeaderMap headers = HeaderMap.of(":method", "POST", ":path", "/p?q", ":authority", "a", "x-r", "1", "x-r", "2");

        assertThat(vm.call("proxy_http_call", "callout", headers, "the body", HeaderMap.of("tr", "1"), 1000, OUT))
                .isEqualTo(Status.OK);

        assertThat(vm.guest.u32(OUT)).isEqualTo(4);
        assertThat(vm.stream.asked).containsExactly("httpCall callout the body 1000");
        assertThat(vm.stream.sentHeaders).isEqualTo(headers);
        assertThat(vm.stream.sentTrailers).hasToString("{tr: 1}");
    }

    @Test
    void names_areLowerCased() {
        HeaderMap headers = GOOD.copy();
        headers.add(FakeVm.latin1("X-Upper"), FakeVm.latin1("V"));

        assertThat(start(headers)).isEqualTo(Status.OK);

        assertThat(vm.stream.sentHeaders.nameText(3)).isEqualTo("x-upper");
    }

    @Test
    void everyBadRange_isInvalidMemoryAccess_andLeavesTheTokenUnwritten() {
        for (int slot = 0; slot < 8; slot += 2) {
            long[] arguments = vm.slots("callout", GOOD, "", "", 1000, OUT);
            arguments[slot] = FAR;
            arguments[slot + 1] = 4;
            assertThat(HostFunctions.of("proxy_http_call").call(vm.call, arguments))
                    .isEqualTo(Status.INVALID_MEMORY_ACCESS);
        }

        assertThat(vm.unwritten()).isTrue();
        assertThat(vm.stream.asked).isEmpty();
    }

    @Test
    void badTokenAddress_isInvalidMemoryAccess_evenWithBadHeaders_andNoCallGoesOut() {
        assertThat(vm.call("proxy_http_call", "callout", GOOD, "", "", 1000, FAR))
                .isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_http_call", "callout", "", "", "", -1, FAR)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.stream.asked).isEmpty();
    }

    @Test
    void timeout_from2To31_isBadArgument_andToken0() {
        assertThat(vm.call("proxy_http_call", "callout", GOOD, "", "", 0xFFFF_FFFF, OUT))
                .isEqualTo(Status.BAD_ARGUMENT);
        assertThat(vm.guest.u32(OUT)).isZero();
        assertThat(vm.call("proxy_http_call", "callout", GOOD, "", "", 0x8000_0000, OUT))
                .isEqualTo(Status.BAD_ARGUMENT);
        assertThat(vm.stream.asked).isEmpty();
        assertThat(vm.call("proxy_http_call", "callout", GOOD, "", "", 0x7FFF_FFFF, OUT))
                .isEqualTo(Status.OK);
        assertThat(vm.call("proxy_http_call", "callout", GOOD, "", "", 0, OUT)).isEqualTo(Status.OK);
    }

    @Test
    void whatTheContextRefuses_leavesToken0() {
        for (Status status : List.of(Status.BAD_ARGUMENT, Status.INTERNAL_FAILURE)) {
            vm.stream.answer = status;
            assertThat(start(GOOD)).isEqualTo(status);
            assertThat(vm.guest.u32(OUT)).isZero();
        }
    }

    @Test
    void missingPseudoHeaders_areBadArgument_andToken0() {
        assertRefused(HeaderMap.of(":path", "/", ":authority", "x"), "no :method");
        assertRefused(HeaderMap.of(":methodx", "GET", ":path", "/", ":authority", "x"), "no :method");
        assertRefused(HeaderMap.of(":method", "GET", ":authority", "x"), "no :path");
        assertRefused(HeaderMap.of(":method", "GET", ":path", "/"), "no :authority");
        assertRefused(new HeaderMap(), "no :method");
    }

    @Test
    void malformedHeaders_countAsMissing() {
        assertThat(vm.call("proxy_http_call", "callout", "garbage", "", "", 1000, OUT))
                .isEqualTo(Status.BAD_ARGUMENT);
        assertThat(vm.guest.u32(OUT)).isZero();
        assertThat(vm.host.lines).hasSize(2);
    }

    @Test
    void repeatedPseudoHeaders_areBadArgument() {
        for (String name : List.of(":method", ":path", ":authority")) {
            HeaderMap headers = GOOD.copy();
            headers.add(name, "x");
            assertRefused(headers, "repeated pseudo-header");
        }
    }

    @Test
    void emptyPseudoHeaders_areAccepted() {
        assertThat(start(HeaderMap.of(":method", "GET", ":path", "/b", ":authority", "")))
                .isEqualTo(Status.OK);
        assertThat(start(HeaderMap.of(":method", "GET", ":path", "", ":authority", "a")))
                .isEqualTo(Status.OK);
        assertThat(start(HeaderMap.of(":method", "", ":path", "/c", ":authority", "a")))
                .isEqualTo(Status.OK);
    }

    @Test
    void host_satisfiesTheAuthority_andJoinsIt() {
        assertThat(start(HeaderMap.of(":method", "GET", ":path", "/a", "Host", "h")))
                .isEqualTo(Status.OK);
        assertThat(vm.stream.sentHeaders).hasToString("{:method: GET, :path: /a, :authority: h}");
        assertThat(start(HeaderMap.of(":method", "GET", ":path", "/a", ":authority", "a", "host", "h")))
                .isEqualTo(Status.OK);
        assertThat(vm.stream.sentHeaders).hasToString("{:method: GET, :path: /a, :authority: a,h}");
    }

    @Test
    void lineBreaks_areBadArgument() {
        for (String text : List.of("a\rb", "a\nb", "a\0b")) {
            HeaderMap value = GOOD.copy();
            value.add("x-a", text);
            assertRefused(value, "header 3 holds CR, LF or NUL");
            HeaderMap name = GOOD.copy();
            name.add(text, "");
            assertRefused(name, "header 3 holds CR, LF or NUL");
            assertThat(vm.call("proxy_http_call", "callout", GOOD, "", HeaderMap.of("t", text), 1000, OUT))
                    .isEqualTo(Status.BAD_ARGUMENT);
            assertThat(vm.guest.u32(OUT)).isZero();
        }
        assertThat(vm.stream.asked).isEmpty();
    }

    @Test
    void spacesInTheRequestLine_areBadArgument() {
        assertRefused(HeaderMap.of(":method", "GE T", ":path", "/", ":authority", "x"), "space in :method or :path");
        assertRefused(HeaderMap.of(":method", "GET", ":path", "/ x", ":authority", "x"), "space in :method or :path");
    }

    @Test
    void unsendableEntries_areDropped() {
        HeaderMap headers = GOOD.copy();
        headers.add("", "v");

        assertThat(vm.call(
                        "proxy_http_call",
                        "callout",
                        headers,
                        "",
                        HeaderMap.of(":path", "/", "", "", "t", "1"),
                        1000,
                        OUT))
                .isEqualTo(Status.OK);

        assertThat(vm.stream.sentHeaders).isEqualTo(GOOD);
        assertThat(vm.stream.sentTrailers).hasToString("{t: 1}");
    }

    @Test
    void upstreamName_inALogLine_isShortened() {
        assertThat(vm.call("proxy_http_call", "u".repeat(1000), "", "", "", 1000, OUT))
                .isEqualTo(Status.BAD_ARGUMENT);

        assertThat(vm.host.lines)
                .containsExactly("WARN 2 proxy_http_call \"" + "u".repeat(100)
                        + "…\": no :method (expected: :method, :path and :authority)");
    }

    private Status start(HeaderMap headers) {
        return vm.call("proxy_http_call", "callout", headers, "", "", 1000, OUT);
    }

    private void assertRefused(HeaderMap headers, String reason) {
        int asked = vm.stream.asked.size();
        vm.host.lines.clear();
        assertThat(start(headers)).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(vm.guest.u32(OUT)).isZero();
        assertThat(vm.stream.asked).hasSize(asked);
        assertThat(vm.host.lines).singleElement().asString().contains("proxy_http_call \"callout\": " + reason);
    }
}
