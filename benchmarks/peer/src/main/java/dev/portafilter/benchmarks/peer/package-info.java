/**
 * The benchmarks' requests through the other Java host. What the benchmarks see of it is {@link
 * dev.portafilter.benchmarks.peer.PeerHost}, through types of the JDK only, because they load it with a class loader of
 * its own.
 */
@NullMarked
package dev.portafilter.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
