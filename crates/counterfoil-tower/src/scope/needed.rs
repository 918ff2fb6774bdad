//! What the layer requires: one scope, or at least one of several scopes.

use counterfoil::Challenge;

use crate::generic::Caller;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Needed {
    One(&'static str),
    AnyOf(&'static [&'static str]),
}

impl Needed {
    pub(super) fn check(self, principal: &impl Caller) -> Result<(), Challenge> {
        match self {
            Self::One(scope) => principal.require(scope),
            Self::AnyOf(scopes) => principal.require_any(scopes),
        }
    }
}
