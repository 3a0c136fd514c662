package dev.portafilter.runtime.service;

import dev.portafilter.abi.EffectiveContext;
import dev.portafilter.abi.ProtobufReader;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The foreign functions {@code verify_signature} and {@code sign}: RSA (PKCS #1) and ECDSA over SHA-1 and SHA-2, keys in
 * DER or PEM form. Arguments and answers are protobuf messages; what goes wrong with the cryptography is an answer, in
 * Envoy's words. Source: ABI reference, section 3.13; the words were asked of Envoy 1.40.0.
 */
final class SignatureFunctions {
    private static final Map<String, String> HASHES =
            Map.of("sha1", "SHA1", "sha224", "SHA224", "sha256", "SHA256", "sha384", "SHA384", "sha512", "SHA512");
    /** The last one is known as a key, but goes with none of the hashes. */
    private static final List<String> KEY_TYPES = List.of("RSA", "EC", "EdDSA");

    private static final Pattern PEM =
            Pattern.compile("-----BEGIN (PUBLIC|PRIVATE) KEY-----([A-Za-z0-9+/=\\s]*)-----END \\1 KEY-----");

    private SignatureFunctions() {}

    /** What both functions are told. */
    private static final class Arguments {
        private String hash = "";
        private byte[] der = {};
        private String pem = "";
        private byte[] signature = {};
        private byte[] text = {};
        private boolean usable;

        /** Reads a message, in which the fields behind the key's have the numbers given. */
        static Arguments read(byte[] message, int signatureField, int textField, int pemField) {
            Arguments arguments = new Arguments();
            ProtobufReader reader = new ProtobufReader(message);
            while (reader.next()) {
                int field = reader.bytesField();
                if (field == 1) {
                    arguments.hash = reader.text();
                } else if (field == 2) {
                    arguments.der = reader.bytes();
                } else if (field == pemField) {
                    arguments.pem = reader.text();
                } else if (field == textField) {
                    arguments.text = reader.bytes();
                } else if (field == signatureField) {
                    arguments.signature = reader.bytes();
                }
            }
            boolean oneKey = arguments.der.length > 0 != !arguments.pem.isEmpty();
            arguments.usable = oneKey && !reader.malformed();
            return arguments;
        }

        /** The name of the hash as the JDK spells it, or null. */
        @Nullable String hash() {
            return HASHES.get(hash.toLowerCase(Locale.ROOT));
        }

        /** The key's bytes, or null when the PEM text does not hold one of this kind. */
        byte @Nullable [] key(String kind) {
            if (pem.isEmpty()) {
                return der;
            }
            Matcher block = PEM.matcher(pem);
            if (!block.find() || !block.group(1).equals(kind)) {
                return null;
            }
            try {
                return Base64.getMimeDecoder().decode(block.group(2));
            } catch (IllegalArgumentException e) {
                return null;
            }
        }
    }

    /** Message: 1 hash, 2 key in DER form, 3 signature, 4 text, 5 key in PEM form; answer: 1 result, 2 error. */
    static Status verify(EffectiveContext context, byte[] arguments, ResultBytes result) {
        Arguments given = Arguments.read(arguments, 3, 4, 5);
        if (!given.usable) {
            return Status.BAD_ARGUMENT;
        }
        String error = refusal(given);
        result.set((error == null ? new ProtobufWriter().number(1, 1) : new ProtobufWriter().text(2, error)).message());
        return Status.OK;
    }

    private static @Nullable String refusal(Arguments given) {
        String hash = given.hash();
        if (hash == null) {
            return unsupported(given);
        }
        PublicKey key = publicKey(given.key("PUBLIC"));
        if (key == null) {
            return "Failed to initialize digest verify.";
        }
        try {
            Signature verifier = Signature.getInstance(algorithm(hash, key.getAlgorithm()));
            verifier.initVerify(key);
            verifier.update(given.text);
            return verifier.verify(given.signature) ? null : "Failed to verify digest. Error code: 0";
        } catch (SignatureException e) {
            // The signature is not even of the right form, which is no different from a wrong one.
            return "Failed to verify digest. Error code: 0";
        } catch (GeneralSecurityException e) {
            return "Failed to initialize digest verify.";
        }
    }

    /** Message: 1 hash, 2 key in DER form, 3 text, 4 key in PEM form; answer: 1 result, 2 signature, 3 error. */
    static Status sign(EffectiveContext context, byte[] arguments, ResultBytes result) {
        Arguments given = Arguments.read(arguments, -1, 3, 4);
        if (!given.usable) {
            return Status.BAD_ARGUMENT;
        }
        ProtobufWriter answer = new ProtobufWriter();
        String hash = given.hash();
        PrivateKey key = hash == null ? null : privateKey(given.key("PRIVATE"));
        if (hash == null) {
            answer.text(3, unsupported(given));
        } else if (key == null) {
            answer.text(3, "Invalid key type: private key required for signing operation.");
        } else {
            try {
                Signature signer = Signature.getInstance(algorithm(hash, key.getAlgorithm()));
                signer.initSign(key);
                signer.update(given.text);
                answer.number(1, 1).bytes(2, signer.sign());
            } catch (GeneralSecurityException e) {
                answer.text(3, "Invalid private key: key data is corrupted or malformed.");
            }
        }
        result.set(answer.message());
        return Status.OK;
    }

    private static String unsupported(Arguments given) {
        return given.hash.toLowerCase(Locale.ROOT) + " is not supported.";
    }

    private static String algorithm(String hash, String keyType) {
        return hash + "with" + (keyType.equals("EC") ? "ECDSA" : keyType);
    }

    private static @Nullable PublicKey publicKey(byte @Nullable [] der) {
        for (String type : KEY_TYPES) {
            try {
                if (der != null) {
                    return KeyFactory.getInstance(type).generatePublic(new X509EncodedKeySpec(der));
                }
            } catch (GeneralSecurityException e) {
                // Not a key of this type.
            }
        }
        return null;
    }

    private static @Nullable PrivateKey privateKey(byte @Nullable [] der) {
        for (String type : KEY_TYPES) {
            try {
                if (der != null) {
                    return KeyFactory.getInstance(type).generatePrivate(new PKCS8EncodedKeySpec(der));
                }
            } catch (GeneralSecurityException e) {
                // Not a key of this type.
            }
        }
        return null;
    }
}
