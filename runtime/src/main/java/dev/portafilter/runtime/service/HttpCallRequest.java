package dev.portafilter.runtime.service;

import dev.portafilter.abi.HeaderMap;

/**
 * An HTTP call that a plugin makes; checked by the runtime: {@code :method}, {@code :path} and {@code :authority} are
 * there once, no value holds CR, LF or NUL.
 *
 * @param upstream the name of the cluster, known to the transport
 * @param headers pseudo-headers first; {@code content-length} is right
 * @param body may be empty; not to be changed
 * @param trailers may be empty
 * @param timeoutMillis 0 for none
 */
public record HttpCallRequest(String upstream, HeaderMap headers, byte[] body, HeaderMap trailers, int timeoutMillis) {}
