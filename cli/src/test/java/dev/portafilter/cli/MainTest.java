package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CommandLine command =
            Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));

    @Test
    void command_withoutArguments_saysHowToUseIt() {
        assertThat(command.execute()).isZero();
        assertThat(out.toString()).startsWith("Usage: portafilter");
    }

    @Test
    void command_askedForItsVersion_namesItselfAndTheJvm() {
        assertThat(command.execute("--version")).isZero();
        assertThat(out.toString()).startsWith("portafilter ").contains("Java " + Runtime.version());
    }

    @Test
    void command_withAnUnknownOption_saysSoOnStandardErrorAndExitsWith2() {
        assertThat(command.execute("--grind")).isEqualTo(2);
        assertThat(err.toString()).contains("--grind", "See 'portafilter --help'.");
        assertThat(err.toString().lines()).hasSize(2);
        assertThat(out.toString()).isEmpty();
    }
}
