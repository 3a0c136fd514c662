package dev.portafilter.runtime.vm;

import dev.portafilter.abi.AbiVersion;
import dev.portafilter.abi.Callback;
import dev.portafilter.runtime.vm.ModuleLayout.Export;
import java.util.List;
import java.util.Map;

/**
 * What a VM needs to know of a module that has passed the {@link ModuleCheck}.
 *
 * @param startFunctions what runs at the start, in order
 * @param parameterCounts of the allocator, the start functions and the callbacks
 * @param managedTypes whether the engine's garbage collection has work with its instances
 */
record ModuleFacts(
        AbiVersion abiVersion,
        Export allocator,
        List<Export> startFunctions,
        Map<Callback, Export> callbacks,
        Map<Export, Integer> parameterCounts,
        boolean managedTypes) {}
