//! Labels, which owners give to their tokens, and the keys by which labels are compared.

use std::fmt;

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;

use crate::types::short::Short;
use crate::types::visible::{code_point, is_ignorable, is_invisible, refused};

/// The longest text that is processed as a label, in bytes: 255 characters of four bytes.
const MAX_BYTES: usize = 4 * Label::MAX as usize;

/// The displayed text of a label. It is in NFC and trimmed. It has a visible character, and no control or format
/// characters. Joiners are allowed only where Unicode allows them.
///
/// ```
/// use counterfoil::types::{InvalidLabel, Label};
///
/// let label = Label::new("  Telegram ", 20).expect("a label");
/// assert_eq!(label.as_str(), "Telegram");
/// assert_eq!(label.key(), Label::new("TELEGRAM", 20).expect("a label").key());
/// assert_eq!(Label::new("x".repeat(21).as_str(), 20), Err(InvalidLabel::TooLong { limit: 20 }));
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Label(Short);

/// The form of a label in which labels are compared: the `NFKC_Casefold` form, with each run of inner blanks replaced
/// by one blank. This form has no invisible characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LabelKey(Short);

/// The error for a text that is not a valid label. Operations report it as [`Invalid`](crate::Invalid) with the field
/// `label`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidLabel {
    /// The text is empty, or has only blanks or invisible characters.
    #[error("label must not be empty or invisible")]
    Empty,
    /// The text has more characters (Unicode scalar values after NFC and trimming) than the policy allows.
    #[error("label must have at most {limit} characters")]
    TooLong {
        /// The largest number of characters that the policy allows.
        limit: u16,
    },
    /// The text has this character, which is not allowed: a control, format, private-use or unassigned character, a
    /// line separator, or a joiner where Unicode does not allow one.
    #[error("label contains {}, which is not allowed there", code_point(*.0))]
    Character(char),
}

impl Label {
    /// The largest number of characters that a policy can allow.
    pub const MAX: u16 = 255;

    /// Checks and normalises a text. `limit` is the largest number of characters that the policy allows.
    ///
    /// # Errors
    ///
    /// [`InvalidLabel`] with the broken rule.
    pub fn new(text: &str, limit: u16) -> Result<Self, InvalidLabel> {
        if text.len() > MAX_BYTES {
            return Err(InvalidLabel::TooLong { limit });
        }
        let shown: String = text.nfc().collect();
        let shown = shown.trim();
        if let Some(character) = refused(shown, |_| false) {
            return Err(InvalidLabel::Character(character));
        }
        if shown.chars().all(is_invisible) {
            return Err(InvalidLabel::Empty);
        }
        if shown.chars().count() > usize::from(limit) {
            return Err(InvalidLabel::TooLong { limit });
        }
        Ok(Self(Short::new(shown)))
    }

    /// Reads a stored label. Checks every rule of [`Label::new`], with the limit of 255 characters, because the present
    /// policy can have a lower limit than the policy under which the label was stored.
    ///
    /// # Errors
    ///
    /// [`InvalidLabel`] if the text breaks one of these rules. This library never stores such a text.
    pub fn from_stored(text: &str) -> Result<Self, InvalidLabel> {
        Self::new(text, 255)
    }

    /// Wraps the text of a label that is known to be valid.
    #[cfg(feature = "memory")]
    #[inline]
    pub(crate) fn known(text: &str) -> Self {
        Self(Short::new(text))
    }

    /// The label as it is displayed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The key by which the label is compared.
    #[must_use]
    pub fn key(&self) -> LabelKey {
        LabelKey(Short::new(&folded(self.as_str())))
    }
}

