/**
 * A reverse proxy on Vert.x whose requests and responses pass through the filters of the runtime. Its event loops
 * are the runtime's workers.
 */
@NullMarked
package dev.portafilter.gateway.standalone;

import org.jspecify.annotations.NullMarked;
