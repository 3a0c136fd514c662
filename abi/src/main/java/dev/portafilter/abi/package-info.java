/**
 * The contract between a plugin and its host, in the words of the proxy-wasm specification: enums, wire formats, and the
 * tables of host functions and callbacks. It knows no engine, no I/O and no threads.
 *
 * <p>Start with {@link dev.portafilter.abi.HostFunctions}, the table of what a guest can call; {@link
 * dev.portafilter.abi.Callback}, the table of what a guest can be called with; and {@link
 * dev.portafilter.abi.EffectiveContext}, what a host must be able to do for a stream so that the rows have something to
 * act on. {@link dev.portafilter.abi.WasiFunctions} and {@link dev.portafilter.abi.EnvironmentFunctions} complete what a
 * module may import.
 */
@NullMarked
package dev.portafilter.abi;

import org.jspecify.annotations.NullMarked;
