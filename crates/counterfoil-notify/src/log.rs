//! A transport for hosts without another one. It writes notices to the log.

use std::sync::Arc;

use async_trait::async_trait;

use crate::digest::Digest;
use crate::templates::{BuiltIn, Templates};
use crate::transport::{SendError, Transport};

/// Writes each digest to `tracing` at the level `INFO`, target `counterfoil::notice`: the person's subject id, the
/// subject line and the text. These contain no e-mail address and no secret.
#[derive(Clone, Debug)]
pub struct Log {
    templates: Arc<dyn Templates>,
}

impl Log {
    /// Uses the host's own texts.
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
