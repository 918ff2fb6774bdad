//! The regular expression that finds the texts of tokens, for scanners of leaked secrets.

use std::cmp::Reverse;

use crate::token::format::LETTERS;
use crate::token::prefixes::Prefixes;
use crate::types::kind::TokenKind;

impl Prefixes {
    /// The regular expression that finds the texts of all kinds of tokens, with current and old prefixes. A match is
    /// the text of a token and nothing else.
    ///
    /// The expression uses only syntax that RE2, Hyperscan, PCRE and the crate `regex` have in common, and no capture
    /// group. It must be matched case-sensitively. Each match has the form of a token. Use [`Prefixes::parse`] to check
    /// its checksum. Only the store can tell whether the token exists.
    ///
    /// A match ends at the end of a word, so a text with more than 71 letters after the prefix and its `_` does not
    /// match. A match can begin inside a word, because the escapes `%3D` and `\n` before a token end in a letter.
    ///
    /// ```
    /// use counterfoil::token::Prefixes;
    ///
    /// let pattern = Prefixes::default().pattern();
    /// assert_eq!(pattern, r"(?:cfp|cfa|cfr|cfs|cfc|cfk)_[0-9A-Za-z]{71}\b");
    /// ```
    #[must_use]
    pub fn pattern(&self) -> String {
        pattern(self.all().map(|(prefix, _)| prefix.as_str()).collect())
    }

    /// The regular expression that finds the texts of one kind of token: [`Prefixes::pattern`] with the prefixes of
    /// this kind only. Scanners that report the kind of a secret need one pattern for each kind.
    ///
    /// ```
    /// use counterfoil::token::{Prefix, Prefixes};
    /// use counterfoil::types::TokenKind;
    ///
    /// let kind = TokenKind::PersonalAccessToken;
    /// let renamed = Prefixes::builder().current(kind, Prefix::new("acme_pat")?).old(kind, Prefix::new("cfp")?);
    /// let prefixes = renamed.build().expect("none stands for two kinds");
    /// assert_eq!(prefixes.pattern_of(kind), r"(?:acme_pat|cfp)_[0-9A-Za-z]{71}\b");
    /// # Ok::<(), counterfoil::token::InvalidPrefix>(())
    /// ```
    #[must_use]
    pub fn pattern_of(&self, kind: TokenKind) -> String {
        pattern(self.all().filter(|(_, of)| *of == kind).map(|(prefix, _)| prefix.as_str()).collect())
    }
}

/// The pattern for these prefixes. Longer prefixes are first. Prefixes of the same length keep their order. The
/// characters of a prefix are `[a-z0-9_]`, so none must be escaped.
fn pattern(mut prefixes: Vec<&str>) -> String {
    prefixes.sort_by_key(|prefix| Reverse(prefix.len()));
    format!(r"(?:{})_[0-9A-Za-z]{{{LETTERS}}}\b", prefixes.join("|"))
}

#[cfg(test)]
mod tests {
    use regex::{Regex, RegexBuilder};

    use super::*;
    use crate::crypto::entropy::{Entropy as _, SeededEntropy};
    use crate::token::draw::draw_secret;
    use crate::token::prefixes::Prefix;
    use crate::types::ids::RecordId;

    /// Compiles a pattern with the `\b` of RE2, for which only ASCII characters can belong to a word.
    fn compiled(pattern: &str) -> Regex {
        RegexBuilder::new(pattern).unicode(false).build().expect("a regular expression")
    }

    fn text(prefixes: &Prefixes, kind: TokenKind, seed: u64) -> String {
        let entropy = SeededEntropy::new(seed);
        let mut id = [0; 16];
        entropy.fill(&mut id).expect("seeded");
        let secret = draw_secret(&entropy).expect("seeded");
        prefixes.render(kind, &RecordId::from_bytes(id), &secret).expose_secret().to_owned()
    }

