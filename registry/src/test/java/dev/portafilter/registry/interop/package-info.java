/**
 * What others push and sign is pulled and verified here, and the reverse, with the tools in the directory that
 * {@code PORTAFILTER_REGISTRY_TOOLS} names; {@code .ci/registry-tools} gathers them.
 */
@NullMarked
package dev.portafilter.registry.interop;

import org.jspecify.annotations.NullMarked;
