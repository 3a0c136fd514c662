package dev.portafilter.registry;

import java.io.IOException;
import java.util.Map;

/** HTTP as registries are asked, so with the same addresses, certificates and limits, and without credentials. */
final class WebTransport implements HttpTransport {
    private static final int OK = 200;
    private static final byte[] NOTHING = new byte[0];

    private final WebClient web;
    private final RegistryOptions options;

    WebTransport(WebClient web, RegistryOptions options) {
        this.web = web;
        this.options = options;
    }

    @Override
    public Answer get(String url, long mostBytes, boolean pinned, Deadline deadline) throws IOException {
        WebAddress address = WebAddress.parse(url);
        if (address == null) {
            throw new FetchException("fetch.url", url + ": is no url (expected: http or https, without user)");
        }
        boolean verified = !options.isInsecure(address.authority());
        WebClient.Request request = new WebClient.Request("GET", address, Map.of("Accept", "*/*"), NOTHING, verified);
        Redirects.Check check = (from, to) -> {
            if (from.tls() && !to.tls() && !pinned) {
                throw new FetchException(
                        "fetch.redirects",
                        from + ": redirects to " + to + " (expected: https as before, or a sha256 or verificationKey)");
            }
        };
        Redirects redirects = new Redirects(web, options);
        Redirects.Landed landed = redirects.follow(web.send(request, deadline), request, check, deadline);
        try (WebResponse response = landed.response()) {
            if (response.status() != OK) {
                return new Answer(response.status(), NOTHING);
            }
            byte[] body = response.length() > mostBytes ? null : response.body().readNBytes((int) mostBytes + 1);
            if (body == null || body.length > mostBytes) {
                throw new FetchException(
                        "limit.moduleTooLarge", url + ": is larger than " + mostBytes + " bytes (limit)");
            }
            return new Answer(OK, body);
        }
    }
}
