/**
 * Resources that a running host follows: they change, and the host changes with them. Source: WasmPlugin reference,
 * section 7.6.
 *
 * <p>Start from {@link LiveConfiguration}, which reads resources, keeps the last good version of what has become wrong, and
 * says how each is doing ({@link ResourceStatus}); {@link FileWatch} tells it when files have changed.
 */
@NullMarked
package dev.portafilter.resources.live;

import org.jspecify.annotations.NullMarked;
