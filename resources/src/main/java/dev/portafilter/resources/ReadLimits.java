package dev.portafilter.resources;

/** What reading may cost. Each limit is far above what operators write and far below what hurts the process. */
final class ReadLimits {
    /** Bytes of one file: Kubernetes itself refuses objects over 1.5 MiB, and a file may hold several. */
    static final int FILE_BYTES = 4 << 20;

    /** Characters of one line of YAML: its reader holds the current line several times over, four bytes a character. */
    static final int LINE_CHARACTERS = 1 << 20;

    /** Mappings and lists inside each other: deeper text is an attack on recursive readers, also in the plugin. */
    static final int DEPTH = 100;

    /** Values of one file, each alias counted as all that it stands for: bounds what a few anchors can blow up to. */
    static final int VALUES = 200_000;

    /** Digits of one number: converting takes time that grows with the square. */
    static final int NUMBER_DIGITS = 1_000;

    /** Files of one directory: more is a directory that was not meant. */
    static final int FILES = 10_000;

    /** Documents of one file that are skipped for their syntax: each costs a new start. */
    static final int BROKEN_DOCUMENTS = 100;

    /** Problems kept: nobody reads more, and hostile text makes one per byte. */
    static final int PROBLEMS = 1_000;

    /** Bytes of one module, as Istio limits them. */
    static final long MODULE_BYTES = 256L << 20;

    private ReadLimits() {}
}
