package dev.portafilter.test;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Ends the hosts of a JUnit test and checks that nothing was left behind:
 *
 * <pre>{@code
 * @RegisterExtension
 * final TestHosts hosts = new TestHosts();
 *
 * @Test
 * void admin_withoutToken_isRefused() {
 *     TestHost host = hosts.start(TestHost.builder().plugin("auth", code, "{}"));
 *     …
 * }
 * }</pre>
 */
public final class TestHosts implements AfterEachCallback {
    private final List<TestHost> hosts = new ArrayList<>();

    /** For a field with {@code @RegisterExtension}. */
    public TestHosts() {}

    /** Starts a host that ends with the test. */
    public TestHost start(TestHost.Builder builder) {
        TestHost host = builder.build();
        hosts.add(host);
        return host;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        boolean passed = context.getExecutionException().isEmpty();
        try {
            if (passed) {
                hosts.forEach(TestHost::verify);
            }
        } finally {
            hosts.forEach(TestHost::close);
            hosts.clear();
        }
    }
}
