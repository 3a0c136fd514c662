/**
 * The face that an embedder sees: a host for filters, the exchange a gateway implements, and the services it may
 * replace.
 */
@NullMarked
package dev.portafilter.runtime;

import org.jspecify.annotations.NullMarked;
