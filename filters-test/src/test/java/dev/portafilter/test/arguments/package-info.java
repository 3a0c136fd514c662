/**
 * Every host function with bad arguments, and in every callback, by a table of good calls. Start with {@link
 * dev.portafilter.test.arguments.GoodCalls}.
 */
@NullMarked
package dev.portafilter.test.arguments;

import org.jspecify.annotations.NullMarked;