/// `toNFKC_Casefold` (Unicode, section 3.13, R5): removes default-ignorable characters, and folds the other characters
/// for caseless compatibility matching.
fn folded(text: &str) -> String {
    let seen = |character: &char| !is_ignorable(*character);
    let folded: String =
        text.chars().filter(seen).nfd().default_case_fold().nfkd().filter(seen).default_case_fold().nfkc().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl LabelKey {
    /// Reads a stored label key. Every text is accepted, because keys are only compared.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        Self(Short::new(text))
    }

    /// The label key as a store keeps it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Returns the current form of a label key that an older version of this library has stored. Use this method when
    /// you migrate a store. If another family of the owner already has the new key, keep the old key: both labels were
    /// valid when they were given.
    ///
    /// ```
    /// use counterfoil::types::{Label, LabelKey};
    ///
    /// assert_eq!(LabelKey::from_stored("ci\u{FE0F}").renewed(), Label::new("ci", 20)?.key());
    /// # Ok::<(), counterfoil::types::InvalidLabel>(())
    /// ```
    #[must_use]
    pub fn renewed(&self) -> Self {
        Self(Short::new(&folded(self.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a2_token_2_a_label_has_at_most_20_characters_counted_after_nfc_and_trimming() {
        for fits in ["x".repeat(20), "😀".repeat(20), "e\u{301}".repeat(20), format!("  {}  ", "я".repeat(20))] {
            assert_eq!(Label::new(&fits, 20).map(|label| label.as_str().chars().count()), Ok(20));
        }
        for long in ["x".repeat(21), "😀".repeat(21), "e\u{301}".repeat(21), "x".repeat(10_000)] {
            assert_eq!(Label::new(&long, 20), Err(InvalidLabel::TooLong { limit: 20 }));
        }
    }

    #[test]
    fn a2_token_2_an_empty_or_invisible_label_is_refused() {
        for empty in ["", " ", "\u{A0}\u{2003}", "\u{3164}", "\u{2800}", "\u{115F}\u{1160}", "\u{FE0F}"] {
            assert_eq!(Label::new(empty, 20), Err(InvalidLabel::Empty), "{empty:?}");
        }
    }

    #[test]
    fn a2_token_2_control_and_format_characters_are_refused() {
        for (bad, character) in [
            ("a\u{0}b", '\u{0}'),
            ("a\nb", '\n'),
            ("a\u{200B}b", '\u{200B}'),
            ("a\u{202E}b", '\u{202E}'),
            ("a\u{2028}b", '\u{2028}'),
            ("a\u{E000}", '\u{E000}'),
            ("a\u{FEFF}b", '\u{FEFF}'),
            ("a\u{378}", '\u{378}'),
            ("\u{200B}", '\u{200B}'),
        ] {
            assert_eq!(Label::new(bad, 20), Err(InvalidLabel::Character(character)), "{bad:?}");
        }
        let message = InvalidLabel::Character('\u{200D}').to_string();
        assert_eq!(message, "label contains U+200D, which is not allowed there");
    }

    #[test]
    fn a2_token_2_a_label_and_its_key_are_read_back_as_they_were() {
        let label = Label::new("  Telegram  Bot ", 20).expect("a label");
        assert_eq!((label.as_str(), label.to_string().as_str()), ("Telegram  Bot", "Telegram  Bot"));
        assert_eq!(label.key().as_str(), "telegram bot");
        assert_eq!(LabelKey::from_stored(label.key().as_str()), label.key());
        assert_eq!(Label::from_stored(label.as_str()), Ok(label));
    }

    #[test]
    fn a2_token_2_the_widest_label_that_a_policy_can_allow_fits() {
        assert!(Label::new(&"😀".repeat(255), 255).is_ok(), "1,020 bytes");
        assert_eq!(Label::new(&"😀".repeat(256), 255), Err(InvalidLabel::TooLong { limit: 255 }));
        assert_eq!(Label::new(&" ".repeat(1_021), 255), Err(InvalidLabel::TooLong { limit: 255 }), "before any work");
    }

    #[test]
    fn a2_token_2_labels_are_the_same_by_compatibility_case_fold_and_collapsed_blanks() {
        let key = |text: &str| Label::new(text, 100).expect("a label").key();
        for (one, other) in [
            ("Telegram", "TELEGRAM"),
            ("straße", "STRASSE"),
            ("a  b", "A \u{A0}b"),
            ("ﬁle", "FILE"),
            ("Ⅷ", "viii"),
            ("e\u{301}", "É"),
            ("ｗｉｄｅ", "wide"),
            ("Токен", "ТОКЕН"),
        ] {
            assert_eq!(key(one), key(other), "{one} {other}");
        }
        assert_ne!(key("Telegram"), key("Теlegram"), "a Cyrillic twin is another label");
    }

    #[test]
    fn fault_f2_labels_that_look_alike_are_one_though_something_that_shows_nothing_is_in_them() {
        let key = |text: &str| Label::new(text, 100).expect("a label").key();
        for text in ["ci\u{FE0F}", "c\u{34F}i", "CI\u{E0100}", "\u{FE0F}ci", "c\u{180B}i\u{115F}"] {
            assert_eq!(key(text), key("ci"), "{text:?}");
        }
        let family = "\u{1F468}\u{200D}\u{1F469}";
        assert_eq!(key(family), key("\u{1F468}\u{1F469}"));
        assert_eq!(key("e\u{FE0F}\u{301}"), key("\u{C9}"), "what comes to stand together is composed");
        assert_ne!(key("a \u{FE0F} b"), key("ab"));
        assert_eq!(key("a \u{FE0F} b"), key("a b"));
        for label in ["Stra\u{DF}e \u{2167}", "\u{FB01}le\u{FE0E}", "\u{3A3}\u{3C2}\u{345}", family] {
            assert_eq!(key(label).renewed(), key(label), "{label:?}");
        }
    }

    #[test]
    fn fault_f12_a_label_keeps_its_joiners_and_is_read_back() {
        for text in [
            "\u{645}\u{6CC}\u{200C}\u{62E}",
            "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}",
            "\u{915}\u{93C}\u{94D}\u{200D}\u{937}",
        ] {
            let label = Label::new(text, 20).expect("a label");
            assert_eq!(label.as_str(), text);
            assert_eq!(Label::from_stored(label.as_str()), Ok(label));
        }
    }
}
