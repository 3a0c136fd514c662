package dev.portafilter.resources;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.representer.StandardRepresenter;

/**
 * Writes a tree of maps, lists, texts, numbers, booleans and nulls as YAML that means the same under YAML 1.2 and under the
 * YAML 1.1 of Kubernetes tools: a text is quoted unless both take it for text.
 */
final class YamlText {
    /** What both take for text, apart from {@link #WORDS}: it begins like a word or path and has no sign of YAML. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_/]([A-Za-z0-9_./@:=+ ,-]*[A-Za-z0-9_./@=+-])?");
    /** What stays readable as a block: printable lines that neither begin the block with a space nor end in one. */
    private static final Pattern LINES = Pattern.compile("[!-~][ -~]*(\\n[ -~]*)*", Pattern.UNICODE_CHARACTER_CLASS);

    private static final Set<String> WORDS =
            Set.of("null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf");

    private static final DumpSettings SETTINGS = settings(true);
    /** With every character outside ASCII escaped. */
    private static final DumpSettings ESCAPING = settings(false);

    private YamlText() {}

    private static DumpSettings settings(boolean unicode) {
        return DumpSettings.builder()
                .setDefaultFlowStyle(FlowStyle.BLOCK)
                .setSplitLines(false)
                .setDereferenceAliases(true)
                .setUseUnicodeEncoding(unicode)
                .build();
    }

    /** A document, without the line that separates it from others; null when a text of it is no Unicode. */
    static @Nullable String of(Map<String, Object> tree) {
        Styles styles = new Styles(SETTINGS);
        String text = new Dump(SETTINGS, styles).dumpToString(tree);
        if (!styles.unicode) {
            return null;
        }
        return styles.control ? new Dump(ESCAPING, new Styles(ESCAPING)).dumpToString(tree) : text;
    }

    /** A value as a tree. */
    static @Nullable Object value(Node node) {
        if (node instanceof Node.Text text) {
            return text.value();
        }
        if (node instanceof Node.Numeral numeral) {
            return numeral.value();
        }
        if (node instanceof Node.Truth truth) {
            return truth.value();
        }
        if (node instanceof Node.Sequence sequence) {
            List<@Nullable Object> items = new ArrayList<>();
            sequence.items().forEach(item -> items.add(value(item)));
            return items;
        }
        if (node instanceof Node.Mapping mapping) {
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            mapping.members().forEach((name, member) -> members.put(name, value(member.value())));
            return members;
        }
        return null;
    }

    private static final class Styles extends StandardRepresenter {
        private boolean unicode = true;
        /** Whether there is a character that YAML 1.1 does not allow as it is. */
        private boolean control;

        Styles(DumpSettings settings) {
            super(settings);
            representers.put(String.class, text -> representScalar(Tag.STR, (String) text, style((String) text)));
            representers.put(Double.class, number -> number((Double) number));
            representers.put(
                    BigInteger.class, number -> representScalar(Tag.INT, number.toString(), ScalarStyle.PLAIN));
        }

        private org.snakeyaml.engine.v2.nodes.Node number(Double number) {
            String text = number == 0 && 1 / number < 0 ? "-0.0" : JsonText.number(number);
            boolean whole = text.indexOf('.') < 0 && text.indexOf('e') < 0;
            return representScalar(whole ? Tag.INT : Tag.FLOAT, text, ScalarStyle.PLAIN);
        }

        private ScalarStyle style(String text) {
            unicode &= StandardCharsets.UTF_8.newEncoder().canEncode(text);
            control |= text.chars().anyMatch(c -> c >= 0x7f && c < 0xa0 || c >= 0xfffe);
            boolean plain = PLAIN.matcher(text).matches()
                    && !text.contains(": ")
                    && !WORDS.contains(text.toLowerCase(Locale.ROOT));
            if (plain) {
                return ScalarStyle.PLAIN;
            }
            boolean block = text.indexOf('\n') >= 0
                    && !text.contains(" \n")
                    && LINES.matcher(text).matches();
            return block ? ScalarStyle.LITERAL : ScalarStyle.DOUBLE_QUOTED;
        }
    }
}