    fn found<'a>(pattern: &Regex, text: &'a str) -> Vec<&'a str> {
        pattern.find_iter(text).map(|found| found.as_str()).collect()
    }

    #[test]
    fn life_5_the_pattern_finds_a_thousand_tokens_of_each_kind_and_none_of_their_near_misses() {
        let prefixes = Prefixes::default();
        let pattern = compiled(&prefixes.pattern());
        for kind in TokenKind::ALL {
            let own = compiled(&prefixes.pattern_of(kind));
            for seed in 0..1_000 {
                let token = text(&prefixes, kind, seed);
                assert_eq!((found(&pattern, &token), found(&own, &token)), (vec![&*token], vec![&*token]));
                let (prefix, letters) = token.split_once('_').expect("a prefix");
                let short = &token[..token.len() - 1];
                let misses = [
                    short.to_owned(),
                    format!("{token}a"),
                    format!("{token}_a"),
                    format!("{short}-"),
                    format!("{short}é"),
                    format!("{}{letters}", prefix),
                    format!("{prefix}-{letters}"),
                    format!("cfx_{letters}"),
                    format!("{}_{letters}", prefix.to_uppercase()),
                    format!("{prefix}_ {letters}"),
                    format!("{}\n{}", &token[..40], &token[40..]),
                ];
                for miss in misses {
                    assert_eq!(found(&pattern, &miss), Vec::<&str>::new(), "{miss}");
                }
            }
        }
    }

    #[test]
    fn life_5_the_pattern_of_a_kind_does_not_find_other_kinds() {
        let prefixes = Prefixes::default();
        for kind in TokenKind::ALL {
            let own = compiled(&prefixes.pattern_of(kind));
            for other in TokenKind::ALL {
                assert_eq!(own.is_match(&text(&prefixes, other, 1)), kind == other, "{kind:?} {other:?}");
            }
        }
    }

    #[test]
    fn life_5_the_pattern_finds_a_token_in_the_texts_around_it() {
        let prefixes = Prefixes::default();
        let pattern = compiled(&prefixes.pattern());
        let token = text(&prefixes, TokenKind::AccessToken, 1);
        let around = [
            ("", ""),
            ("TOKEN=", "\n"),
            ("{\"token\":\"", "\"}"),
            ("{\\\"token\\\":\\\"", "\\\"}"),
            ("line\\n", "\\nline"),
            ("access_token%3D", "%26a"),
            ("Bearer%20", "&b=1"),
            ("\u{1b}[3mtoken\u{1b}[0m", "\u{1b}[0m"),
            ("https://example.com/?t=", "&u=2"),
            ("Добрый день ", " до свидания"),
            ("день", "день"),
            ("x_", "."),
        ];
        for (before, after) in around {
            assert_eq!(found(&pattern, &format!("{before}{token}{after}")), [&token], "{before} {after}");
        }
        assert_eq!(found(&pattern, &format!("{token} {token},{token}")).len(), 3);
    }

    #[test]
    fn life_5_the_pattern_has_old_prefixes_and_finds_the_whole_of_one_that_contains_another() {
        let prefix = |text| Prefix::new(text).expect("a prefix");
        let (pat, access) = (TokenKind::PersonalAccessToken, TokenKind::AccessToken);
        let renamed = Prefixes::builder().current(pat, prefix("acme_cfa")).old(pat, prefix("cfp"));
        let renamed = renamed.current(access, prefix("cfa")).build().expect("a set");
        let pattern = renamed.pattern();
        assert_eq!(pattern, r"(?:acme_cfa|cfa|cfr|cfs|cfc|cfk|cfp)_[0-9A-Za-z]{71}\b");
        let pattern = compiled(&pattern);
        let texts = [text(&renamed, pat, 1), text(&renamed, access, 1), text(&Prefixes::default(), pat, 1)];
        for token in texts {
            assert_eq!(found(&pattern, &token), [&token]);
            assert!(renamed.parse(&token).is_ok());
        }
    }
}
