package dev.portafilter.runtime.stream;

/**
 * What one direction of a stream is doing.
 *
 * <pre>
 *            PAUSE   RESUME   FORWARD    REPLY    RESET   FINISH
 * RUNNING    PAUSED  RUNNING  FORWARDED  REPLIED  CLOSED  DONE
 * PAUSED     PAUSED  RUNNING  PAUSED     REPLIED  CLOSED  DONE
 * FORWARDED  -       -        -          REPLIED  CLOSED  DONE
 * REPLIED    -       -        -          -        CLOSED  DONE
 * CLOSED     -       -        -          -        -       DONE
 * DONE       -       -        -          -        -       -
 * </pre>
 *
 * <p>A dash means that the event changes nothing: it comes too late.
 */
enum FlowState {
    /** Elements pass as they come. */
    RUNNING,
    /** At least one plugin holds elements. */
    PAUSED,
    /** Everything, the end included, has been forwarded. */
    FORWARDED,
    /** A local reply has taken the place of what would have passed. */
    REPLIED,
    /** The stream was reset. */
    CLOSED,
    /** The stream is over. */
    DONE;

    /** What can happen to a direction. */
    enum Event {
        /** A plugin begins to hold elements. */
        PAUSE,
        /** No plugin holds elements any more. */
        RESUME,
        /** The end was forwarded. */
        FORWARD,
        /** A local reply takes over. */
        REPLY,
        /** Either side broke off. */
        RESET,
        /** The stream is over. */
        FINISH
    }

    /** Whether elements that arrive are taken. */
    boolean open() {
        return this == RUNNING || this == PAUSED;
    }

    private static final FlowState[][] AFTER = table();

    FlowState after(Event event) {
        return AFTER[ordinal()][event.ordinal()];
    }

    private static FlowState[][] table() {
        FlowState[][] table = new FlowState[values().length][Event.values().length];
        for (FlowState state : values()) {
            for (Event event : Event.values()) {
                table[state.ordinal()][event.ordinal()] = state.computeAfter(event);
            }
        }
        return table;
    }

    private FlowState computeAfter(Event event) {
        return switch (event) {
            case PAUSE -> open() ? PAUSED : this;
            case RESUME -> open() ? RUNNING : this;
            case FORWARD -> this == RUNNING ? FORWARDED : this;
            case REPLY -> open() || this == FORWARDED ? REPLIED : this;
            case RESET -> this == DONE ? DONE : CLOSED;
            case FINISH -> DONE;
        };
    }
}
