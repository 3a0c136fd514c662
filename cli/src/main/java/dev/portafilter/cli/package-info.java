/**
 * The {@code portafilter} command. Start at {@link dev.portafilter.cli.Main}.
 */
@NullMarked
package dev.portafilter.cli;

import org.jspecify.annotations.NullMarked;
