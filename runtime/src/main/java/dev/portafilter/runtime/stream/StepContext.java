package dev.portafilter.runtime.stream;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.service.HostStep;
import dev.portafilter.runtime.service.StepStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A step of the host's own on one stream. It sees heads only; bodies and trailers wait behind a head that it holds. */
final class StepContext implements StreamFilter, StepStream {
    private static final Logger LOG = LoggerFactory.getLogger(StepContext.class);
    private static final int LOWEST_STATUS = 200;
    private static final int HIGHEST_STATUS = 599;

    private final HttpStream stream;
    private final Worker worker;
    private final HostStep.Place place;
    private final HostStep step;
    private final Slot request = new Slot();
    private final Slot response = new Slot();
    private boolean inRequestHeaders;
    private boolean holds;
    private @Nullable Object kept;

    StepContext(HttpStream stream, Worker worker, HostStep.Place place, HostStep step) {
        this.stream = stream;
        this.worker = worker;
        this.place = place;
        this.step = step;
    }

    @Override
    public Slot slot(Direction direction) {
        return direction == Direction.REQUEST ? request : response;
    }

    @Override
    public boolean takes(Direction direction) {
        return direction == Direction.REQUEST || request.seen;
    }

    @Override
    public Slot.Hold onHeaders(Direction direction, HeaderMap headers, boolean endOfStream) {
        slot(direction).seen = true;
        if (direction == Direction.REQUEST) {
            inRequestHeaders = true;
            run("requestHeaders", () -> step.requestHeaders(this));
            inRequestHeaders = false;
        } else {
            run("responseHeaders", () -> step.responseHeaders(this));
        }
        boolean stays = stream.endPending() || direction == Direction.REQUEST && holds;
        return stays ? Slot.Hold.ALL_WATERMARK : Slot.Hold.NONE;
    }

    private void run(String what, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOG.error("host step {}: {} failed", place, what, e);
            stream.replyPending(LocalReply.of(500, "Internal Server Error", "host_step_failed"));
        }
    }

    @Override
    public int onBody(Direction direction, int size, boolean endOfStream) {
        return 0;
    }

    @Override
    public boolean onTrailers(Direction direction, HeaderMap trailers) {
        return true;
    }

    @Override
    public void log() {}

    @Override
    public void end() {
        holds = false;
        request.drop();
        response.drop();
        try {
            step.done(this);
        } catch (RuntimeException e) {
            LOG.error("host step {}: done failed", place, e);
        }
    }

    @Override
    public String filterName() {
        return "host step " + place;
    }

    @Override
    public HeaderMap requestHeaders() {
        return Objects.requireNonNullElseGet(stream.requestHeaders(), HeaderMap::new);
    }

    @Override
    public @Nullable HeaderMap responseHeaders() {
        return stream.responseHeaders();
    }

    @Override
    public void hold() {
        if (!inRequestHeaders) {
            throw new IllegalStateException("hold: outside of requestHeaders (expected: inside)");
        }
        holds = true;
    }

    @Override
    public void resume() {
        if (!holds) {
            return;
        }
        holds = false;
        if (!inRequestHeaders) {
            worker.enter();
            try {
                worker.afterCall(() -> stream.flow(Direction.REQUEST).resume(this));
            } finally {
                worker.leave();
            }
        }
    }

    @Override
    public void reply(int status, HeaderMap headers, byte[] body, String details) {
        if (status < LOWEST_STATUS || status > HIGHEST_STATUS) {
            throw new IllegalArgumentException("reply: status " + status + " (expected: 200..599)");
        }
        if (stream.finished()) {
            return;
        }
        holds = false;
        worker.enter();
        try {
            stream.replyPending(LocalReply.ofStep(status, headers, body, details));
        } finally {
            worker.leave();
        }
    }

    @Override
    public void execute(Runnable task) {
        worker.execute(task);
    }

    @Override
    public boolean finished() {
        return stream.finished();
    }

    @Override
    public int responseStatus() {
        return stream.responseCode();
    }

    @Override
    public long requestBytes() {
        return stream.requestBytes();
    }

    @Override
    public long responseBytes() {
        return stream.responseBytes();
    }

    @Override
    public long durationNanos() {
        return stream.durationNanos();
    }

    @Override
    public @Nullable Object kept() {
        return kept;
    }

    @Override
    public void keep(@Nullable Object value) {
        kept = value;
    }
}
