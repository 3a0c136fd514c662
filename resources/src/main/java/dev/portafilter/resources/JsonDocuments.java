package dev.portafilter.resources;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.portafilter.resources.NodeBuilder.DocumentException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the values of a JSON text, one document each. A reader of its own because YAML readers differ on JSON's tabs and
 * escaped surrogates.
 */
final class JsonDocuments {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(ReadLimits.DEPTH)
                    .maxNumberLength(ReadLimits.NUMBER_DIGITS)
                    .maxStringLength(ReadLimits.FILE_BYTES)
                    .maxNameLength(ReadLimits.FILE_BYTES)
                    .build())
            .build();

    private JsonDocuments() {}

    static List<Document> read(String file, String text, Problems problems) {
        List<Document> documents = new ArrayList<>();
        NodeBuilder.Budget budget = new NodeBuilder.Budget();
        try (JsonParser parser = FACTORY.createParser(text)) {
            while (parser.nextToken() != null) {
                NodeBuilder builder = new NodeBuilder(problems, budget);
                int errorsBefore = problems.errorCount();
                readValue(file, parser, builder);
                Node root = builder.root();
                if (root != null) {
                    documents.add(new Document(root, problems.errorCount() == errorsBefore));
                }
            }
        } catch (DocumentException e) {
            problems.error(e.rule, e.position, "", null, String.valueOf(e.getMessage()), e.expected);
        } catch (JsonProcessingException e) {
            SourcePosition position =
                    e.getLocation() == null ? SourcePosition.whole(file) : position(file, e.getLocation());
            problems.error("json.syntax", position, "", null, Words.syntax(e.getOriginalMessage()), "JSON");
        } catch (IOException e) {
            throw new UncheckedIOException("unreachable: the text is in memory", e);
        }
        return documents;
    }

    /** The one object that a text is; null when it is something else, or no JSON that can be read without a problem. */
    static Node.@Nullable Mapping object(String text) {
        Problems problems = new Problems();
        List<Document> documents = read("", text, problems);
        boolean one = problems.list().isEmpty() && documents.size() == 1;
        return one && documents.get(0).root() instanceof Node.Mapping mapping ? mapping : null;
    }

    /** Reads one value; the parser stands at its first token. */
    private static void readValue(String file, JsonParser parser, NodeBuilder builder) throws IOException {
        int depth = 0;
        JsonToken token = parser.currentToken();
        while (token != null) {
            SourcePosition position = position(file, parser.currentTokenLocation());
            switch (token) {
                case START_OBJECT -> {
                    depth++;
                    builder.startMapping(position, null);
                }
                case START_ARRAY -> {
                    depth++;
                    builder.startSequence(position, null);
                }
                case END_OBJECT, END_ARRAY -> {
                    depth--;
                    builder.end();
                }
                case FIELD_NAME, VALUE_STRING -> builder.scalar(new Node.Text(parser.getText(), false, position), null);
                case VALUE_NUMBER_INT ->
                    builder.scalar(new Node.Numeral(parser.getBigIntegerValue(), parser.getText(), position), null);
                case VALUE_NUMBER_FLOAT ->
                    builder.scalar(new Node.Numeral(parser.getDoubleValue(), parser.getText(), position), null);
                case VALUE_TRUE, VALUE_FALSE ->
                    builder.scalar(new Node.Truth(token == JsonToken.VALUE_TRUE, position), null);
                default -> builder.scalar(new Node.Nothing(position), null);
            }
            if (depth == 0) {
                return;
            }
            token = parser.nextToken();
        }
    }

    private static SourcePosition position(String file, JsonLocation location) {
        return new SourcePosition(file, Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
    }
}
