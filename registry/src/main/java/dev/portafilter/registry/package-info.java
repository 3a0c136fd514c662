/**
 * Where modules come from: files, HTTP servers and OCI registries; with digests, signatures, secrets and a cache. Source:
 * WasmPlugin reference, sections 4 to 6.
 *
 * <p>{@link RegistryModules} is all of it as one {@link dev.portafilter.resources.ModuleLocator}. {@link Repository} is what
 * is read of one repository of a registry, {@link SignatureVerifier} finds the signature of what was read and
 * {@link SigningKey} makes one; {@link FetchException} says why something could not be had, with a code that is the same in
 * logs, metrics and the state of a resource.
 */
@NullMarked
package dev.portafilter.registry;

import org.jspecify.annotations.NullMarked;
