//! The result of a command: a table for people, or JSON for programs.

use counterfoil::Timestamp;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::failure::Failure;

/// The result of a command.
pub(crate) enum Output {
    /// Rows with the same fields.
    Table(Vec<&'static str>, Vec<Vec<Value>>),
    /// The fields of one object.
    Fields(Vec<(&'static str, Value)>),
    /// A document that is printed as JSON in both formats.
    Document(Value),
}

impl Output {
    /// Returns the result as JSON: an array of objects, an object, or the document.
    pub(crate) fn json(&self) -> Result<String, Failure> {
        let object = |fields: Vec<(&'static str, Value)>| {
            Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
        };
        let value = match self {
            Self::Table(columns, rows) => {
                let row = |row: &Vec<Value>| object(columns.iter().copied().zip(row.iter().cloned()).collect());
                Value::Array(rows.iter().map(row).collect())
            }
            Self::Fields(fields) => object(fields.clone()),
            Self::Document(document) => document.clone(),
        };
        serde_json::to_string_pretty(&value).map_err(Failure::failed)
    }

    /// Returns the result as text in columns.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Table(columns, rows) => {
                let head = columns.iter().map(|column| (*column).to_owned()).collect();
                let rows = rows.iter().map(|row| row.iter().map(cell).collect());
                aligned(&std::iter::once(head).chain(rows).collect::<Vec<Vec<String>>>())
            }
            Self::Fields(fields) => {
                aligned(&fields.iter().map(|(name, value)| vec![(*name).to_owned(), cell(value)]).collect::<Vec<_>>())
            }
            Self::Document(document) => serde_json::to_string_pretty(document).unwrap_or_default(),
        }
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".into(),
        // Labels are text that users wrote. They must not contain control characters that move the terminal's cursor.
        Value::String(text) => {
            text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
        }
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

fn aligned(rows: &[Vec<String>]) -> String {
    let width =
        |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(at, cell)| format!("{cell:<width$}", width = width(at)));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Returns an instant in UTC, rounded down to the second.
pub(crate) fn instant(at: Timestamp) -> Value {
    let seconds = i64::try_from(at.seconds()).unwrap_or(i64::MAX);
    OffsetDateTime::from_unix_timestamp(seconds).ok().and_then(|at| at.format(&Rfc3339).ok()).into()
}

/// Returns an instant as [`instant`] does, or null for `None`.
pub(crate) fn instant_or_none(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_61_a_table_is_aligned_and_shows_no_control_letters() {
        let rows = vec![vec!["a\u{1b}[2J".into(), 7.into()], vec![Value::Null, 12.into()]];
        let table = Output::Table(vec!["label", "count"], rows);
        assert_eq!(table.text(), "label  count\na\u{fffd}[2J  7\n-      12");
    }
}
