package dev.portafilter.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Whom TLS connections trust: the certificate authorities of the JVM and those of a file, or, where allowed, anybody. */
final class TlsContexts {
    private final SSLSocketFactory checked;
    private final SSLSocketFactory unchecked;

    /**
     * Reads the authorities.
     *
     * @param authorities a PEM file with certificates that are trusted beside those of the JVM; null for none
     * @throws IOException when the file cannot be read or holds no certificate
     */
    TlsContexts(@Nullable Path authorities) throws IOException {
        try {
            List<X509TrustManager> trusted = new ArrayList<>();
            trusted.add(trustManager(null));
            if (authorities != null) {
                trusted.add(trustManager(keyStore(authorities)));
            }
            checked = factory(trusted.size() == 1 ? trusted.get(0) : new AnyOf(trusted));
            unchecked = factory(new Everybody());
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS: cannot be set up: " + e.getMessage(), e);
        }
    }

    SSLSocketFactory sockets(boolean verified) {
        return verified ? checked : unchecked;
    }

    private static SSLSocketFactory factory(TrustManager trust) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {trust}, null);
        return context.getSocketFactory();
    }

    private static X509TrustManager trustManager(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager found) {
                return found;
            }
        }
        throw new GeneralSecurityException("no X.509 trust");
    }

    private static KeyStore keyStore(Path file) throws IOException, GeneralSecurityException {
        Collection<? extends Certificate> certificates;
        try (InputStream in = Files.newInputStream(file)) {
            certificates = CertificateFactory.getInstance("X.509").generateCertificates(in);
        } catch (CertificateException e) {
            throw new IOException(file + ": holds no certificates (expected: PEM certificates)", e);
        }
        if (certificates.isEmpty()) {
            throw new IOException(file + ": holds no certificates (expected: PEM certificates)");
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        for (Certificate certificate : certificates) {
            store.setCertificateEntry("authority" + number++, certificate);
        }
        return store;
    }

    /** Trusts whom one of several trusts. The host name is checked by the JVM's part that each of them is. */
    private static final class AnyOf extends X509ExtendedTrustManager {
        private final List<X509TrustManager> trusted;

        AnyOf(List<X509TrustManager> trusted) {
            this.trusted = trusted;
        }

        private interface Check {
            void with(X509ExtendedTrustManager manager) throws CertificateException;
        }

        private void any(Check check) throws CertificateException {
            CertificateException refused = new CertificateException("no certificate authorities");
            for (X509TrustManager manager : trusted) {
                try {
                    check.with((X509ExtendedTrustManager) manager);
                    return;
                } catch (CertificateException e) {
                    refused = e;
                }
            }
            throw refused;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            any(manager -> manager.checkServerTrusted(chain, type, socket));
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            any(manager -> manager.checkServerTrusted(chain, type, engine));
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            any(manager -> manager.checkServerTrusted(chain, type));
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            any(manager -> manager.checkClientTrusted(chain, type, socket));
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            any(manager -> manager.checkClientTrusted(chain, type, engine));
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            any(manager -> manager.checkClientTrusted(chain, type));
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return trusted.stream()
                    .flatMap(manager -> List.of(manager.getAcceptedIssuers()).stream())
                    .toArray(X509Certificate[]::new);
        }
    }

    /** Trusts everybody: for registries that the operator listed as insecure. */
    private static final class Everybody extends X509ExtendedTrustManager {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
