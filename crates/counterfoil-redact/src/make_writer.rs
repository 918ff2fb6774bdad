//! The writer for `tracing-subscriber`.

use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

use crate::redactor::Redactor;
use crate::writer::RedactingWriter;

/// Redacts the lines of the `fmt` layer of `tracing-subscriber`, with their message, fields and spans, in each format.
///
/// It wraps the writer and not the layer, because a layer cannot change what another layer formats. So each layer needs
/// it that writes, and a layer that sends fields elsewhere without a writer (to a trace collector, for example) is not
/// redacted.
///
/// Each line is a text of its own: a token that is split across two events is not found. At the end of each line the
/// writer is flushed.
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
    /// Redacts what is written to the writers that `inner` makes.
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
