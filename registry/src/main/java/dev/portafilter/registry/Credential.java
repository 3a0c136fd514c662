package dev.portafilter.registry;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * What a registry is shown. Its text says nothing. Source: WasmPlugin reference, sections 4.7 and 4.8.
 *
 * @param username the user; empty for none
 * @param password the password
 * @param identityToken a token that is exchanged for others; empty for none
 * @param registryToken a token that is shown as it is; empty for none
 */
public record Credential(String username, String password, String identityToken, String registryToken) {
    /** A user with a password. */
    public static Credential basic(String username, String password) {
        return new Credential(username, password, "", "");
    }

    /** Whether there is nothing to show. */
    boolean isEmpty() {
        return username.isEmpty() && identityToken.isEmpty() && registryToken.isEmpty();
    }

    /** The value of an {@code Authorization} header for the user. */
    String basicAuthorization() {
        return "Basic "
                + Base64.getEncoder().encodeToString((username + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /** Never what it holds. */
    @Override
    public String toString() {
        return "Credential[hidden]";
    }
}
