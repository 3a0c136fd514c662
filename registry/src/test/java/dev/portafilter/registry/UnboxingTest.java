package dev.portafilter.registry;

import static dev.portafilter.registry.Boxes.entry;
import static dev.portafilter.registry.Boxes.gzip;
import static dev.portafilter.registry.Boxes.tar;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class UnboxingTest {
    private static final byte[] MODULE = FixedVectors.TINY_MODULE;
    private static final byte[] OTHER = FixedVectors.SIGNED_MODULE;

    @Test
    @DisplayName("T-087: a module plain, in tar, in gzip, in tar.gz is the same module")
    void module_inAnyBox_isTheSame() throws Exception {
        byte[] tar = tar(entry("m.wasm", '0', MODULE));
        assertThat(unbox(MODULE)).isEqualTo(MODULE);
        assertThat(unbox(tar)).isEqualTo(MODULE);
        assertThat(unbox(gzip(MODULE))).isEqualTo(MODULE);
        assertThat(unbox(gzip(tar))).isEqualTo(MODULE);
        assertThat(unbox(tar(entry("m.wasm.gz", '0', gzip(MODULE))))).isEqualTo(MODULE);
    }

    @Test
    void tarEntry_isTheFirstFile_unlessOneIsNamedPlugin() throws Exception {
        byte[] link = entry("plugin.wasm", '2', new byte[0]);
        byte[] directory = entry("d/", '5', new byte[0]);
        byte[] first = entry("a.wasm", '0', OTHER);
        assertThat(unbox(tar(directory, link, first, entry("b.wasm", '0', MODULE))))
                .isEqualTo(OTHER);
        assertThat(unbox(tar(first, entry("./d/plugin.wasm", '0', MODULE)))).isEqualTo(MODULE);
        byte[] longName = entry("././@LongLink", 'L', bytes("d".repeat(120) + "/plugin.wasm\0"));
        assertThat(unbox(tar(first, longName, entry("d", '0', MODULE)))).isEqualTo(MODULE);
        byte[] pax = entry("x", 'x', bytes("13 mtime=1.2\n25 path=long/plugin.wasm\n"));
        assertThat(unbox(tar(first, pax, entry("long", '0', MODULE)))).isEqualTo(MODULE);
        assertThat(unbox(tar(first, entry("x", 'g', bytes("20 path=plugin.wasm\n")), entry("b", '0', MODULE))))
                .isEqualTo(OTHER);
    }

    @Test
    void boxes_beyondTheLimit_areRefused() throws Exception {
        byte[] four = gzip(gzip(gzip(gzip(MODULE))));
        assertThat(unbox(four)).isEqualTo(MODULE);
        assertThat(refused(gzip(four), 1000).code()).isEqualTo("limit.boxes");
    }

    @Test
    void content_beyondTheLimit_isRefused() throws Exception {
        byte[] bomb = gzip(new byte[10_000_000]);
        FetchException e = refused(bomb, 1_000_000);
        assertThat(e).hasMessage("limit.moduleTooLarge: m: is larger than 1000000 bytes when unpacked (limit)");
        assertThat(Unboxing.unbox(gzip(MODULE), 8, "m")).isEqualTo(MODULE);
        assertThat(refused(gzip(MODULE), 7).code()).isEqualTo("limit.moduleTooLarge");
    }

    @Test
    void brokenBoxes_areRefused() {
        byte[] gzip = gzip(OTHER);
        byte[] tar = tar(entry("m.wasm", '0', new byte[2000]));
        byte[] negative = entry("m.wasm", '0', MODULE);
        Arrays.fill(negative, 124, 136, (byte) 0xff);
        Boxes.sign(negative);
        byte[] unsigned = entry("m.wasm", '0', MODULE);
        unsigned[0] = 'n';
        for (byte[] broken : List.of(
                Arrays.copyOf(gzip, gzip.length - 12), Arrays.copyOf(tar, 1024), tar(negative), tar(unsigned))) {
            assertThat(refused(broken, 9000).code()).isEqualTo("image.layerInvalid");
        }
        assertThat(refused(tar(entry("d/", '5', new byte[0])), 9000))
                .hasMessageContaining("m: the archive holds no file");
    }

    @Test
    @DisplayName("T-091: what is no module stays as it is, and is module.invalidMagic")
    void otherBytes_areRefusedByTheirMagic() throws Exception {
        byte[] text = bytes("wasm\n");
        assertThat(unbox(text)).isEqualTo(text);
        FetchException e =
                catchThrowableOfType(FetchException.class, () -> ModuleBytes.check(text, "https://h/m.wasm"));
        assertThat(e)
                .hasMessage(
                        "module.invalidMagic: https://h/m.wasm: is no WebAssembly module (expected: 00 61 73 6d first)");
        byte[] component = {0, 'a', 's', 'm', 0x0d, 0, 1, 0};
        assertThat(catchThrowableOfType(FetchException.class, () -> ModuleBytes.check(component, "m"))
                        .code())
                .isEqualTo("module.component");
        ModuleBytes.check(MODULE, "m");
    }

    private static byte[] unbox(byte[] bytes) throws FetchException {
        return Unboxing.unbox(bytes, 9000, "m");
    }

    private static FetchException refused(byte[] bytes, long mostBytes) {
        return catchThrowableOfType(FetchException.class, () -> Unboxing.unbox(bytes, mostBytes, "m"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
