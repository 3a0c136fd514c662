/**
 * What a plugin is before it runs: code, root id, configuration, phase, priority, failure policy, limits and
 * capabilities, as immutable values in their order.
 */
@NullMarked
package dev.portafilter.runtime.plugin;

import org.jspecify.annotations.NullMarked;
