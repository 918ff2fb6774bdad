//! Who acts, and from where.

use super::actor::Actor;
use crate::types::source::SourceName;

/// Who acts in a request, and where that comes from, as far as the host said. There is no way from an [`Actor`] alone: whoever tells of something
/// says which of the two it is.
#[derive(Clone, Debug)]
pub(crate) struct By {
    pub(crate) actor: Actor,
    pub(crate) source: Option<SourceName>,
}

impl By {
    /// In a request from there; `None` where the host does not know.
    pub(crate) fn from(actor: Actor, source: Option<&SourceName>) -> Self {
        Self { actor, source: source.cloned() }
    }

    /// By this process itself: there is no request.
    pub(crate) const fn itself(actor: Actor) -> Self {
        Self { actor, source: None }
    }
}
