//! Tests which bytes the writer holds back, how much memory it takes, and what it does if the other writer fails.

use std::io::{self, ErrorKind, Write};

use counterfoil_redact::{RedactingWriter, Redactor};

use crate::support::{redacted, token};

/// A writer that keeps the bytes that it takes. For each `write`, the next entry of `calls` says how many bytes the
/// writer takes at most, or how the `write` fails. If there is no entry left, the writer takes all bytes.
#[derive(Default)]
struct Stubborn {
    taken: Vec<u8>,
    calls: Vec<Result<usize, ErrorKind>>,
    longest: usize,
    count: usize,
}

impl Write for &mut Stubborn {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.count += 1;
        self.longest = self.longest.max(bytes.len());
        let most = if self.calls.is_empty() { Ok(bytes.len()) } else { self.calls.remove(0) };
        let count = most.map_err(io::Error::from)?.min(bytes.len());
        self.taken.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn redactor() -> Redactor {
    Redactor::default()
}

#[test]
fn life_5_a_very_long_line_is_passed_on_while_it_is_written() {
    // 32 MiB of one line: letters, `_`, and beginnings of tokens, in large and small writes.
    let piece = "cfp_0123456789cfp_abc".repeat(50_000);
    let mut sink = Stubborn::default();
    let mut writer = RedactingWriter::new(&mut sink, redactor());
    let mut written = 0;
    for size in [piece.len(), 1_000, 7].iter().cycle().take(96) {
        writer.write_all(&piece.as_bytes()[..*size]).expect("taken");
        written += size;
        assert!(writer.get_ref().taken.len() + 87 >= written, "more than 87 bytes are held back");
    }
    drop(writer);
    assert!(written > 32 << 20 && sink.taken.len() == written, "{written}");
    assert!(sink.longest <= 64 * 1024 + 87, "a buffer of {} bytes", sink.longest);
}

#[test]
fn life_5_one_write_becomes_one_write_and_a_line_is_not_held_back() {
    let token = token("cfp", 1);
    let line = format!("token={token} and cfp\n");
    let mut sink = Stubborn::default();
    let mut writer = RedactingWriter::new(&mut sink, redactor());
    for lines in 1..=10 {
        writer.write_all(line.as_bytes()).expect("taken");
        assert_eq!(writer.get_ref().count, lines);
        let all = format!("token={} and cfp\n", redacted(&token)).repeat(lines);
        assert_eq!(writer.get_ref().taken, all.as_bytes());
    }
}

#[test]
fn life_5_a_writer_that_takes_little_and_fails_at_times_gets_every_byte_once() {
    let token = token("cfp", 2);
    let text = format!("one {token} two {token} three cfp_").repeat(20);
    let failures = [Ok(1), Err(ErrorKind::Interrupted), Err(ErrorKind::WouldBlock), Ok(7), Err(ErrorKind::BrokenPipe)];
    for size in [1, 5, 30, 100, text.len()] {
        let mut sink = Stubborn { calls: failures.iter().cycle().take(200).copied().collect(), ..Stubborn::default() };
        let mut writer = RedactingWriter::new(&mut sink, redactor());
        for piece in text.as_bytes().chunks(size) {
            let mut rest = piece;
            while !rest.is_empty() {
                // An error means that nothing was taken, so the same bytes are written again.
                rest = &rest[writer.write(rest).unwrap_or(0)..];
            }
        }
        while writer.finish().is_err() {}
        drop(writer);
        assert_eq!(String::from_utf8_lossy(&sink.taken), redactor().redact(&text), "{size}");
    }
}

#[test]
fn life_5_an_error_of_the_other_writer_is_reported() {
    let mut sink = Stubborn { calls: vec![Err(ErrorKind::StorageFull)], ..Stubborn::default() };
    let mut writer = RedactingWriter::new(&mut sink, redactor());
    assert_eq!(writer.write(b"a line\n").map_err(|error| error.kind()), Err(ErrorKind::StorageFull));
    assert_eq!(writer.write(b"a line\n").expect("taken"), 7);
    drop(writer);
    assert_eq!(sink.taken, b"a line\n");
    // The other writer takes a part and then fails. The next call returns this error.
    let calls = vec![Ok(3), Err(ErrorKind::StorageFull), Err(ErrorKind::StorageFull)];
    let mut sink = Stubborn { calls, ..Stubborn::default() };
    let mut writer = RedactingWriter::new(&mut sink, redactor());
    assert_eq!(writer.write(b"a line\n").expect("taken"), 7);
    assert_eq!(writer.flush().map_err(|error| error.kind()), Err(ErrorKind::StorageFull));
    writer.flush().expect("there is space again");
    assert_eq!(writer.get_ref().taken, b"a line\n");
    // The other writer takes nothing.
    let mut sink = Stubborn { calls: vec![Ok(0)], ..Stubborn::default() };
    assert_eq!(RedactingWriter::new(&mut sink, redactor()).write(b"a").expect("nothing"), 0);
}

#[test]
fn life_5_the_end_is_passed_on_when_the_writer_is_dropped_and_debug_does_not_show_it() {
    let token = token("cfp", 4);
    let cut = &token[..token.len() - 1];
    let mut taken = Vec::new();
    let mut writer = RedactingWriter::new(&mut taken, redactor());
    writer.write_all(cut.as_bytes()).expect("taken");
    assert!(!format!("{writer:?}").contains(&token[30..40]));
    drop(writer);
    assert_eq!(taken, cut.as_bytes());
}
