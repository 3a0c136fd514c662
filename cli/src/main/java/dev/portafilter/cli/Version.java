package dev.portafilter.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code portafilter --version} prints: the version in the jar's manifest, and the JVM's. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {
            "portafilter " + (version == null ? "(not packaged)" : version) + ", Java " + Runtime.version()
        };
    }
}
