/**
 * What a filter costs: the measurements behind every number that the documentation gives.
 */
@NullMarked
package dev.portafilter.benchmarks;

import org.jspecify.annotations.NullMarked;
