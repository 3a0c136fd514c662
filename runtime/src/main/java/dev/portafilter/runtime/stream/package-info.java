/**
 * Plugin contexts and stream contexts, and one request's way through the chain of filters. Everything here belongs
 * to one worker and is single-threaded.
 */
@NullMarked
package dev.portafilter.runtime.stream;

import org.jspecify.annotations.NullMarked;
