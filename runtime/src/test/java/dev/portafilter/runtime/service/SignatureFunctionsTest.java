package dev.portafilter.runtime.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.EffectiveContext;
import dev.portafilter.abi.ProtobufReader;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import java.lang.reflect.Proxy;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The answers are those that Envoy 1.40.0 gave to the same questions. */
class SignatureFunctionsTest {
    private static final String REFUSED = "error Failed to verify digest. Error code: 0";
    private static final String NO_PUBLIC_KEY = "error Failed to initialize digest verify.";
    private static final String NO_PRIVATE_KEY = "error Invalid key type: private key required for signing operation.";

    /** Made by OpenSSL over "hello", and accepted by Envoy. */
    private static final String FOREIGN_KEY = """
            -----BEGIN PUBLIC KEY-----
            MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEHygPM2SO1UFz5Na7AA3hj3yb1LbO
            te28UlcjoMdMQdO8sXgzPat5PLRitzxsbl03MeTnyB5smp0s/aaY699yaw==
            -----END PUBLIC KEY-----
            """;

    private static final byte[] FOREIGN_SIGNATURE = HexFormat.of()
            .parseHex("30450221009a2ee2a4236107e231ca5729d3041209965499fa4ff4118a6b0dd7d6d1aa07d9"
                    + "0220564b1212292d8897a3abba8cf7b9d4a3fa93748ca8b329a1b99b60e205a60357");

    private static final byte[] TEXT = "hello".getBytes(UTF_8);

    private static KeyPair rsa;
    private static KeyPair ec;
    private static KeyPair ed;

    private final EffectiveContext context = (EffectiveContext) Proxy.newProxyInstance(
            EffectiveContext.class.getClassLoader(), new Class<?>[] {EffectiveContext.class}, (proxy, method, args) -> {
                throw new AssertionError("the context was asked");
            });

