package dev.portafilter.runtime.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The JDK reads its list of allowed headers once, so this needs a JVM of its own. */
class RestrictedHostHeaderTest {
    @Test
    void otherAuthority_withTheJvmsLeave_isSent() throws Exception {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djdk.httpclient.allowRestrictedHeaders=host",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RestrictedHostHeaderTest.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String output = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(jvm.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(output.lines().filter(line -> line.startsWith("host:"))).containsExactly("host: auth.example");
        } finally {
            jvm.destroyForcibly();
        }
    }

    /** Makes one call and prints the request. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        String answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
        try (LoopbackServer server = LoopbackServer.answering(answer);
                JdkHttpCallTransport transport = JdkHttpCallTransport.builder()
                        .cluster("cluster", server.uri())
                        .build()) {
            HeaderMap headers = HeaderMap.of(":method", "GET", ":path", "/", ":authority", "auth.example");
            RecordingHttpCallListener listener = new RecordingHttpCallListener();
            transport.start(new HttpCallRequest("cluster", headers, new byte[0], new HeaderMap(), 0), listener);
            System.out.print(server.request().toLowerCase(java.util.Locale.ROOT));
            listener.next();
        }
    }
}
