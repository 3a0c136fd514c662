package dev.portafilter.resources;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Public keys in PEM text, as {@code verificationKey} has them. Source: WasmPlugin reference, section 6.1. */
public final class PublicKeys {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*+)-----END \\1-----");
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "Ed25519");
    private static final Set<Integer> CURVE_BITS = Set.of(256, 384, 521);
    private static final int LEAST_RSA_BITS = 2048;
    /** The DER of {@code SEQUENCE { OID rsaEncryption, NULL }}. */
    private static final byte[] RSA_ALGORITHM = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

    private static final byte SEQUENCE = 0x30;
    private static final byte BIT_STRING = 0x03;

    private PublicKeys() {}

    /**
     * All keys of a text.
     *
     * @throws IllegalArgumentException when there is none or one cannot be used; the message reads on after the field
     */
    public static List<PublicKey> parse(String text) {
        List<PublicKey> keys = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(text);
        while (blocks.find()) {
            byte[] der;
            try {
                der = Base64.getMimeDecoder().decode(blocks.group(2));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("holds a PEM block that is no base64", e);
            }
            switch (blocks.group(1)) {
                case "PUBLIC KEY" -> keys.add(key(der));
                case "RSA PUBLIC KEY" -> keys.add(key(subjectPublicKeyInfo(der)));
                default -> throw new IllegalArgumentException("holds a PEM block " + Words.quote(blocks.group(1)));
            }
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("holds no PEM block");
        }
        return keys;
    }

    private static PublicKey key(byte[] der) {
        for (String algorithm : ALGORITHMS) {
            PublicKey key = key(algorithm, der);
            if (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < LEAST_RSA_BITS) {
                throw new IllegalArgumentException("holds an RSA key of "
                        + rsa.getModulus().bitLength() + " bits, at least " + LEAST_RSA_BITS + " are needed");
            }
            if (key instanceof ECPublicKey ec
                    && !CURVE_BITS.contains(ec.getParams().getCurve().getField().getFieldSize())) {
                throw new IllegalArgumentException("holds an EC key of an unknown curve");
            }
            if (key != null) {
                return key;
            }
        }
        throw new IllegalArgumentException("holds a key that cannot be read");
    }

    private static @Nullable PublicKey key(String algorithm, byte[] der) {
        try {
            return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der));
        } catch (InvalidKeySpecException e) {
            return null;
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK from 15 on has " + algorithm, e);
        }
    }

    /** Wraps an RSA key as PKCS#1 has it into the form that Java reads. */
    private static byte[] subjectPublicKeyInfo(byte[] pkcs1) {
        ByteArrayOutputStream bits = new ByteArrayOutputStream();
        bits.write(0);
        bits.writeBytes(pkcs1);
        ByteArrayOutputStream parts = new ByteArrayOutputStream();
        parts.writeBytes(RSA_ALGORITHM);
        parts.writeBytes(element(BIT_STRING, bits.toByteArray()));
        return element(SEQUENCE, parts.toByteArray());
    }

    private static byte[] element(byte tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else {
            byte[] size = BigInteger.valueOf(content.length).toByteArray();
            int skipped = size[0] == 0 ? 1 : 0;
            out.write(0x80 | size.length - skipped);
            out.write(size, skipped, size.length - skipped);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }
}
