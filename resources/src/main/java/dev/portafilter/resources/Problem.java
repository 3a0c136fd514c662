package dev.portafilter.resources;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with what an operator wrote. Holds no secrets: contents of plugin configurations, variables
 * and keys are never part of it.
 *
 * @param severity whether the resource is refused
 * @param rule the rule that is broken, such as {@code V-08} or {@code yaml.syntax}; stable, for machines
 * @param position where
 * @param field the path of the field, such as {@code spec.match[0].ports}; empty when no field is meant
 * @param message what is wrong; reads on after the value
 * @param value the value as it is shown, quoted if it is text; null when none is shown
 * @param expected what would be right; null when the message says it
 */
public record Problem(
        Severity severity,
        String rule,
        SourcePosition position,
        String field,
        String message,
        @Nullable String value,
        @Nullable String expected) {
    /** How much a problem matters. */
    public enum Severity {
        /** The resource is refused; others are not touched. */
        ERROR,
        /** The resource is used. */
        WARNING
    }

    /** Whether the resource is refused. */
    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /** Such as {@code plugins.yaml:14:11 spec.sha256: "12ab" is 4 characters (expected: 64 hex digits)}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder().append(position);
        if (!field.isEmpty()) {
            text.append(' ').append(field);
        }
        text.append(": ");
        if (value != null) {
            text.append(value).append(' ');
        }
        text.append(message);
        if (expected != null) {
            text.append(" (expected: ").append(expected).append(')');
        }
        return text.toString();
    }
}
