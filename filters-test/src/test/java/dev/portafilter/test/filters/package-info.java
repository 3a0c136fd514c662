/**
 * Filters made only to be tested, one per folder of {@code src/test/filters}: together they use what the SDKs of Rust, Go,
 * AssemblyScript and C++ offer and the sample plugins do not. What is asserted here was seen in Envoy 1.40.0 first. Start
 * with {@link dev.portafilter.test.filters.TestFilter}.
 */
@NullMarked
package dev.portafilter.test.filters;

import org.jspecify.annotations.NullMarked;
