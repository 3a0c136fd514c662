package dev.portafilter.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.resources.ModuleUrl;
import dev.portafilter.resources.PullSecret;
import dev.portafilter.resources.SourcePosition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialsTest {
    private static final String SECRET = "v3ry-s3cret";

    @TempDir
    private Path directory;

    private final List<String> warnings = new ArrayList<>();

    private DockerConfig config(String json) throws FetchException {
        return DockerConfig.parse("secret ns/s", TestImages.bytes(json), warnings::add);
    }

    private static String entry(String key, String user) {
        return "\"" + key + "\":{\"username\":\"" + user + "\",\"password\":\"" + SECRET + "\"}";
    }

    private DockerConfig entries(String... keysAndUsers) throws FetchException {
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < keysAndUsers.length; i += 2) {
            entries.add(entry(keysAndUsers[i], keysAndUsers[i + 1]));
        }
        return config("{\"auths\":{" + String.join(",", entries) + "}}");
    }

    private static String user(Keychain keychain, String host, String repository) throws FetchException {
        Credential credential = keychain.find(host, repository);
        return credential == null ? "anonymous" : credential.username();
    }

    private void fails(String code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(FetchException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.getMessage()).doesNotContain(SECRET);
        });
    }

    @Test
    @DisplayName("T-075: a key is the host, or a url of it, with exactly its port")
    void key_isTheHostWithItsPort() throws FetchException {
        assertThat(user(entries("h.io", "a"), "h.io", "x")).isEqualTo("a");
        assertThat(user(entries("https://h.io/v1/", "a"), "h.io", "x")).isEqualTo("a");
        assertThat(user(entries("h.io/v2/", "a"), "h.io", "x")).isEqualTo("a");
        assertThat(user(entries("h.io:5000", "a"), "h.io", "x")).isEqualTo("anonymous");
        assertThat(user(entries("h.io", "a"), "h.io:5000", "x")).isEqualTo("anonymous");
        assertThat(user(entries("https://h.io:5000/v2/", "a"), "h.io:5000", "x"))
                .isEqualTo("a");
    }

    @Test
    @DisplayName("T-076: auth wins over the user, is padded or not, and is split at its first colon")
    void auth_isDecoded() throws FetchException {
        String both = "{\"auths\":{\"h.io\":{\"auth\":\"Zm9vOmJhcg\",\"username\":\"x\",\"password\":\"y\"}}}";
        assertThat(config(both).find("h.io", "r")).isEqualTo(Credential.basic("foo", "bar"));
        assertThat(config(both.replace("cg\"", "cg==\"")).find("h.io", "r")).isEqualTo(Credential.basic("foo", "bar"));
        assertThat(config("{\"auths\":{\"h.io\":{\"auth\":\"dTphOmIAAA==\"}}}").find("h.io", "r"))
                .isEqualTo(Credential.basic("u", "a:b"));
        for (String auth : List.of("OmJhcg==", "Zm9v", "%%%")) {
            fails("secret.parse", () -> config("{\"auths\":{\"h.io\":{\"auth\":\"" + auth + "\"}}}"));
        }
    }

    @Test
    @DisplayName("T-077: the keys of Docker Hub are all for its images, which are in library/ where they are short")
    void dockerHub_hasManyKeys() throws FetchException {
        var image = ModuleUrl.parse("docker.io/foo").image();
        assertThat(image.repository()).isEqualTo("library/foo");
        for (String key : List.of(
                "https://index.docker.io/v1/",
                "index.docker.io",
                "docker.io",
                "registry-1.docker.io",
                "docker.io/library")) {
            if (key.equals("docker.io/library")) {
                assertThat(user(entries(key, "a"), "docker.io", image.repository()))
                        .isEqualTo("a");
            } else {
                assertThat(user(entries(key, "a"), image.host(), image.repository()))
                        .isEqualTo("a");
            }
        }
    }

    @Test
    @DisplayName("T-078: the key that is closest to the repository is taken")
    void closestKey_isTaken() throws FetchException {
        DockerConfig config = entries("h.io", "a", "h.io/team", "b");

        assertThat(user(config, "h.io", "team/x")).isEqualTo("b");
        assertThat(user(config, "h.io", "team/x/y")).isEqualTo("b");
        assertThat(user(config, "h.io", "teams/x")).isEqualTo("a");
        assertThat(user(entries("h.io/team", "b"), "h.io", "other")).isEqualTo("anonymous");
    }

    @Test
    void configThatIsNone_isAnErrorWithoutItsContent() {
        for (String json :
                List.of("null", "[]", "", "{\"auths\":{\"h\":\"" + SECRET + "\"}}", "{\"" + SECRET + "\":")) {
            fails("secret.parse", () -> config(json));
        }
    }

    @Test
    void helpers_areIgnoredWithAWarning() throws FetchException {
        assertThat(user(config("{\"credsStore\":\"x\"}"), "h.io", "r")).isEqualTo("anonymous");
        assertThat(warnings).singleElement().asString().contains("credsStore and credHelpers are ignored");
    }

    private Path secret(String file, String content) throws IOException {
        Path secret = Files.createDirectories(directory.resolve("team").resolve("pull"));
        return Files.writeString(secret.resolve(file), content);
    }

    @Test
    @DisplayName(
            "T-079: a secret that is missing, of another type or in another namespace is an error, never anonymous")
    void secret_thatIsNotThere_isAnError() throws IOException {
        PullSecrets secrets = PullSecrets.in(directory, warnings::add);
        fails("secret.notFound", () -> secrets.secret("team", "pull"));
        secret("password", SECRET);
        fails("secret.type", () -> secrets.secret("team", "pull"));
        secret(".dockerconfigjson", "{\"auths\":{" + entry("h.io", "a") + "}}");
        assertThat(user(secrets.secret("team", "pull"), "h.io", "r")).isEqualTo("a");
        fails("secret.notFound", () -> secrets.secret("other", "pull"));
        secret("type", "Opaque\n");
        fails("secret.type", () -> secrets.secret("team", "pull"));
        secret("type", "kubernetes.io/dockerconfigjson");
        assertThat(user(secrets.secret("team", "pull"), "h.io", "r")).isEqualTo("a");
        for (String name : List.of("..", "../team/pull", "", "a/b", "A")) {
            fails("secret.notFound", () -> secrets.secret("team", name));
            fails("secret.notFound", () -> secrets.secret(name, "pull"));
        }
    }

    @Test
    void secretOfTheOldForm_isReadWithAWarning() throws IOException {
        secret(".dockercfg", "{" + entry("h.io", "a") + "}");

        assertThat(user(PullSecrets.in(directory, warnings::add).secret("team", "pull"), "h.io", "r"))
                .isEqualTo("a");
        assertThat(warnings).singleElement().asString().contains(".dockercfg");
    }

    @Test
    void secretFromElsewhere_isReadByTheSameRules() throws FetchException {
        byte[] json = TestImages.bytes("{\"auths\":{" + entry("h.io", "a") + "}}");
        Map<String, byte[]> data = Map.of(".dockerconfigjson", json);

        Keychain keychain = PullSecrets.keychain("s", "kubernetes.io/dockerconfigjson", data, warnings::add);

        assertThat(user(keychain, "h.io", "r")).isEqualTo("a");
        fails("secret.type", () -> PullSecrets.keychain("s", "Opaque", data, warnings::add));
        fails("secret.type", () -> PullSecrets.keychain("s", "kubernetes.io/dockercfg", Map.of(), warnings::add));
    }

    private static PullSecret manifest(String name, String type, Map<String, byte[]> data) {
        return new PullSecret("team", name, type, data, new SourcePosition("secrets.yaml", 3, 1));
    }

    @Test
    void secretAmongTheResources_isFound_andLosesToTheDirectory() throws IOException {
        SecretManifests manifests = new SecretManifests(warnings::add);
        PullSecrets secrets = PullSecrets.in(directory, warnings::add).orElse(manifests);
        fails("secret.notFound", () -> secrets.secret("team", "pull"));
        byte[] json = TestImages.bytes("{\"auths\":{" + entry("h.io", "a") + "}}");
        PullSecret pull = manifest("pull", "kubernetes.io/dockerconfigjson", Map.of(".dockerconfigjson", json));

        manifests.accept(List.of(pull, manifest("pull", "Opaque", Map.of()), manifest("plain", "Opaque", Map.of())));

        assertThat(user(secrets.secret("team", "pull"), "h.io", "r")).isEqualTo("a");
        fails("secret.type", () -> secrets.secret("team", "plain"));
        fails("secret.notFound", () -> secrets.secret("other", "pull"));
        secret(".dockerconfigjson", "{\"auths\":{" + entry("h.io", "b") + "}}");
        assertThat(user(secrets.secret("team", "pull"), "h.io", "r")).isEqualTo("b");
        secret(".dockerconfigjson", "null");
        fails("secret.parse", () -> secrets.secret("team", "pull"));

        manifests.accept(List.of());
        fails("secret.notFound", () -> manifests.secret("team", "pull"));
    }

    @Test
    void secretWithoutALogin_doesNotHideTheNextOne() throws FetchException {
        List<Keychain> all = List.of(
                config("{\"auths\":{\"h.io\":{}}}"), config("{}"), config("{\"auths\":{" + entry("h.io", "a") + "}}"));

        assertThat(user((host, repository) -> RegistryImages.first(all, host, repository), "h.io", "r"))
                .isEqualTo("a");
        assertThat(RegistryImages.first(all.subList(0, 2), "h.io", "r")).isNull();
    }

    @Test
    void secret_isReadAnewEachTime() throws IOException {
        PullSecrets secrets = PullSecrets.in(directory, warnings::add);
        secret(".dockerconfigjson", "{\"auths\":{" + entry("h.io", "a") + "}}");
        assertThat(user(secrets.secret("team", "pull"), "h.io", "r")).isEqualTo("a");
        secret(".dockerconfigjson", "{\"auths\":{" + entry("h.io", "b") + "}}");

        assertThat(user(secrets.secret("team", "pull"), "h.io", "r")).isEqualTo("b");
    }

    @Test
    void defaultKeychain_looksWhereOtherToolsKeepTheirs() throws IOException {
        Path home = Files.createDirectories(directory.resolve("home"));
        Map<String, String> environment = Map.of(
                "DOCKER_CONFIG", directory.resolve("docker").toString(),
                "REGISTRY_AUTH_FILE", directory.resolve("auth.json").toString(),
                "XDG_RUNTIME_DIR", directory.resolve("run").toString());
        Keychain keychain = DefaultKeychain.of(environment, home, false, warnings::add);
        List<Path> files = List.of(
                home.resolve(".config/containers/auth.json"),
                directory.resolve("run/containers/auth.json"),
                directory.resolve("auth.json"),
                directory.resolve("docker/config.json"),
                home.resolve(".docker/config.json"));
        assertThat(user(keychain, "h.io", "r")).isEqualTo("anonymous");
        for (Path file : files) {
            Files.createDirectories(file.getParent());
            String name = "user" + files.indexOf(file);
            Files.writeString(file, "{\"auths\":{" + entry("h.io", name) + ",\"g.io\":{}}}");

            assertThat(user(keychain, "h.io", "r")).isEqualTo(name);
        }
        assertThat(user(keychain, "g.io", "r")).isEqualTo("anonymous");
    }

    private Keychain withHelper(String script, boolean commands, String json) throws IOException {
        Path program = directory.resolve("docker-credential-test");
        Files.writeString(program, "#!/bin/sh\n" + script);
        assertThat(program.toFile().setExecutable(true)).isTrue();
        Files.createDirectories(directory.resolve(".docker"));
        Files.writeString(directory.resolve(".docker/config.json"), json);
        return DefaultKeychain.of(Map.of("PATH", directory.toString()), directory, commands, warnings::add);
    }

    @Test
    void helper_isAskedOnlyWhenAllowed() throws IOException {
        String script =
                "read server; echo \"{\\\"Username\\\":\\\"of $server\\\",\\\"Secret\\\":\\\"" + SECRET + "\\\"}\"";
        String json = "{\"credHelpers\":{\"h.io\":\"test\"},\"auths\":{" + entry("h.io", "plain") + "}}";

        assertThat(withHelper(script, true, json).find("h.io", "r")).isEqualTo(Credential.basic("of h.io", SECRET));
        assertThat(user(withHelper(script, false, json), "h.io", "r")).isEqualTo("plain");
        assertThat(withHelper(script, true, "{\"credsStore\":\"test\"}").find("index.docker.io", "library/a"))
                .isEqualTo(Credential.basic("of https://index.docker.io/v1/", SECRET));
    }

    @Test
    void helperThatKnowsNone_fails_orIsMissing_isTold() throws IOException {
        String json = "{\"credsStore\":\"test\",\"auths\":{" + entry("h.io", "plain") + "}}";
        Keychain none = withHelper("echo 'credentials not found in native keychain'; exit 1", true, json);
        assertThat(user(none, "h.io", "r")).isEqualTo("plain");
        Keychain failing = withHelper("echo " + SECRET + "; exit 2", true, json);
        fails("secret.helper", () -> failing.find("h.io", "r"));
        Keychain token = withHelper("echo '{\"Username\":\"<token>\",\"Secret\":\"t\"}'", true, json);
        assertThat(token.find("h.io", "r").identityToken()).isEqualTo("t");
        Keychain missing = withHelper("", true, json.replace("test", "../test"));
        fails("secret.helper", () -> missing.find("h.io", "r"));
    }

    @Test
    void credentials_areNeverSaid() throws FetchException {
        Credential credential = new Credential("user", SECRET, SECRET, SECRET);

        assertThat(credential.toString()).doesNotContain(SECRET).doesNotContain("user");
        assertThat(entries("h.io", "a").toString()).doesNotContain(SECRET);
        assertThat(new TokenCache.Key("h", "s", credential).toString()).doesNotContain(SECRET);
        assertThat(WebAddress.parse("https://h.io/a?X-Signature=" + SECRET).toString())
                .doesNotContain(SECRET);
        assertThat(new String(credential.basicAuthorization().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                .startsWith("Basic ");
    }
}
