package dev.portafilter.registry.interop;

import dev.portafilter.registry.SigningKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Base64;

/**
 * A key pair, here and as cosign has it.
 *
 * @param signing the private key
 * @param verifying the public key
 * @param cosignKey cosign's file with the private key
 * @param publicKey a PEM file with the public key
 */
record KeyPairFiles(SigningKey signing, PublicKey verifying, Path cosignKey, Path publicKey) {
    /** The kinds of keys that are tried. */
    enum Kind {
        P256,
        P384,
        RSA,
        ED25519;

        private KeyPair pair() throws GeneralSecurityException {
            return switch (this) {
                case P256 -> pair("EC", new ECGenParameterSpec("secp256r1"));
                case P384 -> pair("EC", new ECGenParameterSpec("secp384r1"));
                case RSA -> pair("RSA", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4));
                case ED25519 -> pair("EdDSA", NamedParameterSpec.ED25519);
            };
        }

        private static KeyPair pair(String algorithm, AlgorithmParameterSpec parameters)
                throws GeneralSecurityException {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(parameters);
            return generator.generateKeyPair();
        }
    }

    /** Makes a pair, and has cosign import it. */
    static KeyPairFiles of(Kind kind, Path home) throws Exception {
        KeyPair pair = kind.pair();
        String privatePem = pem("PRIVATE KEY", pair.getPrivate().getEncoded());
        Path privateKey = Files.writeString(home.resolve(kind + ".pem"), privatePem);
        Path publicKey = Files.writeString(
                home.resolve(kind + ".public.pem"),
                pem("PUBLIC KEY", pair.getPublic().getEncoded()));
        RegistryTool.COSIGN.run(
                home,
                "import-key-pair",
                "--yes",
                "--key",
                privateKey.toString(),
                "--output-key-prefix",
                "cosign-" + kind);
        return new KeyPairFiles(
                SigningKey.parse(privatePem), pair.getPublic(), home.resolve("cosign-" + kind + ".key"), publicKey);
    }

    private static String pem(String name, byte[] der) {
        return "-----BEGIN " + name + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + name
                + "-----\n";
    }
}
