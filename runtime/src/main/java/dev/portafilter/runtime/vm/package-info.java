/**
 * The machine that executes WebAssembly: engine, modules, VMs, guest memory and the deadline watchdog. The only
 * package that knows which engine this is.
 */
@NullMarked
package dev.portafilter.runtime.vm;

import org.jspecify.annotations.NullMarked;
