package dev.portafilter.resources;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Secrets among the resources: what is read of them, and that nothing of it is ever said. */
class PullSecretTest {
    private static final String JSON_TYPE = "kubernetes.io/dockerconfigjson";
    private static final String PASSWORD = "s3cretword";
    private static final String CONFIG = "{\"auths\":{\"h.io\":{\"auth\":\"" + base64("barista:" + PASSWORD) + "\"}}}";

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String secret(String type, String... lines) {
        return "apiVersion: v1\nkind: Secret\nmetadata: {name: login, namespace: ns}\ntype: " + type + "\n"
                + String.join("\n", lines) + "\n";
    }

    private static ResourceSet read(String text) {
        ResourceSet set =
                ResourceReader.read("secrets.yaml", text.getBytes(StandardCharsets.UTF_8), ReadOptions.DEFAULT);
        assertThat(set.toString()).doesNotContain(PASSWORD, base64("barista:" + PASSWORD), base64(CONFIG));
        return set;
    }

    private static String config(ResourceSet set, String key) {
        assertThat(set.problems()).isEmpty();
        assertThat(set.secrets()).hasSize(1);
        return new String(set.secrets().get(0).data().get(key), StandardCharsets.UTF_8);
    }

    @Test
    void secret_ofDockersConfiguration_isRead_fromBase64_orText() {
        ResourceSet encoded = read(secret(JSON_TYPE, "data:", "  .dockerconfigjson: " + base64(CONFIG)));
        assertThat(config(encoded, ".dockerconfigjson")).isEqualTo(CONFIG);
        assertThat(encoded.secrets()).hasToString("[Secret ns/login]");
        assertThat(encoded.secrets().get(0).type()).isEqualTo(JSON_TYPE);
        assertThat(encoded.secrets().get(0).position()).hasToString("secrets.yaml:1:1");
        assertThat(encoded.skipped()).isEmpty();

        ResourceSet plain = read(secret(JSON_TYPE, "stringData:", "  .dockerconfigjson: '" + CONFIG + "'"));
        assertThat(config(plain, ".dockerconfigjson")).isEqualTo(CONFIG);

        ResourceSet both = read(secret(
                JSON_TYPE, "stringData: {.dockerconfigjson: '" + CONFIG + "'}", "data: {.dockerconfigjson: '%'}"));
        assertThat(config(both, ".dockerconfigjson")).isEqualTo(CONFIG);

        String folded = base64(CONFIG).replaceAll("(.{20})", "$1\n    ");
        ResourceSet broken = read(secret(JSON_TYPE, "data:", "  .dockerconfigjson: |", "    " + folded));
        assertThat(config(broken, ".dockerconfigjson")).isEqualTo(CONFIG);
    }

    @Test
    void secret_ofTheOldType_isReadWithAWarning() {
        ResourceSet set = read(
                secret("kubernetes.io/dockercfg", "stringData:", "  .dockercfg: '{\"h.io\": {\"username\": \"a\"}}'"));

        assertThat(set.problems())
                .hasToString("[secrets.yaml:4:7 type: \"kubernetes.io/dockercfg\" is the old type (expected:"
                        + " kubernetes.io/dockerconfigjson)]");
        assertThat(set.hasErrors()).isFalse();
        assertThat(set.secrets().get(0).data()).containsOnlyKeys(".dockercfg");
    }

