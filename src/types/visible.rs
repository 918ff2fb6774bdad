//! The characters allowed in texts from people: visible characters, and joiners where Unicode allows them.

use unicode_joining_type::{JoiningType, get_joining_type};
use unicode_normalization::char::canonical_combining_class;
use unicode_properties::{GeneralCategory, UnicodeEmoji, UnicodeGeneralCategory};

const NON_JOINER: char = '\u{200C}';
const JOINER: char = '\u{200D}';
/// The canonical combining class that Unicode gives to a virama.
const VIRAMA: u8 = 9;

/// The first character of `text` that is not allowed. `None` if every character is allowed. `allowed` accepts
/// additional characters. A joiner is allowed in two places: where CONTEXTJ allows it (RFC 5892, appendices A.1 and
/// A.2), and between two emoji (UTS #51, "emoji ZWJ sequence").
pub(crate) fn refused(text: &str, allowed: impl Fn(char) -> bool) -> Option<char> {
    let characters: Vec<char> = text.chars().collect();
    let sound = |at: usize, character: char| match character {
        NON_JOINER | JOINER => joins(&characters[..at], character, characters.get(at + 1..).unwrap_or_default()),
        other => !is_refused(other) || allowed(other),
    };
    characters.iter().enumerate().find(|(at, character)| !sound(*at, **character)).map(|(_, character)| *character)
}

fn joins(before: &[char], joiner: char, after: &[char]) -> bool {
    if before.last().is_some_and(|last| canonical_combining_class(*last) == VIRAMA) {
        return true;
    }
    if joiner == JOINER {
        let base = before.iter().rev().find(|character| !is_emoji_part(**character));
        return base.is_some_and(|base| is_emoji(*base)) && after.first().is_some_and(|next| is_emoji(*next));
    }
    let type_of = |character: &char| get_joining_type(*character);
    let left = before.iter().rev().map(type_of).find(|kind| *kind != JoiningType::Transparent);
    let right = after.iter().map(type_of).find(|kind| *kind != JoiningType::Transparent);
    matches!(left, Some(JoiningType::LeftJoining | JoiningType::DualJoining))
        && matches!(right, Some(JoiningType::RightJoining | JoiningType::DualJoining))
}

/// Whether the character is a variation selector or a skin tone.
fn is_emoji_part(character: char) -> bool {
    matches!(character, '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}')
}

/// Whether the character is a non-ASCII emoji. Digits, `#` and `*` are emoji only before a keycap, so they are not
/// included.
fn is_emoji(character: char) -> bool {
    !character.is_ascii() && character.is_emoji_char()
}

/// Whether the character is a control, format, private-use, surrogate or unassigned character, or a line or paragraph
/// separator. Such characters allow spoofing or break lines.
fn is_refused(character: char) -> bool {
    matches!(
        character.general_category(),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::PrivateUse
            | GeneralCategory::Surrogate
            | GeneralCategory::Unassigned
    )
}

/// Whether the character has the property `Default_Ignorable_Code_Point` (DerivedCoreProperties.txt). Software that
/// does not support such a character shows nothing for it.
pub(crate) const fn is_ignorable(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether the character is white space, or an invisible letter, mark or sign.
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_whitespace() || is_ignorable(character) || character == '\u{2800}'
}

/// The code point of a character in the notation by which people can look it up, such as `U+200B`.
pub(crate) fn code_point(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_f12_joiners_are_allowed_where_unicode_allows_them() {
        for allowed in [
            "\u{645}\u{6CC}\u{200C}\u{62E}\u{648}\u{627}\u{647}\u{645}", // Persian: I want.
            "\u{646}\u{627}\u{645}\u{647}\u{200C}\u{627}\u{6CC}",        // Persian: a letter.
            "\u{915}\u{94D}\u{200D}\u{937}",                             // Hindi: ksha, its half form shown.
            "\u{915}\u{94D}\u{200C}\u{937}",                             // Hindi: the virama shown.
            "\u{DC1}\u{DCA}\u{200D}\u{DBB}\u{DD3}",                      // Sinhala: Sri.
            "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}",               // A family.
            "\u{1F44B}\u{1F3FD}\u{200D}\u{2642}\u{FE0F}",                // With a skin tone.
            "\u{2764}\u{FE0F}\u{200D}\u{1F525}",                         // A heart on fire.
        ] {
            assert_eq!(refused(allowed, |_| false), None, "{allowed}");
        }
        for (text, at_fault) in [
            ("a\u{200D}b", JOINER),
            ("a\u{200C}b", NON_JOINER),
            ("\u{200D}", JOINER),
            ("\u{200C}\u{645}", NON_JOINER),
            ("\u{645}\u{200C}", NON_JOINER),
            ("\u{627}\u{200C}\u{645}", NON_JOINER), // Alef does not join to its left.
            ("\u{645}\u{200D}\u{645}", JOINER),
            ("\u{1F468}\u{200D}", JOINER),
            ("1\u{200D}2", JOINER),
            ("\u{1F468}\u{200D}\u{200D}\u{1F469}", JOINER),
            ("a\u{200B}b", '\u{200B}'),
        ] {
            assert_eq!(refused(text, |_| false), Some(at_fault), "{text:?}");
        }
    }
}
