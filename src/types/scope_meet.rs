//! The intersection of scopes.

use std::borrow::Cow;

use crate::types::known_scopes::KnownScopes;
use crate::types::scope::Scope;

/// The error for an empty intersection. An empty intersection has no scope token, so the credential grants no rights.
/// (A credential "without a scope" is different: it has all rights of its owner.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NothingLeft;

/// The intersection of a credential's scope (`held`), its client's allowed scope (`allowed`), and the known scope
/// tokens.
///
/// `Ok(None)` means "without a scope". It is returned if both `held` and `allowed` are `None`, even if `known` is not
/// `None`, and in no other case. The result is [`NothingLeft`] if the intersection is empty.
pub(crate) fn meet<'a>(
    held: Option<&'a Scope>,
    allowed: Option<&'a Scope>,
    known: Option<&KnownScopes>,
) -> Result<Option<Cow<'a, Scope>>, NothingLeft> {
    let (scope, bound) = match (held, allowed) {
        (None, None) => return Ok(None),
        (Some(one), None) | (None, Some(one)) => (one, None),
        (Some(held), Some(allowed)) => (held, Some(allowed)),
    };
    let stays = |token: &str| {
        bound.is_none_or(|bound| bound.contains(token)) && known.is_none_or(|known| known.contains(token))
    };
    if scope.tokens().all(stays) {
        return Ok(Some(Cow::Borrowed(scope)));
    }
    scope.filtered(stays).map(|left| Some(Cow::Owned(left))).ok_or(NothingLeft)
}

/// Whether a requested scope is granted. `bound` must contain all its scope tokens, and all of them must be known.
pub(crate) fn is_granted(asked: &Scope, bound: Option<&Scope>, known: Option<&KnownScopes>) -> bool {
    bound.is_none_or(|bound| bound.covers(asked)) && known.is_none_or(|known| known.knows(asked))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scope(text: &str) -> Option<Scope> {
        (!text.is_empty()).then(|| text.parse().expect("a scope"))
    }

    fn met(held: &str, allowed: &str, known: Option<&[&str]>) -> Result<Option<String>, NothingLeft> {
        let known = known.map(|known| KnownScopes::new(known.iter().copied()).expect("tokens"));
        let (held, allowed) = (scope(held), scope(allowed));
        meet(held.as_ref(), allowed.as_ref(), known.as_ref()).map(|left| left.map(|left| left.as_str().to_owned()))
    }

    #[test]
    fn fault_a1_without_scope_comes_of_nothing_that_has_a_bound() {
        assert_eq!(met("", "", None), Ok(None));
        assert_eq!(met("", "", Some(&[])), Ok(None));
        assert_eq!(met("", "a", None), Ok(Some("a".into())));
        assert_eq!(met("a b", "b c", None), Ok(Some("b".into())));
        assert_eq!(met("a", "b", None), Err(NothingLeft));
    }

    #[test]
    fn fault_a2_unknown_tokens_drop_out() {
        assert_eq!(met("a b", "", Some(&["b"])), Ok(Some("b".into())));
        assert_eq!(met("", "a", Some(&["b"])), Err(NothingLeft));
        assert_eq!(met("settings:manage", "", Some(&["b"])), Ok(Some("settings:manage".into())), "the library's own");
    }

    proptest! {
        #[test]
        fn fault_a1_the_meet_lies_within_each_bound(held in "[abcd ]{0,7}", allowed in "[abcd ]{0,7}", known in proptest::option::of("[abcd]{0,4}")) {
            let (held, allowed) = (scope(held.trim()), scope(allowed.trim()));
            let known = known.map(|known| KnownScopes::new(known.chars().map(String::from)).expect("tokens"));
            match meet(held.as_ref(), allowed.as_ref(), known.as_ref()) {
                Ok(None) => prop_assert!(held.is_none() && allowed.is_none()),
                Ok(Some(left)) => {
                    prop_assert!(held.as_ref().is_none_or(|held| held.covers(&left)));
                    prop_assert!(allowed.as_ref().is_none_or(|allowed| allowed.covers(&left)));
                    prop_assert!(known.as_ref().is_none_or(|known| known.knows(&left)));
                }
                Err(NothingLeft) => prop_assert!(held.is_some() || allowed.is_some()),
            }
        }
    }
}
