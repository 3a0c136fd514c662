package dev.portafilter.abi;

/** A function that the host offers to guests under a free name. Source: ABI reference, section 3.13. */
@FunctionalInterface
public interface ForeignFunction {
    /**
     * Runs the function on the worker's thread; it must not block.
     *
     * @param context the effective context of the call
     * @param arguments a copy, owned by the function
     * @param result takes the bytes for the guest; when none are set the guest gets an empty result
     * @return the status that the guest sees
     */
    Status call(EffectiveContext context, byte[] arguments, ResultBytes result);
}
