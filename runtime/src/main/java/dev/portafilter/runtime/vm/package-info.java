/**
 * The machine room: turns the bytes of a plugin into running guests. The only package that knows the wasm engine.
 *
 * <p>Start from {@link dev.portafilter.runtime.vm.Engine}, which loads a module once; its
 * {@link dev.portafilter.runtime.vm.VmModule} makes any number of {@link dev.portafilter.runtime.vm.Vm}s, each with its
 * own memory and each used by one thread at a time. What goes wrong is a
 * {@link dev.portafilter.runtime.vm.ModuleException} while loading and a
 * {@link dev.portafilter.runtime.vm.GuestFailure} while running.
 */
@NullMarked
package dev.portafilter.runtime.vm;

import org.jspecify.annotations.NullMarked;
