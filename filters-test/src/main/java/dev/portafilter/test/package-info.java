/**
 * The kit for authors of filters: an in-memory host that shows what a filter does with a request, step by step.
 */
@NullMarked
package dev.portafilter.test;

import org.jspecify.annotations.NullMarked;
