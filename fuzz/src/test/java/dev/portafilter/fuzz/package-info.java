/**
 * Fuzz targets. In an ordinary build each plays its committed seeds and checks that nothing breaks; with {@code
 * JAZZER_FUZZ=1} it searches on from there. {@code docs/fuzzing.md} tells how.
 */
@NullMarked
package dev.portafilter.fuzz;

import org.jspecify.annotations.NullMarked;
