//! The actor of an event with the source of the request.

use super::actor::Actor;
use crate::types::source::SourceName;

/// The actor of an event, and the source of the request if the host gave one. There is no conversion from [`Actor`],
/// because the caller must say whether the actor sent a request ([`By::from`]) or acts inside this process
/// ([`By::itself`]).
#[derive(Clone, Debug)]
pub(crate) struct By {
    pub(crate) actor: Actor,
    pub(crate) source: Option<SourceName>,
}

impl By {
    /// An actor that sent a request. `source` is `None` if the host does not know the source of the request.
    pub(crate) fn from(actor: Actor, source: Option<&SourceName>) -> Self {
        Self { actor, source: source.cloned() }
    }

    /// An actor inside this process, without a request.
    pub(crate) const fn itself(actor: Actor) -> Self {
        Self { actor, source: None }
    }
}
