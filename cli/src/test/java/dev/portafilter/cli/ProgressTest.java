package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressTest {
    @Test
    void line_ofATransfer_saysHowManyBytesHavePassed() {
        assertThat(Progress.line("pulling x", 0, 1_000_000))
                .isEqualTo("[                    ] 0 bytes of 1.0 MB  pulling x");
        assertThat(Progress.line("pulling x", 500_000, 1_000_000))
                .isEqualTo("[##########          ] 500.0 kB of 1.0 MB  pulling x");
        assertThat(Progress.line("pulling x", 2_000_000, 1_000_000))
                .isEqualTo("[####################] 1.0 MB of 1.0 MB  pulling x");
    }

    @Test
    void transfer_keepsTheLargeBody_andForgetsItWhenSomethingElseBegins() {
        Transfer transfer = new Transfer();
        transfer.transferred(700, 1_000);
        assertThat(transfer.total()).isZero();
        transfer.transferred(300_000, 1_000_000);
        transfer.transferred(700, 1_000);
        transfer.transferred(900_000, -1);
        assertThat(transfer.bytes()).isEqualTo(300_000);
        assertThat(transfer.total()).isEqualTo(1_000_000);
        transfer.begin();
        assertThat(transfer.total()).isZero();
    }

    @Test
    void work_elsewhereThanOnATerminal_drawsNothing() throws Exception {
        StringWriter err = new StringWriter();
        assertThat(new Progress(new PrintWriter(err), false).show("x", () -> 7)).isEqualTo(7);
        assertThat(err.toString()).isEmpty();
    }
}
