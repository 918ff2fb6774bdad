//! The actor and the source of a request.

use super::actor::Actor;
use crate::types::source::SourceName;

/// The actor of an event, and the source of the request if the host gave one. There is no conversion from an [`Actor`]:
/// the caller must choose between a request and this process itself.
#[derive(Clone, Debug)]
pub(crate) struct By {
    pub(crate) actor: Actor,
    pub(crate) source: Option<SourceName>,
}

impl By {
    /// An actor in a request. `source` is `None` if the host does not know it.
    pub(crate) fn from(actor: Actor, source: Option<&SourceName>) -> Self {
        Self { actor, source: source.cloned() }
    }

    /// An actor in this process itself, without a request.
    pub(crate) const fn itself(actor: Actor) -> Self {
        Self { actor, source: None }
    }
}
