//! The writer for `tracing-subscriber`.

use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

use crate::redactor::Redactor;
use crate::writer::RedactingWriter;

/// Redacts each line that the `fmt` layer of `tracing-subscriber` writes: its message, its fields and its spans. The
/// redaction works for every format of the layer.
///
/// This type wraps the writer of a layer and not the layer itself, because a layer cannot change what another layer
/// formats. So each layer with a writer needs its own `RedactingMakeWriter`. A layer without a writer is not redacted,
/// for example one that sends fields to a trace collector.
///
/// Each line is redacted by itself, so a token that is split across two events is not found. The writer is flushed at
/// the end of each line.
///
/// ```
/// use counterfoil_redact::{RedactingMakeWriter, Redactor};
///
/// let writer = RedactingMakeWriter::new(std::io::stderr, Redactor::default());
/// let subscriber = tracing_subscriber::fmt().with_writer(writer).finish();
/// tracing::subscriber::with_default(subscriber, || tracing::info!("no token"));
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "tracing")))]
#[derive(Clone, Debug)]
pub struct RedactingMakeWriter<M> {
    inner: M,
    redactor: Redactor,
}

impl<M> RedactingMakeWriter<M> {
    /// Wraps `inner`. The writers that `inner` makes then get only redacted text.
    pub fn new(inner: M, redactor: Redactor) -> Self {
        Self { inner, redactor }
    }
}

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for RedactingMakeWriter<M> {
    type Writer = RedactingWriter<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        RedactingWriter::new(self.inner.make_writer(), self.redactor.clone())
    }

    fn make_writer_for(&'a self, meta: &Metadata<'_>) -> Self::Writer {
        RedactingWriter::new(self.inner.make_writer_for(meta), self.redactor.clone())
    }
}
