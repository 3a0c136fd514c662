package dev.portafilter.cli;

import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.IStyle;
import picocli.CommandLine.Help.Ansi.Style;

/** Colours for text that may hold anything: unlike picocli's own, no part of it is read as markup. */
record Paint(Ansi ansi) {
    String bold(String text) {
        return with(text, Style.bold);
    }

    String faint(String text) {
        return with(text, Style.faint);
    }

    String good(String text) {
        return with(text, Style.fg_green);
    }

    String odd(String text) {
        return with(text, Style.fg_yellow);
    }

    String bad(String text) {
        return with(text, Style.fg_red);
    }

    private String with(String text, IStyle style) {
        return ansi.enabled() ? Style.on(style) + text + Style.off(style) : text;
    }
}
