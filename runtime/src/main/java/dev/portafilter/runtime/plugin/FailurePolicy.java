package dev.portafilter.runtime.plugin;

/** What happens to requests when a plugin cannot run. Source: ABI reference, section 6.2. */
public enum FailurePolicy {
    /** Requests get 503. */
    FAIL_CLOSED,
    /** Requests pass as if the plugin were absent. */
    FAIL_OPEN,
    /** Requests get 503, and the VM is replaced when its back-off allows. */
    FAIL_RELOAD
}
