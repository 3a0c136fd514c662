package dev.portafilter.registry;

import java.io.IOException;

/** One HTTP request, with redirects followed and addresses checked. */
@FunctionalInterface
interface HttpTransport {
    /**
     * An answer.
     *
     * @param status its status
     * @param body its bytes as they were sent; empty unless the status is 200
     */
    record Answer(int status, byte[] body) {}

    /**
     * Gets a file.
     *
     * @param url an http or https url without user
     * @param mostBytes the largest body that is read
     * @param pinned whether only one content will do, or one that somebody signed: then it may come by plain HTTP too where
     *     the url says https
     * @param deadline when it must be over
     * @throws FetchException when it must not be asked for, is too large, or there is no time
     * @throws IOException when the network fails
     */
    Answer get(String url, long mostBytes, boolean pinned, Deadline deadline) throws IOException;
}
