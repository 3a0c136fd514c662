package dev.portafilter.cli;

import dev.portafilter.resources.ModuleLocator;
import dev.portafilter.resources.ModuleReference;
import dev.portafilter.resources.ModuleUrl;
import dev.portafilter.runtime.plugin.ModuleSource;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Modules from files. One that is elsewhere fails when it is loaded, so that its resource fails alone and by its own
 * failure strategy, and the others run.
 */
final class FileModules implements ModuleLocator {
    @Override
    public boolean loads(ModuleUrl.Scheme scheme) {
        return true;
    }

    @Override
    public boolean verifiesSignatures() {
        return false;
    }

    @Override
    public ModuleSource locate(ModuleReference module, String namespace, Path baseDirectory) {
        if (ModuleLocator.files().loads(module.url().scheme())) {
            return ModuleLocator.files().locate(module, namespace, baseDirectory);
        }
        return new ModuleSource() {
            @Override
            public byte[] load() throws IOException {
                throw new IOException("spec.url: " + location()
                        + " is not supported yet (expected: file://; the resource fails by its" + " failStrategy)");
            }

            @Override
            public String location() {
                return module.url().toString();
            }
        };
    }
}
