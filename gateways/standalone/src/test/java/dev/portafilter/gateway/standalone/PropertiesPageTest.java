package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.Status;
import dev.portafilter.runtime.service.NodeInfo;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The tables of {@code docs/properties.md} say what the gateway does: each cell is read by a plugin. */
@Timeout(60)
class PropertiesPageTest {
    private static final Path PAGE = Path.of("..", "..", "docs", "properties.md");

    @TempDir
    static Path directory;

    /** One row: what is read, its type, and a cell for each column behind. */
    private record Row(String path, String type, List<String> cells) {}

    /** The rows of the table below a heading. */
    private static List<Row> table(String heading) throws IOException {
        List<Row> rows = new ArrayList<>();
        boolean below = false;
        for (String line : Files.readAllLines(PAGE)) {
            below = line.startsWith("#") ? line.equals("## " + heading) : below;
            if (below && line.startsWith("| `")) {
                List<String> cells =
                        List.of(line.substring(1, line.length() - 1).split("\\|"));
                rows.add(new Row(
                        cells.get(0).strip().replace("`", ""),
                        cells.get(1).strip(),
                        cells.subList(2, cells.size()).stream()
                                .map(String::strip)
                                .toList()));
            }
        }
        assertThat(rows).as("rows of the table \"" + heading + "\"").isNotEmpty();
        assertThat(rows.stream().map(Row::path)).doesNotHaveDuplicates();
        return rows;
    }

    /** What the plugin read until the stream's end, by callback and path: status and bytes as logged. */
    private static Map<String, String> read(GatewayFixture fixture, List<Row> page) throws InterruptedException {
        Map<String, String> read = new LinkedHashMap<>();
        String last = "done " + page.get(page.size() - 1).path();
        while (!read.containsKey(last)) {
            String[] words = fixture.logged().split(" ", -1);
            assertThat(words).as("a line of the plugin").hasSize(4);
            read.putIfAbsent(words[0] + " " + words[1], words[2] + " " + words[3]);
        }
        return read;
    }

    /** The word of the page for what was read. */
    private static String cell(@Nullable String answer) {
        if (answer == null) {
            return "(not read)";
        }
        Status status = Status.values()[Integer.parseInt(answer.substring(0, 1))];
        String bytes = answer.substring(2);
        return switch (status) {
            case NOT_FOUND -> "–";
            case SERIALIZATION_FAILURE -> "bare";
            case OK -> bytes.isEmpty() || bytes.equals("00000000") ? "empty" : "value";
            default -> status.name();
        };
    }

    private static void checkSize(Row row, @Nullable String answer) {
        if (answer != null && cell(answer).equals("value")) {
            int size = (answer.length() - 2) / 2;
            switch (row.type()) {
                case "int", "time", "duration" ->
                    assertThat(size).as(row.path()).isEqualTo(8);
                case "bool" -> assertThat(size).as(row.path()).isEqualTo(1);
                default -> assertThat(size).as(row.path()).isPositive();
            }
        }
    }

    private static void compare(List<Row> page, Function<Row, List<String>> actual) {
        List<String> expected = page.stream().map(PropertiesPageTest::line).toList();
        List<String> got = page.stream()
                .map(row -> line(new Row(row.path(), row.type(), actual.apply(row))))
                .toList();
        assertThat(got).containsExactlyElementsOf(expected);
    }

    private static String line(Row row) {
        return "| `" + row.path() + "` | " + row.type() + " | " + String.join(" | ", row.cells()) + " |";
    }

