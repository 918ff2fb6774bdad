//! Reduces text that others wrote, such as labels, to one line for use in a mail.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// Reduces a text to one line of at most `most` characters. Replaces each sequence of white space, such as a line end,
/// with one space. Removes all other control characters, and format and unassigned characters.
pub(crate) fn one_line(text: &str, most: usize) -> String {
    let mut line = String::with_capacity(text.len());
    let mut count = 0;
    for word in text.split_whitespace() {
        let visible = word.chars().filter(|c| c.general_category_group() != GeneralCategoryGroup::Other);
        let blank = usize::from(!line.is_empty());
        let word: String = visible.take(most.saturating_sub(count + blank)).collect();
        if word.is_empty() {
            continue;
        }
        if blank == 1 {
            line.push(' ');
        }
        count += blank + word.chars().count();
        line.push_str(&word);
    }
    line
}

/// Reduces a text to one line for a header. In addition to [`one_line`], this splits each `=?`. Otherwise a mail
/// program could read it as the start of an encoded word (RFC 2047 §2) and decode characters that were not checked.
pub(crate) fn header_line(text: &str, most: usize) -> String {
    one_line(text, most).replace("=?", "= ?")
}

#[cfg(test)]
mod tests {
    use super::{header_line, one_line};

    #[test]
    fn an_encoded_word_stays_the_letters_that_it_was() {
        assert_eq!(header_line("=?utf-8?b?4oCu?= x", 200), "= ?utf-8?b?4oCu?= x");
    }

    #[test]
    fn what_could_break_a_header_or_turn_a_line_around_is_taken_out() {
        assert_eq!(one_line("Ivan\r\nBcc: all@example.com", 200), "Ivan Bcc: all@example.com");
        assert_eq!(one_line("a\u{202e}b\u{200b}c\u{0}\u{2028}d", 200), "abc d");
        assert_eq!(one_line("\u{85}\u{feff} \u{200f}", 200), "");
        assert_eq!(one_line("Пётр   I", 200), "Пётр I");
        assert_eq!(one_line("abc def", 5), "abc d");
    }
}
