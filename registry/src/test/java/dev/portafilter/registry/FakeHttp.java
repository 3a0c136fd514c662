package dev.portafilter.registry;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Servers in memory, which say what was asked of them. */
final class FakeHttp implements HttpTransport {
    final List<String> requests = new ArrayList<>();
    private final Map<String, byte[]> files = new HashMap<>();
    private final List<Integer> statuses = new ArrayList<>();
    private boolean broken;

    void file(String url, byte[] body) {
        files.put(url, body);
    }

    /** The next answers have these statuses; 0 is a network that fails. */
    void next(int... all) {
        for (int status : all) {
            statuses.add(status);
        }
    }

    /** From now on the network fails. */
    void goesDown() {
        broken = true;
    }

    @Override
    public synchronized Answer get(String url, long mostBytes, boolean pinned, Deadline deadline) throws IOException {
        requests.add(url);
        int status = statuses.isEmpty() ? 200 : statuses.remove(0);
        if (broken || status == 0) {
            throw new IOException("connection reset");
        }
        byte[] body = files.get(url);
        if (status != 200 || body == null) {
            return new Answer(status == 200 ? 404 : status, new byte[0]);
        }
        if (body.length > mostBytes) {
            throw new FetchException("limit.moduleTooLarge", url + ": " + body.length);
        }
        return new Answer(200, body);
    }
}