    @Test
    void everyAttribute_inEveryCallback_isAsThePageSays() throws Exception {
        List<Row> page = table("Every attribute, callback by callback");
        Semaphore headSeen = new Semaphore(0);
        Semaphore bodySeen = new Semaphore(0);
        Map<String, String> read;
        try (StubUpstream upstream = new StubUpstream(connection -> {
                    connection.head();
                    headSeen.release();
                    connection.drainChunks();
                    connection.send("HTTP/1.1 200 OK\ntransfer-encoding: chunked\nx-up: a\n\n");
                    connection.chunk(new byte[5]);
                    bodySeen.acquire();
                    connection.send("0\nx-sum: 7\n\n");
                    connection.ended();
                });
                GatewayFixture fixture = new GatewayFixture(
                        GatewayOptions.builder(upstream.target()).workers(1),
                        services -> services.node(new NodeInfo("node-id", "cluster")),
                        PropertyProbe.reading(page.stream().map(Row::path).toList()));
                RawClient client = fixture.connect()) {
            client.send("POST /p?q=1 HTTP/1.1\nhost: shop.example\ntransfer-encoding: chunked\nreferer: r\n"
                    + "user-agent: ua\nx-request-id: id\n\n");
            headSeen.acquire();
            client.chunk("hello".getBytes(StandardCharsets.US_ASCII)).send("0\n\n");
            client.head();
            bodySeen.release();
            client.drainChunks();
            read = read(fixture, page);
        }
        compare(
                page,
                row -> PropertyProbe.CALLBACKS.stream()
                        .map(callback -> {
                            String answer = read.get(callback + " " + row.path());
                            checkSize(row, answer);
                            return cell(answer);
                        })
                        .toList());
    }

    @Test
    void everyCertificate_isAsThePageSays() throws Exception {
        List<Row> page = table("Certificates");
        TestCertificate server = TestCertificate.create(
                directory.resolve("server"), "CN=localhost", "san=dns:localhost,uri:spiffe://td/gw");
        TestCertificate client =
                TestCertificate.create(directory.resolve("client"), "CN=c", "san=dns:c,uri:spiffe://td/c");
        List<Map<String, String>> columns = new ArrayList<>();
        Vertx vertx = Vertx.vertx();
        try {
            int port = vertx.createHttpServer(
                            new HttpServerOptions().setSsl(true).setKeyCertOptions(keys(server)))
                    .requestHandler(request -> request.response().end("ok"))
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS)
                    .actualPort();
            Target tls = new Target(Target.Protocol.HTTPS, "localhost", port);
            try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                    GatewayFixture fixture = new GatewayFixture(
                            GatewayOptions.builder(upstream.target()).workers(1), probe(page))) {
                fixture.ask("GET / HTTP/1.1\nhost: a\n\n");
                columns.add(read(fixture, page));
            }
            for (TestCertificate presented : new TestCertificate[] {null, client}) {
                try (GatewayFixture fixture = new GatewayFixture(
                        GatewayOptions.builder(tls)
                                .workers(1)
                                .tls(server.certificate(), server.key())
                                .clientCa(client.certificate())
                                .ca(server.certificate()),
                        probe(page))) {
                    ask(vertx, fixture, presented);
                    columns.add(read(fixture, page));
                }
            }
        } finally {
            vertx.close();
        }
        compare(
                page,
                row -> columns.stream()
                        .map(read -> cell(read.get("log " + row.path())))
                        .toList());
    }

    private static dev.portafilter.runtime.plugin.PluginSpec probe(List<Row> page) {
        return PropertyProbe.reading(page.stream().map(Row::path).toList());
    }

    private static PemKeyCertOptions keys(TestCertificate certificate) {
        return new PemKeyCertOptions()
                .addCertPath(certificate.certificate().toString())
                .addKeyPath(certificate.key().toString());
    }

    private static void ask(Vertx vertx, GatewayFixture fixture, @Nullable TestCertificate presented) throws Exception {
        HttpClientOptions options =
                new HttpClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false);
        if (presented != null) {
            options.setKeyCertOptions(keys(presented));
        }
        HttpClient client = vertx.createHttpClient(options);
        client.request(HttpMethod.GET, fixture.gateway.endpoint().port(), "localhost", "/")
                .compose(request -> request.send())
                .compose(response -> response.body())
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        client.close();
    }
}
