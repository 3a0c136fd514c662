package dev.portafilter.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import dev.portafilter.runtime.ProxyWasmHost;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.SingleThreadWorkerExecutor;
import dev.portafilter.runtime.stream.HttpExchange;
import dev.portafilter.runtime.stream.Worker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The README's example of embedding: it compiles, it runs, and it is the one in the README. */
class EmbeddingExampleTest {
    private static final Path README = Path.of("..", "README.md");
    private static final Path THIS = Path.of("src/test/java/dev/portafilter/test/EmbeddingExampleTest.java");

    @Test
    void readmeExample_runs_andTheFilterAnswers() throws Exception {
        byte[] code = plugin("token-check");
        HeaderMap request =
                HeaderMap.of(":authority", "example.com", ":path", "/", ":method", "GET", ":scheme", "http");
        CompletableFuture<String> answer = new CompletableFuture<>();
        HttpExchange exchange = new AnswerOnly(answer);
        // example begins
        PluginSpec plugin =
                PluginSpec.builder("my-filter", ModuleSource.of(code)).build();
        try (SingleThreadWorkerExecutor thread = new SingleThreadWorkerExecutor("filters");
                ProxyWasmHost host = ProxyWasmHost.builder().plugin(plugin).build()) {
            Worker worker = host.newWorker(thread);
            thread.execute(() -> worker.openStream(exchange).requestHeaders(request, true));
            answer.get(10, TimeUnit.SECONDS);
        }
        // example ends
        assertThat(answer).isCompletedWithValue("401");
    }

    @Test
    void readmeExample_isTheOneThatIsTested() throws IOException {
        String readme = Files.readString(README);
        String example = readme.substring(readme.indexOf("```java") + "```java".length());
        example = example.substring(0, example.indexOf("```"));
        String source = Files.readString(THIS);
        String tested = source.substring(source.indexOf("// example begins") + 17, source.indexOf("// example ends"));
        assertThat(example.replaceAll("\\s+", "")).isEqualTo(tested.replaceAll("\\s+", ""));
    }

    private static byte[] plugin(String name) throws IOException {
        try (InputStream in =
                EmbeddingExampleTest.class.getResourceAsStream("/dev/portafilter/plugins/" + name + ".wasm")) {
            assertThat(in).as(name).isNotNull();
            return in.readAllBytes();
        }
    }

    /** An exchange that only wants to know the status of the answer. */
    private record AnswerOnly(CompletableFuture<String> answer) implements HttpExchange {
        @Override
        public void forwardRequest(HeaderMap headers, boolean endOfStream) {}

        @Override
        public void forwardRequestBody(byte[] data, boolean endOfStream) {}

        @Override
        public void forwardRequestTrailers(HeaderMap trailers) {}

        @Override
        public void forwardResponse(HeaderMap headers, boolean endOfStream) {
            answer.complete(headers.get(":status"));
        }

        @Override
        public void forwardResponseBody(byte[] data, boolean endOfStream) {}

        @Override
        public void forwardResponseTrailers(HeaderMap trailers) {}

        @Override
        public void cancelUpstream() {}

        @Override
        public void reset(String details) {}

        @Override
        public void readRequest(boolean wanted) {}

        @Override
        public void readResponse(boolean wanted) {}

        @Override
        public Status property(PropertyPath path, ResultBytes value) {
            return Status.NOT_FOUND;
        }
    }
}
