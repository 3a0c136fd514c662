package dev.portafilter.resources;

import dev.portafilter.resources.NodeBuilder.DocumentException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentEndEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/**
 * Reads the documents of a YAML text. The tree is built here from events, not by the library, so that depth, size and
 * aliases are bounded while reading. A document that cannot be read is a problem, and reading goes on at the next
 * {@code ---}: no line of a YAML document can begin with it.
 */
final class YamlDocuments {
    private static final String CORE_TAG = "tag:yaml.org,2002:";
    /** Characters that the library reads at once: it copies the current line each time, so few make long lines slow. */
    static final int BUFFER_CHARACTERS = 1 << 17;

    /** For texts that are shorter: what is not used is made and cleared all the same. */
    private static final int SMALL_BUFFER_CHARACTERS = 1 << 13;

    private static final LoadSettings SETTINGS = settings(BUFFER_CHARACTERS);
    private static final LoadSettings SETTINGS_OF_SHORT_TEXTS = settings(SMALL_BUFFER_CHARACTERS);

    private final String file;
    private final String text;
    private final Problems problems;
    private final NodeBuilder.Budget budget = new NodeBuilder.Budget();
    private final List<Document> documents = new ArrayList<>();
    /** Where the part being parsed begins. */
    private int startOffset;

    private int startLine;
    private SourcePosition reached;

    private YamlDocuments(String file, String text, Problems problems) {
        this.file = file;
        this.text = text;
        this.problems = problems;
        this.reached = new SourcePosition(file, 1, 1);
    }

    private static LoadSettings settings(int bufferCharacters) {
        return LoadSettings.builder()
                .setCodePointLimit(ReadLimits.FILE_BYTES + 1)
                .setBufferSize(bufferCharacters)
                .build();
    }

    static List<Document> read(String file, String text, Problems problems) {
        YamlDocuments reading = new YamlDocuments(file, text, problems);
        if (reading.hasLongLine()) {
            return List.of();
        }
        int broken = 0;
        while (!reading.parse()) {
            if (++broken == ReadLimits.BROKEN_DOCUMENTS) {
                problems.error(
                        "limit.brokenDocuments",
                        reading.reached,
                        "",
                        null,
                        "the rest of the file is skipped",
                        "less than " + ReadLimits.BROKEN_DOCUMENTS + " documents that are no YAML");
                break;
            }
            if (!reading.skipToNextDocument()) {
                break;
            }
        }
        return reading.documents;
    }

    private boolean hasLongLine() {
        int line = 1;
        for (int start = 0; start < text.length(); line++) {
            int end = text.indexOf('\n', start);
            int length = (end < 0 ? text.length() : end) - start;
            if (length > ReadLimits.LINE_CHARACTERS) {
                problems.error(
                        "limit.lineCharacters",
                        new SourcePosition(file, line, 1),
                        "",
                        null,
                        "a line of " + length + " characters",
                        "at most " + ReadLimits.LINE_CHARACTERS);
                return true;
            }
            start += length + 1;
        }
        return false;
    }

    /** Parses from {@link #startOffset}; false when a document was broken and more may follow. */
    private boolean parse() {
        NodeBuilder builder = new NodeBuilder(problems, budget);
        int errorsBefore = problems.errorCount();
        try {
            String rest = text.substring(startOffset);
            boolean isShort = rest.length() < SMALL_BUFFER_CHARACTERS;
            for (Event event : new Parse(isShort ? SETTINGS_OF_SHORT_TEXTS : SETTINGS).parseString(rest)) {
                reached = position(event.getStartMark());
                if (event instanceof DocumentStartEvent) {
                    builder = new NodeBuilder(problems, budget);
                    errorsBefore = problems.errorCount();
                } else if (event instanceof DocumentEndEvent) {
                    Node root = builder.root();
                    if (root != null) {
                        documents.add(new Document(root, problems.errorCount() == errorsBefore));
                    }
                } else {
                    accept(event, builder);
                }
            }
            return true;
        } catch (DocumentException e) {
            reached = e.position;
            problems.error(e.rule, e.position, builder.path(), null, String.valueOf(e.getMessage()), e.expected);
            return e.rule.equals("limit.values");
        } catch (MarkedYamlEngineException e) {
            reached = position(e.getProblemMark().or(e::getContextMark));
            problems.error("yaml.syntax", reached, "", null, syntax(e), "YAML 1.2");
            return false;
        } catch (RuntimeException e) {
            // The library has no promise about what it throws for hostile text, such as %YAML 99999999999.
            problems.error("yaml.syntax", reached, "", null, "after here, the text is no YAML", "YAML 1.2");
            return false;
        }
    }

