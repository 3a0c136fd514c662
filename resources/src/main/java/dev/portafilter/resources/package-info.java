/**
 * What operators write, and what it means: resources in YAML become plugins in order, or an error that names the
 * line.
 */
@NullMarked
package dev.portafilter.resources;

import org.jspecify.annotations.NullMarked;