    @BeforeAll
    static void makeKeys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        rsa = generator.generateKeyPair();
        ec = KeyPairGenerator.getInstance("EC").generateKeyPair();
        ed = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    }

    private static String pem(String label, Key key) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                + "\n-----END " + label + "-----\n";
    }

    private static KeyPair pair(String type) {
        return type.equals("RSA") ? rsa : ec;
    }

    private String verify(ProtobufWriter arguments) {
        return answer(arguments, false);
    }

    private String sign(ProtobufWriter arguments) {
        return answer(arguments, true);
    }

    private byte[] signature(ProtobufWriter arguments) {
        String answer = sign(arguments);
        assertThat(answer).startsWith("true ");
        return HexFormat.of().parseHex(answer.substring(5));
    }

    private String answer(ProtobufWriter arguments, boolean sign) {
        ResultBytes result = new ResultBytes();
        Status status = sign
                ? SignatureFunctions.sign(context, arguments.message(), result)
                : SignatureFunctions.verify(context, arguments.message(), result);
        if (status != Status.OK) {
            assertThat(result.bytes()).isEmpty();
            return status.name();
        }
        ProtobufReader message = new ProtobufReader(result.bytes());
        StringBuilder text = new StringBuilder();
        while (message.next()) {
            if (message.numberField() == 1) {
                text.append(message.number() == 1);
            } else if (sign && message.bytesField() == 2) {
                text.append(' ').append(HexFormat.of().formatHex(message.bytes()));
            } else {
                assertThat(message.bytesField()).isEqualTo(sign ? 3 : 2);
                text.append("error ").append(message.text());
            }
        }
        return text.toString();
    }

    private static ProtobufWriter request(String hash) {
        return new ProtobufWriter().text(1, hash);
    }

    @ParameterizedTest
    @CsvSource({"RSA, sha1", "RSA, sha224", "RSA, SHA256", "RSA, sha384", "RSA, sha512", "EC, sha1", "EC, sha256"})
    void whatWasSigned_isVerified(String type, String hash) {
        KeyPair keys = pair(type);
        byte[] byDer =
                signature(request(hash).bytes(2, keys.getPrivate().getEncoded()).bytes(3, TEXT));
        byte[] byPem = signature(request(hash).bytes(3, TEXT).text(4, pem("PRIVATE KEY", keys.getPrivate())));
        for (byte[] signature : new byte[][] {byDer, byPem}) {
            assertThat(verify(request(hash)
                            .bytes(2, keys.getPublic().getEncoded())
                            .bytes(3, signature)
                            .bytes(4, TEXT)))
                    .isEqualTo("true");
            assertThat(verify(request(hash)
                            .bytes(3, signature)
                            .bytes(4, TEXT)
                            .text(5, pem("PUBLIC KEY", keys.getPublic()))))
                    .isEqualTo("true");
            assertThat(verify(request(hash)
                            .bytes(2, keys.getPublic().getEncoded())
                            .bytes(3, signature)
                            .text(4, "other")))
                    .isEqualTo(REFUSED);
        }
    }

    @Test
    void signatureOfAnotherTool_isVerified() {
        assertThat(verify(request("sha256")
                        .bytes(3, FOREIGN_SIGNATURE)
                        .bytes(4, TEXT)
                        .text(5, FOREIGN_KEY)))
                .isEqualTo("true");
    }

    @ParameterizedTest
    @CsvSource({"RSA, zz", "RSA, ''", "EC, zz", "EC, ''"})
    void signatureThatIsNone_isRefusedLikeAWrongOne(String type, String signature) {
        assertThat(verify(request("sha256")
                        .bytes(2, pair(type).getPublic().getEncoded())
                        .text(3, signature)
                        .bytes(4, TEXT)))
                .isEqualTo(REFUSED);
    }

    @ParameterizedTest
    @CsvSource({"md5", "sha-256", "''", "MD5"})
    void otherHashes_areNotSupported(String hash) {
        String answer = "error " + hash.toLowerCase(java.util.Locale.ROOT) + " is not supported.";
        assertThat(verify(request(hash).text(2, "junk").bytes(4, TEXT))).isEqualTo(answer);
        assertThat(sign(request(hash).text(2, "junk").bytes(3, TEXT))).isEqualTo(answer);
    }

    @Test
    void keyThatIsNone_isAnAnswer() {
        assertThat(verify(request("sha256").text(2, "junk"))).isEqualTo(NO_PUBLIC_KEY);
        assertThat(verify(request("sha256").text(5, "junk"))).isEqualTo(NO_PUBLIC_KEY);
        assertThat(verify(request("sha256").text(5, pem("PRIVATE KEY", rsa.getPrivate()))))
                .isEqualTo(NO_PUBLIC_KEY);
        assertThat(verify(request("sha256").text(5, pem("PUBLIC KEY", ed.getPublic()))))
                .isEqualTo(NO_PUBLIC_KEY);
        assertThat(sign(request("sha256").text(2, "junk"))).isEqualTo(NO_PRIVATE_KEY);
        assertThat(sign(request("sha256").text(4, "junk"))).isEqualTo(NO_PRIVATE_KEY);
        assertThat(sign(request("sha256").text(4, pem("PUBLIC KEY", rsa.getPublic()))))
                .isEqualTo(NO_PRIVATE_KEY);
        assertThat(sign(request("sha256").text(4, pem("PRIVATE KEY", ed.getPrivate()))))
                .isEqualTo("error Invalid private key: key data is corrupted or malformed.");
    }

    @Test
    void noKeyOrTwoOrNoMessage_isABadArgument() {
        assertThat(verify(new ProtobufWriter())).isEqualTo("BAD_ARGUMENT");
        assertThat(sign(new ProtobufWriter())).isEqualTo("BAD_ARGUMENT");
        assertThat(verify(request("sha256").text(2, "a").text(5, "b"))).isEqualTo("BAD_ARGUMENT");
        assertThat(sign(request("sha256").text(2, "a").text(4, "b"))).isEqualTo("BAD_ARGUMENT");
        ResultBytes result = new ResultBytes();
        byte[] junk = "junk-argument".getBytes(UTF_8);
        assertThat(SignatureFunctions.sign(context, junk, result)).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(SignatureFunctions.verify(context, junk, result)).isEqualTo(Status.BAD_ARGUMENT);
    }
}
