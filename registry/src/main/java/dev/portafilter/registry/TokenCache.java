package dev.portafilter.registry;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tokens by registry, scope and credential, until shortly before they end. Source: WasmPlugin reference, section 4.7. */
final class TokenCache {
    private static final long MARGIN_SECONDS = 10;
    private static final int MOST_TOKENS = 1000;

    private final Map<Key, Token> tokens = new ConcurrentHashMap<>();

    /** What a token is for. */
    record Key(String registry, String scope, @Nullable Credential credential) {}

    private record Token(String authorization, long endNanos) {}

    @Nullable String find(Key key, Pace pace) {
        Token token = tokens.get(key);
        return token == null || token.endNanos - pace.nanoTime() <= 0 ? null : token.authorization;
    }

    void put(Key key, String authorization, long seconds, Pace pace) {
        if (tokens.size() >= MOST_TOKENS) {
            tokens.values().removeIf(token -> token.endNanos - pace.nanoTime() <= 0);
        }
        long usable = seconds - MARGIN_SECONDS;
        if (usable > 0 && tokens.size() < MOST_TOKENS) {
            tokens.put(key, new Token(authorization, pace.nanoTime() + TimeUnit.SECONDS.toNanos(usable)));
        }
    }

    void forget(Key key) {
        tokens.remove(key);
    }
}
