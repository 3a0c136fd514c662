package dev.portafilter.resources;

/**
 * A place in what an operator wrote.
 *
 * @param file the file as it was named by the caller
 * @param line the line, from 1; 0 when the problem is the file as a whole
 * @param column the column in characters, from 1; 0 when the problem is the file as a whole
 */
public record SourcePosition(String file, int line, int column) {
    /** The file as a whole. */
    static SourcePosition whole(String file) {
        return new SourcePosition(file, 0, 0);
    }

    /** {@code file:line:column}, or only the file. */
    @Override
    public String toString() {
        return line == 0 ? file : file + ":" + line + ":" + column;
    }
}
