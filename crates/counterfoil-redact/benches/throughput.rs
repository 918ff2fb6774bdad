//! Measures the throughput of the redactor and of the writer, for texts of 1 MB and of 16 MB. If the time is linear in
//! the length of the text, both lengths have the same throughput.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a bench measures, and one that cannot go on says so"
)]

use std::hint::black_box;
use std::io::Write as _;
use std::time::Instant;

use counterfoil::testing;
use counterfoil_redact::{RedactingWriter, Redactor};

const MEGABYTE: usize = 1_000_000;
const ROUNDS: usize = 15;

/// Returns the best throughput of several rounds, in megabytes per second.
fn best(bytes: usize, mut run: impl FnMut()) -> f64 {
    let seconds = (0..ROUNDS).map(|_| {
        let began = Instant::now();
        run();
        began.elapsed().as_secs_f64()
    });
    bytes as f64 / seconds.fold(f64::INFINITY, f64::min) / MEGABYTE as f64
}

fn main() {
    let issued = futures_executor::block_on(testing::service().personal_access_token("ivan", "projects:read"));
    let token = issued.token.expose_secret();
    let line = "2026-01-01T00:00:00Z INFO request{method=GET path=/projects status=200}: answered after 12 ms\n";
    let fields = "{\"request_id\":\"a_b_c\",\"user_agent\":\"x\",\"status_code\":200,\"duration_ms\":12}\n";
    let texts = [
        ("log lines without `_`", line.to_owned()),
        ("JSON with many `_`", fields.to_owned()),
        ("only `_`", "_".to_owned()),
        ("beginnings of tokens", format!("{}-", &token[..token.len() - 1])),
        ("a wrong checksum in each line", format!("{line}{}0\n", &token[..token.len() - 1])),
        ("a token in each line", format!("{line}{token}\n")),
    ];
    println!("{:<32}{:>8}{:>16}{:>16}", "MB/s", "size", "redact", "writer, 4 KiB");
    let redactor = Redactor::default();
    for (name, unit) in texts {
        for size in [MEGABYTE, 16 * MEGABYTE] {
            let text = unit.repeat(size / unit.len());
            let whole = best(text.len(), || {
                black_box(redactor.redact(black_box(&text)));
            });
            let written = best(text.len(), || {
                let mut writer = RedactingWriter::new(std::io::sink(), redactor.clone());
                for piece in text.as_bytes().chunks(4_096) {
                    writer.write_all(piece).expect("a sink takes all");
                }
            });
            println!("{name:<32}{:>5} MB{whole:>16.0}{written:>16.0}", size / MEGABYTE);
        }
    }
}
