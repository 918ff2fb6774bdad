//! The prefixes of the service's tokens, from the argument `--prefixes`.

use counterfoil::token::{Prefix, Prefixes};
use counterfoil::types::TokenKind;

use crate::failure::Failure;

/// Returns the prefixes of a list with elements such as `personal_access_token=acme`. The first prefix of a kind is its
/// current one, and the others are old ones. A kind that is not in the list keeps its default prefix. No error contains
/// a part of the list, because the list may be a token that was passed by mistake.
pub(crate) fn prefixes(list: &[String]) -> Result<Prefixes, Failure> {
    let mut builder = Prefixes::builder();
    let mut named = Vec::new();
    for element in list {
        let (kind, prefix) = element.split_once('=').ok_or_else(|| usage("an element is not KIND=PREFIX"))?;
        let kind = TokenKind::ALL.into_iter().find(|known| known.as_str() == kind).ok_or_else(unknown_kind)?;
        let prefix = Prefix::new(prefix).map_err(|invalid| usage(&invalid.to_string()))?;
        builder = if named.contains(&kind) { builder.old(kind, prefix) } else { builder.current(kind, prefix) };
        named.push(kind);
    }
    builder.build().map_err(|invalid| usage(&invalid.to_string()))
}

fn unknown_kind() -> Failure {
    let kinds = TokenKind::ALL.map(TokenKind::as_str).join(", ");
    usage(&format!("an element has an unknown kind; the kinds are {kinds}"))
}

fn usage(reason: &str) -> Failure {
    Failure::Usage(format!("--prefixes: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(list: &[&str]) -> Result<Prefixes, Failure> {
        prefixes(&list.iter().map(|element| (*element).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn life_5_the_first_prefix_of_a_kind_is_current_and_further_ones_are_old() {
        let prefixes = of(&["personal_access_token=acme", "personal_access_token=cfp"]).expect("prefixes");
        assert_eq!(prefixes.current(TokenKind::PersonalAccessToken).as_str(), "acme");
        assert_eq!(prefixes.all().filter(|(_, kind)| *kind == TokenKind::PersonalAccessToken).count(), 2);
        assert_eq!(prefixes.current(TokenKind::ClientSecret).as_str(), "cfc", "the default");
    }

    #[test]
    fn life_5_a_wrong_list_of_prefixes_is_refused_and_never_repeated() {
        for list in ["hunter2", "hunter2=acme", "personal_access_token=Hunter2", "personal_access_token=cfs"] {
            let refused = of(&[list]).expect_err("wrong");
            assert_eq!(refused.exit_code(), 2, "{list}");
            assert!(!refused.with_causes().to_lowercase().contains("hunter2"), "{list}");
        }
    }
}
