package dev.portafilter.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RegistryTlsTest {
    private final FakePace pace = new FakePace();
    private TestRegistry secured;
    private TestRegistry plain;

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        secured = TestRegistry.secured();
        plain = TestRegistry.plain();
        for (TestRegistry registry : List.of(secured, plain)) {
            registry.putManifest("v1", MediaTypes.OCI_MANIFEST, TestImages.bytes(TestImages.M));
        }
    }

    @AfterEach
    void stop() {
        secured.close();
        plain.close();
    }

    private RawManifest read(String host, RegistryOptions options) throws IOException {
        // Every name leads to this machine.
        RegistryClient client =
                new RegistryClient(options, name -> new InetAddress[] {InetAddress.getLoopbackAddress()}, pace);
        return client.open(TestRegistry.image(host, TestRegistry.REPOSITORY), Keychain.EMPTY)
                .manifest("v1");
    }

    private static RegistryOptions insecure(String... hosts) {
        return RegistryOptions.DEFAULT.withInsecureRegistries(List.of(hosts));
    }

    @Test
    @DisplayName("T-084: an unknown certificate is taken from hosts that are listed, port and all, and from no other")
    void unknownCertificate_isTakenFromListedHostsOnly() throws IOException {
        String host = secured.host();

        assertThat(read(host, insecure(host))).isNotNull();
        assertThat(read(host, insecure("*"))).isNotNull();
        for (RegistryOptions options :
                List.of(RegistryOptions.DEFAULT, insecure("127.0.0.1"), insecure("127.0.0.1:1"))) {
            assertThatThrownBy(() -> read(host, options))
                    .isInstanceOfSatisfying(
                            FetchException.class, e -> assertThat(e.code()).isEqualTo("fetch.tls"));
        }
        assertThat(pace.sleeps()).isEmpty();
    }

    @Test
    void certificate_ofConfiguredAuthority_isTakenForItsNamesOnly() throws IOException, URISyntaxException {
        Path authority = Path.of(getClass().getResource("self-signed.pem").toURI());
        RegistryOptions options = RegistryOptions.DEFAULT.withAuthorities(authority);
        int port = secured.port();

        assertThat(read("127.0.0.1:" + port, options)).isNotNull();
        assertThat(read("localhost:" + port, options)).isNotNull();
        assertThat(read("registry.example.com:" + port, options)).isNotNull();
        assertThatThrownBy(() -> read("registry.example.org:" + port, options)).hasMessageContaining("fetch.tls");
    }

    @Test
    @DisplayName("T-085: plain HTTP is spoken with this machine, and not with a public name unless it is listed")
    void plainHttp_isSpokenWithPrivateHostsOnly() throws IOException {
        String name = "registry.example.com:" + plain.port();

        assertThat(read(plain.host(), RegistryOptions.DEFAULT)).isNotNull();
        assertThat(read(name, insecure(name))).isNotNull();
        RegistryOptions brief = RegistryOptions.DEFAULT.withTimeout(Duration.ofMillis(300));
        assertThatThrownBy(() -> read(name, brief)).isInstanceOf(FetchException.class);
        assertThat(plain.lines()).hasSize(2);
    }

    @Test
    void hostsThatMayBePlain_areThisMachineAndPrivateNetworks() {
        assertThat(List.of("localhost", "a.localhost", "127.0.0.1", "[::1]", "10.1.2.3", "192.168.0.1", "172.16.0.1"))
                .allMatch(AddressRules::mayBePlain);
        assertThat(List.of("example.com", "8.8.8.8", "172.32.0.1", "notlocalhost", "10.1.2.3.example.com"))
                .noneMatch(AddressRules::mayBePlain);
    }

    @Test
    void authorities_thatAreNone_areAnErrorAtOnce() throws URISyntaxException {
        Path noCertificate = Path.of(getClass().getResource("self-signed.p12").toURI());

        assertThatThrownBy(() -> new RegistryClient(RegistryOptions.DEFAULT.withAuthorities(noCertificate)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("holds no certificates");
    }
}