    private String syntax(MarkedYamlEngineException e) {
        String problem = e.getProblem() == null ? "no YAML" : Words.syntax(e.getProblem());
        if (e.getContext() == null || e.getContextMark().isEmpty()) {
            return problem;
        }
        return Words.syntax(e.getContext()) + " from line "
                + position(e.getContextMark()).line() + ": " + problem;
    }

    private void accept(Event event, NodeBuilder builder) {
        if (event instanceof ScalarEvent scalar) {
            builder.scalar(scalar(scalar, builder), anchor(scalar.getAnchor()));
        } else if (event instanceof AliasEvent alias) {
            builder.alias(alias.getAlias().getValue(), reached);
        } else if (event instanceof CollectionStartEvent start) {
            String tag = start.getTag().orElse("!");
            if (!NodeBuilder.COLLECTION_TAGS.contains(tag)) {
                unknownTag(tag, builder);
            }
            if (event instanceof MappingStartEvent) {
                builder.startMapping(reached, anchor(start.getAnchor()));
            } else {
                builder.startSequence(reached, anchor(start.getAnchor()));
            }
        } else if (event instanceof CollectionEndEvent) {
            builder.end();
        }
    }

    private Node scalar(ScalarEvent event, NodeBuilder builder) {
        String value = event.getValue();
        String tag = event.getTag().orElse("");
        try {
            switch (tag) {
                case "":
                    return event.isPlain() ? CoreScalars.resolve(value, reached) : new Node.Text(value, false, reached);
                case "!", CORE_TAG + "str":
                    return new Node.Text(value, false, reached);
                case CORE_TAG + "int", CORE_TAG + "float", CORE_TAG + "bool", CORE_TAG + "null":
                    return tagged(tag.substring(CORE_TAG.length()), CoreScalars.resolve(value, reached), builder);
                default:
                    unknownTag(tag, builder);
                    return new Node.Text(value, false, reached);
            }
        } catch (ArithmeticException e) {
            throw new DocumentException(
                    "limit.numberDigits",
                    reached,
                    String.valueOf(e.getMessage()),
                    "at most " + ReadLimits.NUMBER_DIGITS);
        }
    }

    private Node tagged(String tag, Node node, NodeBuilder builder) {
        boolean fits = switch (tag) {
            case "int" -> node instanceof Node.Numeral numeral && !(numeral.value() instanceof Double);
            case "float" -> node instanceof Node.Numeral;
            case "bool" -> node instanceof Node.Truth;
            default -> node instanceof Node.Nothing;
        };
        if (!fits) {
            problems.error("yaml.tag", reached, builder.path(), null, "the value does not fit its tag !!" + tag, null);
        }
        return node;
    }

    private void unknownTag(String tag, NodeBuilder builder) {
        problems.error("yaml.tag", reached, builder.path(), null, "unknown tag " + Words.quote(tag), "no tag");
    }

    private static @Nullable String anchor(Optional<Anchor> anchor) {
        return anchor.map(Anchor::getValue).orElse(null);
    }

    private SourcePosition position(Optional<Mark> mark) {
        return mark.map(at -> new SourcePosition(file, startLine + at.getLine() + 1, at.getColumn() + 1))
                .orElse(reached);
    }

    /** Moves to the first {@code ---} line after the place reached; false when there is none. */
    private boolean skipToNextDocument() {
        int line = startLine;
        int offset = startOffset;
        while (true) {
            int lineEnd = text.indexOf('\n', offset);
            if (lineEnd < 0) {
                return false;
            }
            offset = lineEnd + 1;
            line++;
            if (line + 1 >= reached.line() && startsDocument(offset)) {
                startOffset = offset;
                startLine = line;
                return true;
            }
        }
    }

    private boolean startsDocument(int offset) {
        return text.startsWith("---", offset)
                && (offset + 3 == text.length() || " \t\r\n".indexOf(text.charAt(offset + 3)) >= 0);
    }
}
