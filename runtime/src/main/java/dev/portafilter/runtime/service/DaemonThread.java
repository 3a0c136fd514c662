package dev.portafilter.runtime.service;

import java.util.concurrent.ScheduledThreadPoolExecutor;

/** Threads that do not keep the JVM alive. */
final class DaemonThread {
    private DaemonThread() {}

    /** One thread with timers, where a cancelled timer leaves nothing behind. */
    static ScheduledThreadPoolExecutor scheduled(String name) {
        ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread daemon = new Thread(task, name);
            daemon.setDaemon(true);
            return daemon;
        });
        thread.setRemoveOnCancelPolicy(true);
        return thread;
    }
}
