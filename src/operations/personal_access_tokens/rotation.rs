//! How a personal access token is replaced: the overlap with the old token, and the lifetime of the new one.

use std::time::Duration;

use super::create::Lifetime;
use crate::types::duration::whole_micros;

/// How long the old token still works after it was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overlap {
    /// No overlap: the old token stops working at once.
    Immediate,
    /// The old token works for this fixed time, but never after its own expiry or after the expiry of the new token.
    /// The time is rounded down to whole microseconds and is at most the policy's maximum.
    For(Duration),
    /// The old token works until the new token is used for the first time. This gives time to deploy the new token. Not
    /// possible if the new token expires before the old one.
    UntilFirstUse,
}

/// The request to replace a personal access token.
///
/// ```
/// use counterfoil::Lifetime;
/// use counterfoil::operations::{Overlap, Rotation};
///
/// let renewal = Rotation::new(Overlap::Immediate).with_lifetime(Lifetime::Days(90));
/// assert_eq!(renewal.lifetime, Some(Lifetime::Days(90)));
/// assert_eq!(Rotation::from(Overlap::UntilFirstUse).lifetime, None, "the new token expires with the old one");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rotation {
    /// How long the old token still works.
    pub overlap: Overlap,
    /// The lifetime of the new token, counted from now. If it is `None`, the new token has the expiry of the old one.
    pub lifetime: Option<Lifetime>,
}

impl Rotation {
    /// A rotation after which the new token has the expiry of the old one.
    #[must_use]
    pub const fn new(overlap: Overlap) -> Self {
        Self { overlap, lifetime: None }
    }

    /// The request as texts. If it comes from a web form, the id of the new token is derived from these texts. The
    /// texts of a request must never change: a form that is submitted both before and after an upgrade must give the
    /// same id.
    pub(crate) fn form_fields(self) -> Vec<String> {
        let overlap = match self.overlap {
            Overlap::Immediate => "Immediate".into(),
            Overlap::For(duration) => format!("For(Span({}))", whole_micros(duration)),
            Overlap::UntilFirstUse => "UntilFirstUse".into(),
        };
        let lifetime = self.lifetime.map(|lifetime| match lifetime {
            Lifetime::Days(count) => format!("Days({count})"),
            Lifetime::Permanent => "Permanent".into(),
        });
        std::iter::once(overlap).chain(lifetime).collect()
    }
}

impl From<Overlap> for Rotation {
    fn from(overlap: Overlap) -> Self {
        Self::new(overlap)
    }
}

crate::types::setters::setters!(Rotation {
    with_overlap overlap = Overlap;
    with_lifetime lifetime: Option<Lifetime>;
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_a10_the_overlap_in_a_forms_id_is_what_earlier_versions_wrote() {
        let fields = [
            (Overlap::Immediate, "Immediate"),
            (Overlap::UntilFirstUse, "UntilFirstUse"),
            (Overlap::For(Duration::ZERO), "For(Span(0))"),
            (Overlap::For(Duration::from_nanos(999)), "For(Span(0))"),
            (Overlap::For(Duration::from_secs(3_600)), "For(Span(3600000000))"),
        ];
        for (overlap, written) in fields {
            assert_eq!(Rotation::new(overlap).form_fields(), [written]);
        }
    }

    #[test]
    fn life_1_the_lifetime_is_part_of_a_forms_id() {
        let fields = |lifetime| Rotation::new(Overlap::Immediate).with_lifetime(lifetime).form_fields();
        assert_eq!(fields(Lifetime::Days(90)), ["Immediate", "Days(90)"]);
        assert_eq!(fields(Lifetime::Permanent), ["Immediate", "Permanent"]);
    }
}
