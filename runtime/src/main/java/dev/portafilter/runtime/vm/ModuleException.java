package dev.portafilter.runtime.vm;

/**
 * A module cannot be loaded: its bytes are no valid wasm, or it asks for something that no host gives. The message lists
 * everything that is wrong, one complaint a line.
 */
public final class ModuleException extends Exception {
    private static final long serialVersionUID = 1L;

    ModuleException(String message) {
        super(message);
    }

    ModuleException(String message, Throwable cause) {
        super(message, cause);
    }
}
