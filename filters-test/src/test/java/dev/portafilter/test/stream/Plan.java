package dev.portafilter.test.stream;

import java.util.Arrays;

/**
 * What a {@link PlannedFilter} does to one request: its result in each of the six message callbacks, how a pause ends, and
 * where it does something else. Travels in a request header, one character each.
 */
final class Plan {
    /** How a pause ends. */
    enum Resume {
        NEVER('n'),
        INSIDE('i'),
        TICK('t'),
        CALL('c');

        final char letter;

        Resume(char letter) {
            this.letter = letter;
        }
    }

    static final int REQUEST_HEADERS = 0;
    static final int REQUEST_BODY = 1;
    static final int REQUEST_TRAILERS = 2;
    static final int RESPONSE_HEADERS = 3;
    static final int RESPONSE_BODY = 4;
    static final int RESPONSE_TRAILERS = 5;

    private static final int RESUME = 6;
    private static final int REPLY = 7;
    private static final int CLOSE = 8;
    private static final int TRAP = 9;

    private final char[] letters = "000000n---".toCharArray();

    /** A filter that lets everything pass. */
    static Plan passing() {
        return new Plan();
    }

    /** Gives this result in a callback; 7 stands for 77. */
    Plan result(int callback, int result) {
        letters[callback] = (char) ('0' + result);
        return this;
    }

    Plan resume(Resume resume) {
        letters[RESUME] = resume.letter;
        return this;
    }

    /** Sends a local response in a callback. */
    Plan replyIn(int callback) {
        letters[REPLY] = (char) ('0' + callback);
        return this;
    }

    /** Closes the stream in a callback. */
    Plan closeIn(int callback) {
        letters[CLOSE] = (char) ('0' + callback);
        return this;
    }

    /** Traps in a callback. */
    Plan trapIn(int callback) {
        letters[TRAP] = (char) ('0' + callback);
        return this;
    }

    int result(int callback) {
        return letters[callback] - '0';
    }

    boolean resumes() {
        return letters[RESUME] != Resume.NEVER.letter;
    }

    boolean drops(int callback) {
        return result(callback) >= 3;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Plan other && Arrays.equals(letters, other.letters);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(letters);
    }

    @Override
    public String toString() {
        return new String(letters);
    }
}
