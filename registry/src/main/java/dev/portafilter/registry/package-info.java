/**
 * Where modules come from: files, HTTP servers and OCI registries; with digests, signatures, secrets and a cache. Source:
 * WasmPlugin reference, sections 4 to 6.
 *
 * <p>{@link Repository} is what is read of one repository of a registry; {@link FetchException} says why something could not
 * be had, with a code that is the same in logs, metrics and the state of a resource.
 */
@NullMarked
package dev.portafilter.registry;

import org.jspecify.annotations.NullMarked;
