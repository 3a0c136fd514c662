package dev.portafilter.test.compare;

import java.util.List;
import java.util.Map;

/**
 * One request, or what a client does instead, and what the servers make of it.
 *
 * @param name says what it is about
 * @param client what the client does; a response is read at the end unless it has gone
 * @param http2 whether the client speaks HTTP/2
 * @param bodiless whether the response has no body whatever its head says, as to HEAD
 * @param answers what each server does, by cluster name, request by request
 * @param waitMillis how long to watch on after the response, for ticks and the like
 * @param expected parts that are known to differ, with the reason
 */
record Exchange(
        String name,
        List<Step> client,
        boolean http2,
        boolean bodiless,
        Map<String, List<Answer>> answers,
        int waitMillis,
        Map<Part, String> expected) {}