    @Test
    void secret_ofAnotherType_isLeftAlone_whateverStandsInIt() {
        ResourceSet set = read(secret("Opaque", "data: {password: " + PASSWORD + ", on: yes, 0: 007}", "more: 1"));

        assertThat(set.problems()).isEmpty();
        assertThat(set.refused()).isEmpty();
        assertThat(set.secrets()).hasToString("[Secret ns/login]");
        assertThat(set.secrets().get(0).type()).isEqualTo("Opaque");
        assertThat(set.secrets().get(0).data()).isEmpty();
        assertThat(read("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n").problems())
                .isEmpty();
        assertThat(read("apiVersion: v2\nkind: Secret\nmetadata: {name: a}\n").skipped())
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "data: {.dockerconfigjson: s3cretword!}|"
                        + "data[\".dockerconfigjson\"]: is no base64 (expected: base64 of Docker's config.json; plain text goes"
                        + " into stringData)",
                "data: {.dockerconfigjson: {auths: s3cretword}}|data[\".dockerconfigjson\"]: is a mapping (expected: text)",
                "stringData: {.dockerconfigjson: s3cretword}|"
                        + "stringData[\".dockerconfigjson\"]: holds no JSON object (expected: {\"auths\": {\"HOST\": {\"auth\": …}}})",
                "stringData: {.dockerconfigjson: 'null'}|"
                        + "stringData[\".dockerconfigjson\"]: holds no JSON object (expected: {\"auths\": {\"HOST\": {\"auth\": …}}})",
                "stringData: {.dockerconfigjson: '{\"auths\": \"s3cretword\"}'}|"
                        + "stringData[\".dockerconfigjson\"]: has auths that are text (expected: a mapping)",
                "stringData: {.dockerconfigjson: '{\"auths\": {\"h.io\": \"s3cretword\"}}'}|"
                        + "stringData[\".dockerconfigjson\"]: has an entry for \"h.io\" that is text (expected: a mapping)",
                "stringData: {.dockerconfigjson: '{\"auths\": {\"h.io\": {\"auth\": \"s3cretword!\"}}}'}|"
                        + "stringData[\".dockerconfigjson\"]: has an entry for \"h.io\" that has an auth which is no base64"
                        + " (expected: base64 of user:password)",
                "stringData: {.dockerconfigjson: '{\"auths\": {\"h.io\": {\"auth\": \"OnM=\"}}}'}|"
                        + "stringData[\".dockerconfigjson\"]: has an entry for \"h.io\" that has an auth without user"
                        + " (expected: base64 of user:password)",
                "stringData: {config.json: s3cretword}|"
                        + "data: is missing (expected: data or stringData with the key .dockerconfigjson)",
                "data: s3cretword|data: is text (expected: a mapping)",
            })
    void secret_thatCannotBeUsed_isRefused_andItsValueNotShown(String line, String message) {
        ResourceSet set = read(secret(JSON_TYPE, line));

        assertThat(set.errors().get(0).toString())
                .startsWith("secrets.yaml:")
                .endsWith(message)
                .doesNotStartWith("secrets.yaml:0");
        assertThat(set.secrets()).isEmpty();
        assertThat(set.refused())
                .extracting(refused -> refused.kind() + " " + refused.identity())
                .containsExactly("Secret ns/login");
    }

    @Test
    void secret_withoutRegistries_isOddButUsable() {
        ResourceSet set = read(secret(JSON_TYPE, "stringData: {.dockerconfigjson: '{}'}"));

        assertThat(set.secrets()).hasSize(1);
        assertThat(set.problems()).extracting(Problem::rule).containsExactly("secret.parse");
        assertThat(set.hasErrors()).isFalse();
    }

    @Test
    void secrets_inLists_andSeveralDocuments_areAllRead_andNoNameTwice() {
        String one = "{apiVersion: v1, kind: Secret, metadata: {name: %s}, type: " + JSON_TYPE
                + ", stringData: {.dockerconfigjson: '" + CONFIG + "'}}";
        ResourceSet set = read("apiVersion: v1\nkind: SecretList\nitems:\n- " + one.formatted("a") + "\n---\n"
                + "apiVersion: v1\nkind: List\nitems:\n- " + one.formatted("b") + "\n- " + one.formatted("a") + "\n");

        assertThat(set.secrets()).extracting(PullSecret::identity).containsExactly("default/a", "default/b");
        assertThat(set.errors()).extracting(Problem::rule).isEqualTo(List.of("V-40"));
    }

    @Test
    void secret_isLeftOutOfAMigration() {
        String text = secret(JSON_TYPE, "stringData: {.dockerconfigjson: '" + CONFIG + "'}");
        Migration.Result result =
                Migration.of("a.yaml", text.getBytes(StandardCharsets.UTF_8), Migration.Options.DEFAULT);

        assertThat(result.files()).isEmpty();
        assertThat(result.problems()).extracting(Problem::rule).containsExactly("migrate.kind");
    }
}
