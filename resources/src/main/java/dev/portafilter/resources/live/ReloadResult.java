package dev.portafilter.resources.live;

import dev.portafilter.runtime.UpdateResult;
import java.util.List;

/**
 * What came of reading the resources again.
 *
 * @param plugins what changed in the host
 * @param errors what is wrong with resources, a line each
 * @param keptLastGood resources that run in their last good version, since the newest is wrong or cannot be read
 */
public record ReloadResult(UpdateResult plugins, List<String> errors, List<String> keptLastGood) {
    /** Copies the lists. */
    public ReloadResult {
        errors = List.copyOf(errors);
        keptLastGood = List.copyOf(keptLastGood);
    }

    /** Whether every resource is as it was written, and every plugin could be had. */
    public boolean clean() {
        return errors.isEmpty() && plugins.failures().isEmpty();
    }
}
