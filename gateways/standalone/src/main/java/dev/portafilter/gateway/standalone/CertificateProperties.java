package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** The properties of a TLS session and of its two certificates. Source: ABI reference, section 3.12. */
final class CertificateProperties {
    private static final int DNS_NAME = 2;
    private static final int URI_NAME = 6;

    private CertificateProperties() {}

    /** Names in subjects that Envoy writes out and the JDK would give as numbers. */
    private static final Map<String, String> ATTRIBUTE_NAMES = Map.of(
            "1.2.840.113549.1.9.1", "emailAddress",
            "2.5.4.5", "serialNumber",
            "2.5.4.4", "SN",
            "2.5.4.42", "GN",
            "2.5.4.12", "title",
            "2.5.4.9", "street",
            "2.5.4.13", "description",
            "2.5.4.17", "postalCode");

    /** Reads a property; without TLS there is none. Without a certificate the subject is empty, and the rest is not there. */
    static Status read(String name, @Nullable SSLSession session, ResultBytes value) {
        if (session == null) {
            return Status.NOT_FOUND;
        }
        X509Certificate local = first(session.getLocalCertificates());
        return switch (name) {
            case "tls_version" -> ConnectionProperties.text(value, session.getProtocol());
            case "subject_local_certificate" -> subject(local, value);
            case "subject_peer_certificate" -> subject(peer(session), value);
            case "dns_san_local_certificate" -> name(local, DNS_NAME, value);
            case "dns_san_peer_certificate" -> name(peer(session), DNS_NAME, value);
            case "uri_san_local_certificate" -> name(local, URI_NAME, value);
            case "uri_san_peer_certificate" -> name(peer(session), URI_NAME, value);
            case "sha256_peer_certificate_digest" -> digest(peer(session), value);
            case "peer_certificate" -> pem(peer(session), value);
            default -> Status.NOT_FOUND;
        };
    }

    private static @Nullable X509Certificate peer(SSLSession session) {
        try {
            return first(session.getPeerCertificates());
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    private static @Nullable X509Certificate first(Certificate @Nullable [] chain) {
        return chain != null && chain.length > 0 && chain[0] instanceof X509Certificate certificate
                ? certificate
                : null;
    }

    private static Status subject(@Nullable X509Certificate certificate, ResultBytes value) {
        String subject = certificate == null
                ? ""
                : certificate.getSubjectX500Principal().getName(X500Principal.RFC2253, ATTRIBUTE_NAMES);
        return ConnectionProperties.text(value, subject);
    }

    private static Status name(@Nullable X509Certificate certificate, int type, ResultBytes value) {
        try {
            Collection<List<?>> names = certificate == null ? null : certificate.getSubjectAlternativeNames();
            if (names != null) {
                for (List<?> name : names) {
                    if (Integer.valueOf(type).equals(name.get(0))) {
                        return ConnectionProperties.text(value, String.valueOf(name.get(1)));
                    }
                }
            }
        } catch (CertificateParsingException e) {
            // A certificate that cannot be read has no names.
        }
        return Status.NOT_FOUND;
    }

    private static Status digest(@Nullable X509Certificate certificate, ResultBytes value) {
        if (certificate == null) {
            return Status.NOT_FOUND;
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return ConnectionProperties.text(value, HexFormat.of().formatHex(digest));
        } catch (GeneralSecurityException e) {
            return Status.NOT_FOUND;
        }
    }

    private static Status pem(@Nullable X509Certificate certificate, ResultBytes value) {
        if (certificate == null) {
            return Status.NOT_FOUND;
        }
        try {
            byte[] lineEnd = "\n".getBytes(StandardCharsets.US_ASCII);
            String body = Base64.getMimeEncoder(64, lineEnd).encodeToString(certificate.getEncoded());
            return ConnectionProperties.text(
                    value, "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n");
        } catch (GeneralSecurityException e) {
            return Status.NOT_FOUND;
        }
    }
}
