package dev.portafilter.registry;

import dev.portafilter.resources.ImageReference;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A private key, and the signatures that it makes, as cosign makes them. Immutable; never shown. Source: WasmPlugin
 * reference, sections 6.1, 6.2 and 6.5.
 */
public final class SigningKey {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*+)-----END \\1-----");
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "Ed25519");
    private static final Set<Integer> CURVE_BITS = Set.of(256, 384, 521);
    private static final int LEAST_RSA_BITS = 2048;
    private static final String EXPECTED =
            " (expected: PRIVATE KEY, which is PKCS#8 without password, of EC P-256, P-384 or P-521, RSA of 2048 bits or more,"
                    + " or Ed25519)";

    private final PrivateKey key;

    private SigningKey(PrivateKey key) {
        this.key = key;
    }

    /**
     * A signature of an image.
     *
     * @param payload what is signed: the blob of a layer of type {@code application/vnd.dev.cosign.simplesigning.v1+json}
     * @param signature in base64: the layer's annotation {@code dev.cosignproject.cosign/signature}
     * @param tag the tag of the image with this layer, in the repository of the signed one
     */
    public record ImageSignature(byte[] payload, String signature, String tag) {}

    /**
     * Reads a key from PEM text.
     *
     * @throws IllegalArgumentException when there is none that can sign; the message reads on after the place and shows
     *     nothing of the text
     */
    public static SigningKey parse(String pem) {
        Matcher block = BLOCK.matcher(pem);
        if (!block.find()) {
            throw new IllegalArgumentException("holds no PEM block" + EXPECTED);
        }
        if (!block.group(1).equals("PRIVATE KEY")) {
            throw new IllegalArgumentException("holds a PEM block \"" + block.group(1) + "\"" + EXPECTED);
        }
        byte[] der = Base64.getMimeDecoder().decode(block.group(2));
        for (String algorithm : ALGORITHMS) {
            PrivateKey key = key(algorithm, der);
            if (key != null && canSign(key)) {
                return new SigningKey(key);
            }
        }
        throw new IllegalArgumentException("holds a key that cannot be used" + EXPECTED);
    }

    private static @Nullable PrivateKey key(String algorithm, byte[] der) {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (InvalidKeySpecException e) {
            return null;
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK from 15 on has " + algorithm, e);
        }
    }

    private static boolean canSign(PrivateKey key) {
        if (key instanceof ECPrivateKey ec) {
            return CURVE_BITS.contains(ec.getParams().getCurve().getField().getFieldSize());
        }
        if (key instanceof RSAPrivateKey rsa) {
            return rsa.getModulus().bitLength() >= LEAST_RSA_BITS;
        }
        return key instanceof EdECPrivateKey;
    }

    /**
     * Signs an image.
     *
     * @param image whose name the signature mentions
     * @param digest of the manifest or index, {@code sha256:} and 64 hex digits
     */
    public ImageSignature signImage(ImageReference image, String digest) {
        byte[] payload = SimpleSigning.payload(image, digest);
        return new ImageSignature(payload, base64(sign(payload)), SimpleSigning.tag(digest));
    }

    /** Signs a file: the content of the file beside it whose name ends in {@code .sig}. */
    public byte[] signFile(byte[] file) {
        return base64(sign(file)).getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Signs a module in itself.
     *
     * @return the module with this signature, in place of any that it had
     * @throws IllegalArgumentException when this is no Ed25519 key, or the bytes are no module
     */
    public byte[] signModule(byte[] module) {
        if (!(key instanceof EdECPrivateKey)) {
            throw new IllegalArgumentException("a signature in the module needs an Ed25519 key (given: " + this + ")");
        }
        if (!ModuleBytes.isModule(module)) {
            throw new IllegalArgumentException("these bytes are no WebAssembly module");
        }
        return EmbeddedSignature.write(module, sign(EmbeddedSignature.messageOf(module)));
    }

    private byte[] sign(byte[] message) {
        String algorithm = key instanceof ECPrivateKey
                ? "SHA256withECDSA"
                : key instanceof RSAPrivateKey ? "SHA256withRSA" : "Ed25519";
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(message);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(this + ": " + e.getMessage(), e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** The kind of the key, and nothing more. */
    @Override
    public String toString() {
        return key.getAlgorithm() + " private key";
    }
}
