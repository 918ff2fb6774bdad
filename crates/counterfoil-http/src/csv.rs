//! CSV ([RFC 4180]), and whether a request prefers CSV to JSON.
//!
//! [RFC 4180]: https://www.rfc-editor.org/rfc/rfc4180

use http::HeaderMap;
use http::header::ACCEPT;

/// The media type of the CSV that [`csv_line`] makes.
pub(crate) const MEDIA_TYPE: &str = "text/csv; charset=utf-8; header=present";

/// Makes one line of CSV ([RFC 4180]), with its line break.
///
/// A spreadsheet runs a cell that begins like a formula. Users choose the texts of labels and descriptions, so such a
/// text can begin like a formula. Therefore a cell that begins with `=`, `+`, `-`, `@`, their full-width forms, or a
/// control character gets a leading apostrophe. The same applies after a semicolon, tab or line break inside a text,
/// because some spreadsheets split the line there. Programs that need the exact text use JSON.
///
/// ```
/// use counterfoil_http::csv_line;
///
/// assert_eq!(csv_line(["id", "say \"hi\"", "one, two"]), "id,\"say \"\"hi\"\"\",\"one, two\"\r\n");
/// assert_eq!(csv_line(["=1+1", "-x", "2-1"]), "'=1+1,'-x,2-1\r\n");
/// assert_eq!(csv_line(["x;=1+1"]), "\"x;'=1+1\"\r\n");
/// ```
///
/// [RFC 4180]: https://www.rfc-editor.org/rfc/rfc4180
#[must_use]
pub fn csv_line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.into_iter().map(cell).collect();
    cells.join(",") + "\r\n"
}

fn cell(text: &str) -> String {
    let guarded = guarded(text);
    // Some spreadsheets also split a line at a semicolon or a tab. So a cell with one of these is quoted, although RFC
    // 4180 does not require it.
    let is_quoted = text.contains([',', '"', '\r', '\n', ';', '\t']);
    if is_quoted { format!("\"{}\"", guarded.replace('"', "\"\"")) } else { guarded }
}

/// Puts an apostrophe before each character with which a formula can begin, and before a control character at the start
/// of the cell. A formula can begin at the start of the cell, and after a character at which a spreadsheet can split
/// the line although the cell is quoted.
fn guarded(text: &str) -> String {
    let mut guarded = String::with_capacity(text.len() + 1);
    let mut begins = true;
    for (at, letter) in text.char_indices() {
        if begins && (is_sign(letter) || (at == 0 && letter.is_control())) {
            guarded.push('\'');
        }
        guarded.push(letter);
        begins = matches!(letter, ';' | '\t' | '\r' | '\n');
    }
    guarded
}

/// Whether a formula can begin with this character. Control characters, which can stand before a formula at the start
/// of a cell, are not included.
///
/// Source: the page *CSV Injection* of OWASP.
fn is_sign(first: char) -> bool {
    matches!(first, '=' | '+' | '-' | '@' | '\u{FF1D}' | '\u{FF0B}' | '\u{FF0D}' | '\u{FF20}')
}

/// Whether a request prefers CSV to JSON: in the header `Accept`, the weight of `text/csv` is higher than the weight of
/// `application/json` (RFC 9110 §12.5.1). A media type that is not in the header has the weight 0. Ranges with an
/// asterisk are ignored. If both weights are equal, the answer is JSON.
pub(crate) fn is_preferred(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<(&str, u16)> = values.flat_map(|value| value.split(',')).filter_map(range).collect();
    let weight = |media_type: &str| {
        let own = ranges.iter().filter(|(own, _)| own.eq_ignore_ascii_case(media_type));
        own.map(|(_, weight)| *weight).max().unwrap_or(0)
    };
    weight("text/csv") > weight("application/json")
}

/// Reads a media range and its weight in thousandths. `None` if the weight is not valid.
fn range(text: &str) -> Option<(&str, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let media_type = parts.next()?;
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    Some((media_type, weight.map_or(Some(1_000), thousandths)?))
}

/// Reads a weight, `0` to `1` with at most three decimals.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_valid =
        matches!(whole, "0" | "1") && decimals.len() <= 3 && decimals.bytes().all(|digit| digit.is_ascii_digit());
    let number: u16 = if is_valid { format!("{whole}{decimals:0<3}").parse().ok()? } else { return None };
    (number <= 1_000).then_some(number)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn sight_2_a_cell_that_begins_like_a_formula_gets_an_apostrophe() {
        for (text, expected) in [
            ("", ""),
            ("plain", "plain"),
            ("=HYPERLINK(\"http://a\")", "\"'=HYPERLINK(\"\"http://a\"\")\""),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "\"'\t'=1\""),
            ("\r=1", "\"'\r'=1\""),
            ("\n=1", "\"'\n'=1\""),
            ("\u{FF1D}1", "'\u{FF1D}1"),
            ("a=1", "a=1"),
            ("'=1", "'=1"),
            ("a;b", "\"a;b\""),
            ("a;=1", "\"a;'=1\""),
            ("two\r\nlines", "\"two\r\nlines\""),
        ] {
            assert_eq!(cell(text), expected);
        }
        assert_eq!(csv_line([]), "\r\n");
    }

    #[test]
    fn sight_2_csv_is_sent_to_those_who_prefer_it_and_json_to_all_others() {
        let prefers = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(ACCEPT, HeaderValue::from_str(value).expect("a value"));
            }
            is_preferred(&headers)
        };
        for csv in [
            &["text/csv"][..],
            &["TEXT/CSV; charset=utf-8"],
            &["text/csv;q=0.9, application/json;q=0.5"],
            &["text/html", "text/csv"],
            &["*/*;q=0.1, text/csv"],
            &["text/csv;q=0.001"],
        ] {
            assert!(prefers(csv), "{csv:?}");
        }
        for json in [
            &[][..],
            &["*/*"],
            &["text/*"],
            &["application/json"],
            &["application/json, text/csv"],
            &["text/csv;q=0"],
            &["text/csv;q=0.000"],
            &["text/csv;q=2"],
            &["text/csv;q=0.1234"],
            &["text/csv;q="],
            &["text/csvx"],
            &[""],
            &["application/xml"],
        ] {
            assert!(!prefers(json), "{json:?}");
        }
    }
}
