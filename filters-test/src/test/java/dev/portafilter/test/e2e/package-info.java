/**
 * The sample plugins through real HTTP: a client, a gateway with plugins, and an upstream, all on loopback. Start with
 * {@link dev.portafilter.test.e2e.EndToEnd}, which starts a gateway and checks at the end that it left nothing behind, and
 * {@link dev.portafilter.test.e2e.Wire}, either end of a connection.
 */
@NullMarked
package dev.portafilter.test.e2e;

import org.jspecify.annotations.NullMarked;
