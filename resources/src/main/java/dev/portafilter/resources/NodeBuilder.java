package dev.portafilter.resources;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Builds the tree of one document from the events of a YAML or JSON reader, within {@link ReadLimits}. Duplicate keys and
 * keys that are no text are problems; the tree is complete all the same.
 */
final class NodeBuilder {
    /** Refuses a document as a whole. */
    static final class DocumentException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        final String rule;
        final transient SourcePosition position;
        final String expected;

        DocumentException(String rule, SourcePosition position, String message, String expected) {
            super(message);
            this.rule = rule;
            this.position = position;
            this.expected = expected;
        }
    }

    /** A mapping or list that is not complete. */
    private static final class Frame {
        final SourcePosition position;
        final @Nullable String anchor;
        final boolean mapping;
        final List<Node> items = new ArrayList<>();
        final Map<String, Node.Member> members = new LinkedHashMap<>();

        @Nullable Node key;

        int values = 1;
        int height = 1;

        Frame(SourcePosition position, @Nullable String anchor, boolean mapping) {
            this.position = position;
            this.anchor = anchor;
            this.mapping = mapping;
        }
    }

    /** A complete value, how many values it stands for, and how deep it is. */
    private record Anchored(Node node, int values, int height) {}

    /** Counts the values of all documents of a file. */
    static final class Budget {
        private int values;
    }

    private final Problems problems;
    private final Budget budget;
    private final Deque<Frame> open = new ArrayDeque<>();
    private final Map<String, Anchored> anchors = new HashMap<>();
    private @Nullable Node root;

    NodeBuilder(Problems problems, Budget budget) {
        this.problems = problems;
        this.budget = budget;
    }

    /** The document; null while it has no value. */
    @Nullable Node root() {
        return root;
    }

    void startMapping(SourcePosition position, @Nullable String anchor) {
        start(new Frame(position, anchor, true));
    }

    void startSequence(SourcePosition position, @Nullable String anchor) {
        start(new Frame(position, anchor, false));
    }

    private void start(Frame frame) {
        checkDepth(frame.position, 1);
        spend(frame.position, 1);
        open.push(frame);
    }

    void end() {
        Frame frame = open.pop();
        Node node = frame.mapping
                ? new Node.Mapping(frame.members, frame.position)
                : new Node.Sequence(frame.items, frame.position);
        complete(new Anchored(node, frame.values, frame.height), frame.anchor);
    }

    void scalar(Node node, @Nullable String anchor) {
        spend(node.position(), 1);
        complete(new Anchored(node, 1, 0), anchor);
    }

    void alias(String name, SourcePosition position) {
        Anchored anchored = anchors.get(name);
        if (anchored == null) {
            throw new DocumentException(
                    "yaml.alias",
                    position,
                    "alias " + Words.quote(name) + " has no anchor",
                    "an anchor that is complete before it");
        }
        checkDepth(position, anchored.height);
        spend(position, anchored.values);
        complete(anchored, null);
    }

    private void checkDepth(SourcePosition position, int height) {
        if (open.size() + height > ReadLimits.DEPTH) {
            throw new DocumentException(
                    "limit.depth",
                    position,
                    "too deep",
                    "at most " + ReadLimits.DEPTH + " lists and mappings inside each other");
        }
    }

    private void spend(SourcePosition position, int values) {
        budget.values += values;
        if (budget.values > ReadLimits.VALUES) {
            throw new DocumentException(
                    "limit.values",
                    position,
                    "too many values",
                    "at most " + ReadLimits.VALUES + " in a file, each alias counted as all that it stands for");
        }
    }

    private void complete(Anchored value, @Nullable String anchor) {
        if (anchor != null) {
            anchors.put(anchor, value);
        }
        Frame frame = open.peek();
        if (frame == null) {
            root = value.node;
            return;
        }
        frame.values += value.values;
        frame.height = Math.max(frame.height, value.height + 1);
        if (!frame.mapping) {
            frame.items.add(value.node);
        } else if (frame.key == null) {
            frame.key = value.node;
        } else {
            put(frame, frame.key, value.node);
            frame.key = null;
        }
    }

    private void put(Frame frame, Node key, Node value) {
        String name = name(key);
        SourcePosition position = key.position();
        if (name == null) {
            problems.error("yaml.key", position, path(), null, "a key is " + key.kind(), "text");
            return;
        }
        boolean plain = !(key instanceof Node.Text text) || text.plain();
        if (plain && name.equals("<<")) {
            problems.error(
                    "yaml.merge",
                    position,
                    path(),
                    null,
                    "merge key <<",
                    "the keys written out: YAML 1.2 has no merge");
            return;
        }
        Node.Member before = frame.members.get(name);
        if (before != null) {
            problems.error(
                    "yaml.duplicateKey",
                    position,
                    path(),
                    null,
                    "key " + Words.quote(name) + " stands twice, first in line "
                            + before.keyPosition().line(),
                    "each key once");
            return;
        }
        frame.members.put(name, new Node.Member(value, position, plain));
    }

    /** The key as text, as Kubernetes tools would have it; null when it is a list or mapping. */
    private static @Nullable String name(Node key) {
        if (key instanceof Node.Text text) {
            return text.value();
        }
        if (key instanceof Node.Sequence || key instanceof Node.Mapping) {
            return null;
        }
        return JsonText.of(key);
    }

    /** Where the innermost open mapping or list stands in the document, for messages. */
    String path() {
        StringBuilder path = new StringBuilder();
        int left = open.size();
        for (Iterator<Frame> outermostFirst = open.descendingIterator(); outermostFirst.hasNext(); ) {
            Frame frame = outermostFirst.next();
            left--;
            if (left == 0) {
                break;
            }
            if (!frame.mapping) {
                path.append('[').append(frame.items.size()).append(']');
            } else if (frame.key != null) {
                String name = name(frame.key);
                path.replace(0, path.length(), Words.path(path.toString(), name == null ? "?" : name));
            }
        }
        return path.toString();
    }

    /** Tags that say what a value is anyway. */
    static final Set<String> COLLECTION_TAGS = Set.of("!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq");
}
