package dev.portafilter.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON text that somebody else wrote. What is asked for and not there, or is of another type, reads as absent, so that
 * only what counts needs a check. A name that is there twice is refused: two readers could see two texts.
 */
final class JsonTree {
    /** Deeper than anything that signatures or indexes hold. */
    private static final int DEPTH = 32;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEPTH).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final JsonTree ABSENT = new JsonTree(null);

    private final @Nullable Object value;

    private JsonTree(@Nullable Object value) {
        this.value = value;
    }

    /**
     * Reads a text that is one value.
     *
     * @throws JsonProcessingException when it is none
     */
    static JsonTree parse(byte[] text) throws JsonProcessingException {
        try (JsonParser parser = FACTORY.createParser(text)) {
            JsonTree tree = parser.nextToken() == null ? ABSENT : new JsonTree(value(parser));
            if (tree == ABSENT || parser.nextToken() != null) {
                throw new com.fasterxml.jackson.core.JsonParseException(parser, "not one value");
            }
            return tree;
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new AssertionError("the text is in memory", e);
        }
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        switch (token) {
            case START_OBJECT:
                Map<String, JsonTree> members = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    members.put(name, new JsonTree(value(parser)));
                }
                return members;
            case START_ARRAY:
                List<JsonTree> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(new JsonTree(value(parser)));
                }
                return items;
            case VALUE_STRING:
                return parser.getText();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT:
                return parser.getDecimalValue();
            case VALUE_TRUE, VALUE_FALSE:
                return parser.getBooleanValue();
            default:
                return null;
        }
    }

    /** The member with a name; absent when there is none, or this is no object. */
    JsonTree get(String name) {
        return value instanceof Map<?, ?> map && map.get(name) instanceof JsonTree member ? member : ABSENT;
    }

    /** The member with a name in any letters; absent when there is none or more than one. */
    JsonTree getIgnoringCase(String name) {
        JsonTree found = ABSENT;
        for (Map.Entry<String, JsonTree> member : members().entrySet()) {
            if (member.getKey().equalsIgnoreCase(name)) {
                if (found != ABSENT) {
                    return ABSENT;
                }
                found = member.getValue();
            }
        }
        return found;
    }

    /** The members; none when this is no object. */
    @SuppressWarnings("unchecked") // Only value() makes maps.
    Map<String, JsonTree> members() {
        return value instanceof Map<?, ?> ? (Map<String, JsonTree>) value : Map.of();
    }

    /** The items; none when this is no array. */
    @SuppressWarnings("unchecked") // Only value() makes lists.
    List<JsonTree> items() {
        return value instanceof List<?> ? (List<JsonTree>) value : List.of();
    }

    /** Whether there is something other than {@code null}. */
    boolean present() {
        return value != null;
    }

    /** The text; empty when this is none. */
    String text() {
        return value instanceof String text ? text : "";
    }

    /** The texts of an array; others are left out. */
    List<String> texts() {
        return items().stream()
                .map(item -> item.value)
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .toList();
    }

    /** The integer; 0 when this is none. */
    long number() {
        return value instanceof BigDecimal number && number.precision() - number.scale() <= 18 ? number.longValue() : 0;
    }
}
