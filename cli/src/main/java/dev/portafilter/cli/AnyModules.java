package dev.portafilter.cli;

import dev.portafilter.resources.ModuleLocator;
import dev.portafilter.resources.ModuleReference;
import dev.portafilter.resources.ModuleUrl;
import dev.portafilter.runtime.plugin.ModuleSource;
import java.io.IOException;
import java.nio.file.Path;

/** Takes every module for granted: whether a resource is valid does not depend on what this host can fetch. */
final class AnyModules implements ModuleLocator {
    @Override
    public boolean loads(ModuleUrl.Scheme scheme) {
        return true;
    }

    @Override
    public boolean verifiesSignatures() {
        return true;
    }

    @Override
    public ModuleSource locate(ModuleReference module, String namespace, Path baseDirectory) {
        if (ModuleLocator.files().loads(module.url().scheme())) {
            return ModuleLocator.files().locate(module, namespace, baseDirectory);
        }
        return new ModuleSource() {
            @Override
            public byte[] load() throws IOException {
                throw new IOException(location() + ": is not fetched here (expected: a command that runs plugins)");
            }

            @Override
            public String location() {
                return module.url().toString();
            }
        };
    }
}
