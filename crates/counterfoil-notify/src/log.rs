//! A transport that writes notices to the log, for hosts without another transport.

use std::sync::Arc;

use async_trait::async_trait;

use crate::digest::Digest;
use crate::templates::{BuiltIn, Templates};
use crate::transport::{SendError, Transport};

/// A transport that sends nothing. It writes each message to `tracing` at the level `INFO`, with the target
/// `counterfoil::notice`. A log line contains the person's subject id, the subject line and the text. It contains no
/// e-mail address and no secret.
#[derive(Clone, Debug)]
pub struct Log {
    templates: Arc<dyn Templates>,
}

impl Log {
    /// Makes a transport that uses the host's own texts.
    #[must_use]
    pub fn new(templates: impl Templates) -> Self {
        Self { templates: Arc::new(templates) }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self::new(BuiltIn::default())
    }
}

#[async_trait]
impl Transport for Log {
    async fn send(&self, digest: &Digest<'_>) -> Result<(), SendError> {
        let rendered = self.templates.render(digest).map_err(|error| SendError::Refused(Some(error.into())))?;
        let (whom, subject, text) = (digest.account().subject().as_str(), rendered.subject(), rendered.text());
        tracing::info!(target: "counterfoil::notice", whom, notices = digest.notices().len(), subject, text);
        Ok(())
    }
}
