package dev.portafilter.resources;

import java.util.List;
import java.util.Map;

/** One value of a document, as YAML 1.2 (core schema) or JSON means it, and where it stands. */
sealed interface Node {
    SourcePosition position();

    /** What it is, in words. */
    String kind();

    /** Text; {@code plain} when it was written without quotes. */
    record Text(String value, boolean plain, SourcePosition position) implements Node {
        @Override
        public String kind() {
            return "text";
        }
    }

    /** A number: {@link java.math.BigInteger} or {@link Double}, which may be infinite or NaN. */
    record Numeral(Number value, String source, SourcePosition position) implements Node {
        @Override
        public String kind() {
            return "a number";
        }
    }

    /** true or false. */
    record Truth(boolean value, SourcePosition position) implements Node {
        @Override
        public String kind() {
            return "a boolean";
        }
    }

    /** null. */
    record Nothing(SourcePosition position) implements Node {
        @Override
        public String kind() {
            return "null";
        }
    }

    /** A list. */
    record Sequence(List<Node> items, SourcePosition position) implements Node {
        @Override
        public String kind() {
            return "a list";
        }
    }

    /** A mapping, in the order written. */
    record Mapping(Map<String, Member> members, SourcePosition position) implements Node {
        @Override
        public String kind() {
            return "a mapping";
        }
    }

    /** A key's value, where the key stands, and whether the key was written without quotes. */
    record Member(Node value, SourcePosition keyPosition, boolean plainKey) {}
}
