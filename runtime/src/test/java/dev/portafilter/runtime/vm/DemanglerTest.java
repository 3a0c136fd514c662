package dev.portafilter.runtime.vm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names from real modules and from the examples of the two specifications. */
class DemanglerTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE | core::fmt::Write::write_fmt",
                "_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE.llvm.123 | core::fmt::Write::write_fmt",
                "_ZN71_$LT$$RF$alloc..string..String$u20$as$u20$core..fmt..Debug$u2b$Send$GT$3fmt17h0123456789abcdefE"
                        + " | <&alloc::string::String as core::fmt::Debug+Send>::fmt",
                "_ZN33_$LP$T$C$$BP$const$u5b$x$u5d$$RP$3get17h0123456789abcdefE | (T,*const[x])::get",
            })
    void rustNames_ofTheOlderScheme_areReadable(String raw, String readable) {
        assertThat(Demangler.demangle(raw)).isEqualTo(readable);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "_RNvCs1234_7mycrate3foo | mycrate::foo",
                "_RNvNtCs1234_7mycrate3foo3bar | mycrate::foo::bar",
                "_RNCNvCsgStHSCytQ6I_7mycrate4main0B3_ | mycrate::main::{closure#0}",
                "_RNCNvCsgStHSCytQ6I_7mycrate4mains_0B3_ | mycrate::main::{closure#1}",
                "_RNvMs_NtCsdNFWmpqwgVC_10serde_json5errorNtB4_5Error6syntax | <serde_json::error::Error>::syntax",
                "_RNvXCs_7mycrateNtB2_3FooNtB2_5Trait3run | <mycrate::Foo as mycrate::Trait>::run",
                "_RNvYNtCs_7mycrate3FooNtB4_5Trait3run | <mycrate::Foo as mycrate::Trait>::run",
                "_RINvNtCsiKFBq04z1Nt_5alloc3vec9from_elemhECsfKmK9y5dV3P_9misbehave | alloc::vec::from_elem::<u8>",
                "_RINvCs_7mycrate3fooRShQeTlxEAbj3_E | mycrate::foo::<&[u8], &mut str, (i32, i64), [bool; 3]>",
                "_RINvCs_7mycrate3fooFKCjEuDNtB2_5TraitEL_OhPaE"
                        + " | mycrate::foo::<extern \"C\" fn(usize), dyn mycrate::Trait, *mut u8, *const i8>",
                "_RINvCs_7mycrate3fooKb1_Kc41_Kln5_KpE | mycrate::foo::<true, 'A', -5, _>",
                "_RNSNvCs_7mycrate3foo6vtable0B3_ | mycrate::foo::{shim:vtable#0}",
                "_RNvCs_7mycrateu8gdel_5qa | mycrate::punycode{gdel_5qa}",
            })
    void rustNames_ofTheNewerScheme_areReadable(String raw, String readable) {
        assertThat(Demangler.demangle(raw)).isEqualTo(readable);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "_Z3fooi | foo",
                "_ZN3foo3barEv | foo::bar",
                "_ZNK3foo3barEPKc | foo::bar",
                "_ZN3fooC2Ev | foo::foo",
                "_ZN3fooD0Ev | foo::~foo",
                "_ZN12_GLOBAL__N_13runEv | (anonymous namespace)::run",
                "_ZN3foo3barIiLb1ELi-5EEEvT_ | foo::bar<int, true, -5>",
                "_Z3maxIdET_S0_S0_ | max<double>",
                "_ZNSt3__26vectorIiNS_9allocatorIiEEE9push_backERKi"
                        + " | std::__2::vector<int, std::__2::allocator<int>>::push_back",
                "_ZNSt6vectorISsSaISsEE5beginEv | std::vector<std::string, std::allocator<std::string>>::begin",
                "_ZSt4moveIRiEONSt16remove_referenceIT_E4typeEOS2_ | std::move<int&>",
                "_ZN3fooeqERKS_ | foo::operator==",
                "_ZN3foocvbEv | foo::operator bool",
                "_ZNSt8functionIFviPKcEEclEiS1_ | std::function<void (int, char const*)>::operator()",
                "_ZZN3foo3barEvENKUlvE_clEv | foo::bar::{lambda#1}::operator()",
                "_ZZN3foo3barEvENKUliE0_clEi | foo::bar::{lambda#2}::operator()",
                "_ZThn8_N3foo3runEv | thunk to foo::run",
                "_ZN3fooB5cxx113runEv | foo[abi:cxx11]::run",
                "_ZN1AIA4_cM1BiE1fEv | A<char[4], int B::*>::f",
            })
    void cppNames_areReadableWithoutParameters(String raw, String readable) {
        assertThat(Demangler.demangle(raw)).isEqualTo(readable);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "main.run",
                "assembly/index/Foo#bar",
                "_Z",
                "_ZN",
                "_ZN99999foo",
                "_ZN3foo",
                "_R",
                "_RNv",
                "_RNvC9999999foo",
                "_RB_",
                "_RNvNvB1_",
                "_ZNS_3fooE",
                "_ZNT_3fooE",
                "_RINvC1a1bYYYYYYYY",
            })
    void names_ofNoKnownKind_stayAsTheyAre(String raw) {
        assertThat(Demangler.demangle(raw)).isEqualTo(raw);
    }

    @Test
    void names_thatUnfoldWithoutEnd_stayAsTheyAre() {
        String deep = "_RNvM" + "C1a" + "R".repeat(5000) + "a1f";
        String wide = "_ZN1aI" + "S_".repeat(10) + "N1b" + "P".repeat(5000) + "iEE";

        assertThat(Demangler.demangle(deep)).isEqualTo(deep);
        assertThat(Demangler.demangle(wide)).isEqualTo(wide);
    }
}
