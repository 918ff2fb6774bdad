//! A writer that redacts.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, ErrorKind, Write};

use crate::redactor::Redactor;

/// The maximum number of bytes that one `write` takes. It limits the memory for a long line.
const CHUNK: usize = 64 * 1024;

/// Passes all bytes on to another writer, and replaces the secrets of tokens by `[redacted]`. It also finds a token
/// that is split across several calls of `write`.
///
/// If the last bytes of a `write` can be the beginning of a token, they are held back until later bytes show whether
/// they are. At most 87 bytes are held back. A line break cannot be a part of a token, so no part of a finished line is
/// held back. `flush` does not pass on the bytes that are held back. [`finish`](Self::finish) and dropping this writer
/// do.
///
/// One `write` of at most 64 KiB causes at most one `write` of the other writer, if that `write` takes all bytes.
///
/// ```
/// use std::io::Write;
///
/// use counterfoil::testing;
/// use counterfoil_redact::{RedactingWriter, Redactor};
///
/// # futures_executor::block_on(async {
/// let issued = testing::service().personal_access_token("ivan", "projects:read").await;
/// let (half, other_half) = issued.token.expose_secret().split_at(40);
///
/// let mut log = Vec::new();
/// let mut writer = RedactingWriter::new(&mut log, Redactor::default());
/// writer.write_all(format!("token={half}").as_bytes())?;
/// writer.write_all(format!("{other_half}\n").as_bytes())?;
/// drop(writer);
/// assert_eq!(log, format!("token={}[redacted]\n", &issued.token.expose_secret()[..26]).into_bytes());
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
pub struct RedactingWriter<W: Write> {
    inner: W,
    redactor: Redactor,
    /// The last bytes of the text so far, if they can be the beginning of a token.
    held: Vec<u8>,
    /// How many bytes of `held` were already passed on.
    shown: usize,
    /// Redacted bytes that `inner` has not taken yet.
    ready: Vec<u8>,
}

impl<W: Write> RedactingWriter<W> {
    /// Makes a writer that passes the redacted bytes on to `inner`.
    pub fn new(inner: W, redactor: Redactor) -> Self {
        Self { inner, redactor, held: Vec::new(), shown: 0, ready: Vec::new() }
    }

    /// The other writer, which gets the redacted bytes. It has not yet received the bytes that are held back.
    pub fn get_ref(&self) -> &W {
        &self.inner
    }

    /// Ends the text: passes on the bytes that were held back, and flushes the other writer. A token that continues in
    /// a later `write` is not found.
    ///
    /// # Errors
    ///
    /// The errors of the other writer. The bytes that it did not take are kept for the next call.
    pub fn finish(&mut self) -> io::Result<()> {
        // The bytes that were held back are not a complete token, so they need no redaction.
        self.ready.extend(self.held.drain(..).skip(self.shown));
        self.shown = 0;
        self.flush()
    }

    /// Passes on the bytes in `ready`.
    fn pass_on(&mut self) -> io::Result<()> {
        while !self.ready.is_empty() {
            match self.inner.write(&self.ready) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(taken) => drop(self.ready.drain(..taken)),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl<W: Write> Write for RedactingWriter<W> {
    /// Takes at most the first 64 KiB of `bytes`. After an error, none of `bytes` were taken. If the inner writer takes
    /// a part of the redacted bytes and then fails, this call succeeds. The next call then returns the error, if the
    /// inner writer still fails.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pass_on()?;
        let chunk = &bytes[..bytes.len().min(CHUNK)];
        let text = if self.held.is_empty() { Cow::Borrowed(chunk) } else { Cow::Owned([&self.held, chunk].concat()) };
        let part = self.redactor.redact_part(&text, self.shown);
        if !part.out.is_empty() {
            match self.inner.write(&part.out)? {
                0 => return Ok(0),
                taken => self.ready.extend_from_slice(&part.out[taken..]),
            }
        }
        self.shown = part.shown;
        self.held.clear();
        self.held.extend_from_slice(&text[part.keep..]);
        let _reported_by_the_next_call = self.pass_on();
        Ok(chunk.len())
    }

    /// Flushes the other writer. Bytes that can be the beginning of a token are still held back.
    fn flush(&mut self) -> io::Result<()> {
        self.pass_on()?;
        self.inner.flush()
    }
}

impl<W: Write> Drop for RedactingWriter<W> {
    fn drop(&mut self) {
        let _nobody_to_tell = self.finish();
    }
}

impl<W: Write + fmt::Debug> fmt::Debug for RedactingWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedactingWriter").field("inner", &self.inner).finish_non_exhaustive()
    }
}
