/**
 * The contract between a filter and its host, in the words of the proxy-wasm specification: enums, wire formats,
 * and the tables of host functions and callbacks. It knows no engine, no I/O and no threads.
 */
@NullMarked
package dev.portafilter.abi;

import org.jspecify.annotations.NullMarked;
