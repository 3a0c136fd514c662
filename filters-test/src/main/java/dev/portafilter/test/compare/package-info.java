/**
 * Compares the standalone gateway with a real Envoy: the same requests go through both with the same plugins, and what
 * the client, the servers, the log and the metrics saw is held side by side.
 *
 * <p>Start with {@link dev.portafilter.test.compare.Comparison}; what is sent is a {@link
 * dev.portafilter.test.compare.Scenario}, mostly from a file.
 */
@NullMarked
package dev.portafilter.test.compare;

import org.jspecify.annotations.NullMarked;
