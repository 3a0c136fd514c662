package dev.portafilter.registry;

import java.security.PublicKey;
import org.jspecify.annotations.Nullable;

/**
 * What became of one candidate for a signature. The reason reads on after the name of the candidate.
 *
 * @param outcome what became of it
 * @param reason why; empty when it is verified
 * @param key the key that made it; null unless it is verified
 */
record Finding(Outcome outcome, String reason, @Nullable PublicKey key) {
    /** Words of others that are longer are cut in messages. */
    private static final int MOST_QUOTED = 120;

    /** From what tells least to what tells most when nothing is verified. */
    enum Outcome {
        /** It is no signature of the thing itself. */
        SKIPPED("signature.notFound"),
        /** No key made it, or it cannot be read. */
        INVALID("signature.noneValid"),
        /** A key made it, and what it signs cannot be used. */
        PAYLOAD_INVALID("signature.payloadInvalid"),
        /** A key made it, for something else. */
        DIGEST_MISMATCH("signature.digestMismatch"),
        /** A key made it, for what was asked. */
        VERIFIED("");

        private final String code;

        Outcome(String code) {
            this.code = code;
        }

        /** The code of the error when this is the best that there is. */
        String code() {
            return code;
        }
    }

    static Finding verified(PublicKey key) {
        return new Finding(Outcome.VERIFIED, "", key);
    }

    static Finding skipped(String reason) {
        return new Finding(Outcome.SKIPPED, reason, null);
    }

    static Finding invalid(String reason) {
        return new Finding(Outcome.INVALID, reason, null);
    }

    static Finding payloadInvalid(String reason) {
        return new Finding(Outcome.PAYLOAD_INVALID, reason, null);
    }

    static Finding digestMismatch(String reason) {
        return new Finding(Outcome.DIGEST_MISMATCH, reason, null);
    }

    /** A text of somebody else, fit for one line of a log. */
    static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        int count = Math.min(text.length(), MOST_QUOTED);
        for (int i = 0; i < count; i++) {
            char c = text.charAt(i);
            out.append(c < ' ' || c > '~' || c == '"' ? '?' : c);
        }
        return out.append(count < text.length() ? "…\"" : "\"").toString();
    }
}
