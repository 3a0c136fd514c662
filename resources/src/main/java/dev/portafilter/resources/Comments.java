package dev.portafilter.resources;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.comments.CommentType;
import org.snakeyaml.engine.v2.events.CommentEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;

/** Finds the comments of a YAML file, which are no part of what resources mean. */
final class Comments {
    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setCodePointLimit(ReadLimits.FILE_BYTES + 1)
            .setBufferSize(YamlDocuments.BUFFER_CHARACTERS)
            .setParseComments(true)
            .build();

    private Comments() {}

    /** A warning for each comment, and for each block of lines of them. */
    static List<Problem> notCarriedOver(String file, String text) {
        Problems problems = new Problems();
        if (file.toLowerCase(Locale.ROOT).endsWith(".json")) {
            return problems.list();
        }
        List<Mark> block = new ArrayList<>();
        try {
            for (Event event : new Parse(SETTINGS).parseString(text)) {
                Mark mark = event instanceof CommentEvent comment && comment.getCommentType() != CommentType.BLANK_LINE
                        ? event.getStartMark().orElse(null)
                        : null;
                if (mark == null) {
                    continue;
                }
                Mark last = block.isEmpty() ? null : block.get(block.size() - 1);
                if (last != null && (mark.getLine() != last.getLine() + 1 || mark.getColumn() != last.getColumn())) {
                    report(file, block, problems);
                    block.clear();
                }
                block.add(mark);
            }
        } catch (RuntimeException e) {
            // Reading the resources has said what is wrong; comments behind that place go with what is not read.
            problems.warning(
                    "migrate.comment",
                    SourcePosition.whole(file),
                    "",
                    null,
                    "comments may be left out unseen",
                    "YAML 1.2");
        }
        report(file, block, problems);
        return problems.list();
    }

    private static void report(String file, List<Mark> block, Problems problems) {
        if (block.isEmpty()) {
            return;
        }
        SourcePosition position = new SourcePosition(
                file, block.get(0).getLine() + 1, block.get(0).getColumn() + 1);
        String message = block.size() == 1 ? "comment is left out" : block.size() + " lines of comments are left out";
        problems.warning("migrate.comment", position, "", null, message, null);
    }
}
