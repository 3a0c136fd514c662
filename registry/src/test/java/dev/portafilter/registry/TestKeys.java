package dev.portafilter.registry;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Keys made for a test, and what they sign. */
final class TestKeys {
    private TestKeys() {}

    static KeyPair ec(String curve) {
        return pair("EC", new ECGenParameterSpec(curve), 0);
    }

    static KeyPair rsa(int bits) {
        return pair("RSA", null, bits);
    }

    static KeyPair ed25519() {
        return pair("Ed25519", null, 0);
    }

    static KeyPair pair(String algorithm, @Nullable AlgorithmParameterSpec parameters, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (parameters != null) {
                generator.initialize(parameters);
            } else if (bits > 0) {
                generator.initialize(bits);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] sign(String algorithm, @Nullable AlgorithmParameterSpec parameters, KeyPair keys, byte[] message) {
        try {
            Signature signature = Signature.getInstance(algorithm);
            if (parameters != null) {
                signature.setParameter(parameters);
            }
            signature.initSign(keys.getPrivate());
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static String signed(String algorithm, KeyPair keys, byte[] message) {
        return base64(sign(algorithm, null, keys, message));
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + type + "-----\n";
    }
}
