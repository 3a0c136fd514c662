package dev.portafilter.resources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.resources.ModuleUrl.MalformedUrlException;
import dev.portafilter.resources.ModuleUrl.Scheme;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors T-002 to T-010 and T-013, and the table of section 1.4. */
class ModuleUrlTest {
    private static final String DIGEST = "a".repeat(64);

    @ParameterizedTest
    @CsvSource({
        "oci://test.com/test, test.com, test, latest",
        "test.com/test, test.com, test, latest",
        "test, index.docker.io, library/test, latest",
        "busybox:1.36, index.docker.io, library/busybox, 1.36",
        "user/app, index.docker.io, user/app, latest",
        "docker.io/app:1, index.docker.io, library/app, 1",
        "quay.io/my-username/my-plugin:latest, quay.io, my-username/my-plugin, latest",
        "private-registry:5000/openid-connect/openid:latest, private-registry:5000, openid-connect/openid, latest",
        "10.0.0.5:5000/a:1, 10.0.0.5:5000, a, 1",
        "localhost:5000/a, localhost:5000, a, latest",
        "localhost/a, localhost, a, latest",
        "oci://my_registry:5000/a, my_registry:5000, a, latest",
        "OCI://quay.io/a, quay.io, a, latest",
        "oci://[::1]:5000/a:2, [::1]:5000, a, 2",
        "registry.io:8080/corp/repo:latest, registry.io:8080, corp/repo, latest",
    })
    void image_isSplitIntoItsParts(String url, String host, String repository, String tag) {
        ModuleUrl parsed = ModuleUrl.parse(url);
        assertThat(parsed.scheme()).isEqualTo(Scheme.OCI);
        assertThat(parsed.text()).isEqualTo(url);
        assertThat(parsed.image()).isNotNull();
        assertThat(parsed.image().host()).isEqualTo(host);
        assertThat(parsed.image().repository()).isEqualTo(repository);
        assertThat(parsed.image().tag()).isEqualTo(tag);
        assertThat(parsed.image().digest()).isNull();
        assertThat(parsed.image().impliedTag()).isEqualTo(!url.contains(":" + tag));
    }

    @Test
    void image_withTagAndDigest_isKnownByItsDigest() {
        ImageReference image =
                ModuleUrl.parse("oci://quay.io/a/b:1@sha256:" + DIGEST).image();
        assertThat(image).hasToString("quay.io/a/b@sha256:" + DIGEST);
        assertThat(image.tag()).isEqualTo("1");
        assertThat(image.name()).isEqualTo("quay.io/a/b");
    }

    @ParameterizedTest
    @CsvSource({
        "file://fake.wasm, fake.wasm",
        "file:///opt/filters/openid.wasm, /opt/filters/openid.wasm",
        "FILE:///x, /x",
        "file:/x, /x",
        "file:///a%20b, /a%20b",
        "file:///a b?c#d, /a b?c#d",
    })
    void file_isEverythingBehindTheScheme(String url, String path) {
        ModuleUrl parsed = ModuleUrl.parse(url);
        assertThat(parsed.scheme()).isEqualTo(Scheme.FILE);
        assertThat(parsed.path()).isEqualTo(path);
        assertThat(parsed.image()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "http://test.com/test, HTTP",
        "HTTP://h/x, HTTP",
        "https://h:8443/x.wasm?v=1, HTTPS",
        "https://under_score/x, HTTPS",
        "https://[::1]:1/x, HTTPS",
        "http://h, HTTP",
    })
    void web_isKeptAsWritten(String url, Scheme scheme) {
        ModuleUrl parsed = ModuleUrl.parse(url);
        assertThat(parsed.scheme()).isEqualTo(scheme);
        assertThat(parsed).hasToString(url);
    }

    @ParameterizedTest
    @CsvSource({
        "'', V-02",
        "ftp://test.com/test, V-04",
        "fake://x, V-04",
        "#%blah$#@, V-06",
        "oci:///x, V-05",
        "http:///x, V-05",
        "https://:80/x, V-05",
        "file://, V-05",
        "file:/, ",
        "oci://quay.io, V-05",
        "quay.io, V-05",
        "oci://quay.io/, V-05",
        "oci://, V-05",
        "oci:foo/bar, V-03",
        "http:foo, V-03",
        "HTTPS:foo, V-03",
        "http://a b/x, V-03",
        "http://user:password@h/x, V-03",
        "http://h:x/y, V-03",
        "http://[zz]/y, V-03",
        "oci://quay.io/a?b, V-06",
        "oci://quay.io/a#b, V-06",
        "oci://quay.io/A, V-06",
        "oci://quay.io/a//b, V-06",
        "oci://quay.io/a/, V-06",
        "oci://quay.io/a:, V-06",
        "oci://quay.io/a:b/c:, V-06",
        "oci://ho st:1/a, V-06",
    })
    void malformed_namesTheRule(String url, String rule) {
        if (rule == null) {
            assertThat(ModuleUrl.parse(url).path()).isEqualTo("/");
            return;
        }
        assertThatThrownBy(() -> ModuleUrl.parse(url))
                .isInstanceOfSatisfying(
                        MalformedUrlException.class, e -> assertThat(e.rule()).isEqualTo(rule));
    }

    @Test
    void controlCharacters_areRefused() {
        assertThatThrownBy(() -> ModuleUrl.parse("file:///a\nb")).hasMessage("has a control character");
        assertThatThrownBy(() -> ModuleUrl.parse("oci://quay.io/a\u0000")).hasMessage("has a control character");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sha256:aaa", "sha512:" + "a", "sha256:", "x", "sha256:AAAA"})
    void digest_mustBeSha256InLowerCase(String digest) {
        String padded = digest.equals("sha256:AAAA") ? "sha256:" + "A".repeat(64) : digest;
        assertThatThrownBy(() -> ModuleUrl.parse("oci://h/r@" + padded))
                .isInstanceOfSatisfying(
                        MalformedUrlException.class, e -> assertThat(e.rule()).isEqualTo("V-07"));
    }

    @Test
    void tagAndRepository_areBounded() {
        assertThat(ModuleUrl.parse("h.io/a:" + "t".repeat(128)).image().tag()).hasSize(128);
        assertThatThrownBy(() -> ModuleUrl.parse("h.io/a:" + "t".repeat(129))).hasMessage("has an ill-formed tag");
        assertThat(ModuleUrl.parse("h.io/" + "r".repeat(255)).image().repository())
                .hasSize(255);
        assertThatThrownBy(() -> ModuleUrl.parse("h.io/" + "r".repeat(256))).hasMessage("has an ill-formed repository");
    }
}
