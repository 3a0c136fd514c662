/**
 * What plugins share or ask for beyond their stream: shared data, shared queues, metrics, timers, callouts and
 * foreign functions.
 */
@NullMarked
package dev.portafilter.runtime.service;

import org.jspecify.annotations.NullMarked;
