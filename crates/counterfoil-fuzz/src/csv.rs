//! The fuzz target for CSV. It checks that a reader gets back the cells that were written, and that a spreadsheet
//! treats no cell as a formula.

use counterfoil_http::csv_line;

/// The character that separates the cells in the input of this target.
const BETWEEN: char = '\u{1f}';

/// Writes the cells in `data` as a line of CSV, and reads the line.
#[must_use]
pub fn csv(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let cells: Vec<&str> = text.split(BETWEEN).collect();
    let line = csv_line(cells.iter().copied());
    let read = read(&line);
    assert_eq!(read.len(), cells.len(), "{line:?}");
    for (read, cell) in read.iter().zip(&cells) {
        let is_sign = |letter: char| "=+-@\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".contains(letter);
        assert!(!read.starts_with(|letter: char| is_sign(letter) || letter.is_control()), "{line:?}");
        // An apostrophe must be added only where a formula could begin: at the start of the cell, or where a
        // spreadsheet may split the line.
        let (mut expected, mut begins) = (String::new(), true);
        for (at, letter) in cell.char_indices() {
            let guarded = begins && (is_sign(letter) || (at == 0 && letter.is_control()));
            expected.extend(guarded.then_some('\''));
            expected.push(letter);
            begins = matches!(letter, ';' | '\t' | '\r' | '\n');
        }
        assert_eq!(*read, expected, "{line:?}");
    }
    true
}

/// Reads one line of CSV strictly by the grammar of RFC 4180 §2, and returns its cells.
fn read(line: &str) -> Vec<String> {
    let mut rest = line;
    let mut cells = Vec::new();
    loop {
        let (cell, after) = if let Some(quoted) = rest.strip_prefix('"') { escaped(quoted) } else { plain(rest) };
        cells.push(cell);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => {
                assert_eq!(after, "\r\n", "{line:?}");
                return cells;
            }
        }
    }
}

/// Reads a quoted cell. `text` starts after the opening quote. Returns the cell, and the text after the closing quote.
fn escaped(text: &str) -> (String, &str) {
    let (mut cell, mut rest) = (String::new(), text);
    loop {
        let (part, after) = rest.split_once('"').expect("a quoted cell ends");
        cell.push_str(part);
        match after.strip_prefix('"') {
            Some(more) => {
                cell.push('"');
                rest = more;
            }
            None => return (cell, after),
        }
    }
}

/// Reads a cell without quotes. Returns the cell, and the text after it.
fn plain(text: &str) -> (String, &str) {
    let end = text.find([',', '\r', '\n', '"']).expect("a line ends");
    assert!(!text[end..].starts_with('"'), "a quote in a plain cell");
    (text[..end].to_owned(), &text[end..])
}
