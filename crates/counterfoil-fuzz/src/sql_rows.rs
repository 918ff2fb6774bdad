//! The target for rows of SQL. A row with arbitrary columns must either be refused as corrupt, or be a record that is
//! written back with the same values.

use counterfoil::store::{FamilyParts, RecordParts, TokenRecord};
use counterfoil::types::{Description, Label};
use counterfoil::{Scope, Timestamp};
use counterfoil_conformance::reference::describe;
use counterfoil_sql::fuzzing::{self, ColumnValue, Row};

use crate::bytes::{choice, counted};

/// Runs the fuzz target. The first byte of `data` chooses the kind of rows. The rest contains the values of their
/// columns. The byte before each value is its type: 0 for NULL, 1 for a number, 2 for a byte string, and 3 for a text.
/// Any other byte ends the row. Returns whether the rows are valid.
#[must_use]
pub fn sql_rows(data: &[u8]) -> bool {
    let (which, values) = choice(data);
    let rows = rows(values);
    let first = rows.first().cloned().unwrap_or_default();
    match which % 7 {
        0 => record(&first),
        1 => client(&first),
        2 => settings(&first),
        3 => counter(&first),
        4 => page(&rows),
        5 => clients(&rows),
        _ => families(&rows),
    }
}

fn rows(mut data: &[u8]) -> Vec<Row> {
    let mut rows = vec![Row::default()];
    while let Some((tag, rest)) = data.split_first() {
        data = rest;
        let value = match tag {
            0 => ColumnValue::Null,
            1 => {
                let Some((number, rest)) = data.split_first_chunk() else { break };
                data = rest;
                ColumnValue::Number(i64::from_be_bytes(*number))
            }
            2 => ColumnValue::Bytes(counted(&mut data).to_vec()),
            3 => ColumnValue::Text(String::from_utf8_lossy(counted(&mut data)).into_owned()),
            _ => {
                rows.push(Row::default());
                continue;
            }
        };
        rows.last_mut().expect("a row").0.push(value);
    }
    rows
}

fn record(row: &Row) -> bool {
    let Ok(record) = fuzzing::record(row) else { return false };
    let written = written(&record);
    let again = fuzzing::record(&written).expect("our own row");
    assert_eq!(describe(&again), describe(&record));
    let (read, written) = (&row.0[..written.0.len()], &written.0);
    for (at, (read, written)) in read.iter().zip(written).enumerate() {
        // Column 27 means "shrunk" for any number except 0. Column 33 contains the document of a family, whose blanks
        // and order may differ. A scope is written in one order, and labels and descriptions are trimmed.
        let another_spelling = match at {
            7 => same_text(read, written, |text| text.parse::<Scope>().ok()),
            8 => same_text(read, written, |text| Label::from_stored(text).ok()),
            9 => same_text(read, written, |text| Description::new(text).ok()),
            27 | 33 => true,
            _ => false,
        };
        assert!(read == written || another_spelling, "column {at}: {read:?} became {written:?}");
    }
    true
}

/// Whether two texts are equal after they are parsed by `value`. The text that was read can be in another form than
/// this library writes, if another program wrote it.
fn same_text<T: PartialEq>(read: &ColumnValue, written: &ColumnValue, value: impl Fn(&str) -> Option<T>) -> bool {
    let (ColumnValue::Text(read), ColumnValue::Text(written)) = (read, written) else { return false };
    value(read).is_some_and(|read| value(written) == Some(read))
}

fn number(number: u64) -> ColumnValue {
    ColumnValue::Number(i64::try_from(number).expect("what came out of a column"))
}

fn instant(at: Timestamp) -> ColumnValue {
    number(at.micros())
}

fn text(text: &str) -> ColumnValue {
    ColumnValue::Text(text.to_owned())
}

fn bytes(bytes: &[u8]) -> ColumnValue {
    ColumnValue::Bytes(bytes.to_vec())
}

fn or_null<T>(value: Option<T>, written: impl FnOnce(T) -> ColumnValue) -> ColumnValue {
    value.map_or(ColumnValue::Null, written)
}

/// Returns the row in which a record is stored.
pub(crate) fn written(record: &TokenRecord) -> Row {
    let mut values = own_values(record.record());
    values.insert(26, fuzzing::noticed(record));
    values.extend(family_values(record.family()));
    Row(values)
}

/// Returns the row in which the family of a record is stored.
pub(crate) fn family_row(record: &TokenRecord) -> Row {
    Row(family_values(record.family()))
}

/// Returns the values of the columns of the record itself. The columns of its family and the column with the sent
/// notices are left out.
fn own_values(own: &RecordParts) -> Vec<ColumnValue> {
    let nonce = own.superseded.as_ref().and_then(|superseded| superseded.nonce);
    let superseded = own.superseded.as_ref();
    vec![
        bytes(own.id.as_bytes()),
        text(own.realm.as_str()),
        text(own.owner.as_str()),
        number(own.kind.byte().into()),
        or_null(own.parent, |id| bytes(id.as_bytes())),
        number(own.generation),
        instant(own.created_at),
        or_null(own.scope.as_ref(), |scope| text(scope.as_str())),
        or_null(own.label.as_ref(), |label| text(label.as_str())),
        or_null(own.description.as_ref(), |description| text(description.as_str())),
        bytes(own.digest.as_bytes()),
        number(own.key_id.number().into()),
        number(own.version.number()),
        or_null(own.expires_at, instant),
        instant(own.expiry_set_at),
        or_null(own.gone_at, instant),
        or_null(superseded, |superseded| instant(superseded.at)),
        or_null(superseded, |superseded| bytes(superseded.successor.as_bytes())),
        or_null(nonce, |nonce| bytes(&nonce.bytes)),
        or_null(nonce, |nonce| number(nonce.key_id.number().into())),
        or_null(superseded.and_then(|superseded| superseded.honoured_until), instant),
        or_null(own.revoked, |revoked| instant(revoked.at)),
        or_null(own.revoked, |revoked| number(revoked.reason.byte().into())),
        or_null(own.last_used_at, instant),
        or_null(own.notice, |notice| instant(notice.at)),
        or_null(own.notice, |notice| number(notice.stage.into())),
        number(own.shrunk.into()),
    ]
}

fn family_values(family: &FamilyParts) -> Vec<ColumnValue> {
    vec![
        bytes(family.id.as_bytes()),
        text(family.realm.as_str()),
        text(family.owner.as_str()),
        number(family.kind.byte().into()),
        number(family.generation),
        text(&family.body.to_document(family.details.as_deref()).expect("a document")),
        or_null(family.live_until, instant),
        or_null(family.gone_at, instant),
        or_null(family.label_key.as_ref(), |key| text(key.as_str())),
        or_null(family.revoked, |revoked| instant(revoked.at)),
        or_null(family.revoked, |revoked| number(revoked.reason.byte().into())),
        or_null(family.client, |client| bytes(client.as_bytes())),
        instant(family.used_at),
    ]
}

fn client(row: &Row) -> bool {
    let Ok(client) = fuzzing::client(row) else { return false };
    let document = client.registration.to_document().expect("a document");
    let again = fuzzing::client(&Row(vec![number(client.version.number()), text(&document)])).expect("our own row");
    assert_eq!((again.version, again.registration.to_document().expect("a document")), (client.version, document));
    true
}

fn settings(row: &Row) -> bool {
    let Ok(settings) = fuzzing::settings(row) else { return false };
    let document = settings.settings.to_document().expect("a document");
    let again = fuzzing::settings(&Row(vec![number(settings.version.number()), text(&document)])).expect("our own row");
    assert_eq!((again.version, again.settings), (settings.version, settings.settings));
    true
}

fn counter(row: &Row) -> bool {
    let Ok(counter) = fuzzing::counter(row) else { return false };
    let under_way = fuzzing::under_way(&counter);
    let (ends_at, gone_at) = (or_null(counter.ends_at(), instant), instant(counter.gone_at()));
    let written = Row(vec![number(counter.failures().into()), ends_at, under_way, gone_at]);
    assert_eq!(fuzzing::counter(&written).expect("our own row"), counter);
    true
}

fn page(rows: &[Row]) -> bool {
    let limit = rows.len().saturating_sub(1);
    let page = fuzzing::page(rows, u32::try_from(limit).expect("few rows"));
    let corrupt = usize::try_from(page.corrupt).expect("few rows");
    assert_eq!(page.items.len() + corrupt, limit, "each row is a record or counted");
    let sound = rows.iter().take(limit).filter(|row| fuzzing::record(row).is_ok()).count();
    assert_eq!(sound, page.items.len());
    // There is one row more than `limit`, so a page with at least one intact record must have a cursor to the next
    // page.
    assert!(page.items.is_empty() || page.next.is_some(), "{page:?}");
    corrupt == 0 && limit > 0
}

fn families(rows: &[Row]) -> bool {
    let limit = rows.len().saturating_sub(1);
    let page = fuzzing::families(rows, u32::try_from(limit).expect("few rows"));
    let is_family = |row: &&Row| row.0.first() != Some(&ColumnValue::Null);
    let counted = page.items.len() + usize::try_from(page.corrupt).expect("few rows");
    assert_eq!(rows.iter().take(limit).filter(is_family).count(), counted, "each family is returned or counted");
    assert!(page.items.is_empty() || page.next.is_some(), "{page:?}");
    for family in &page.items {
        let again = fuzzing::families(&[Row(family_values(family))], 1);
        let again = again.items.first().expect("our own row");
        assert_eq!(format!("{again:?}"), format!("{family:?}"));
    }
    page.corrupt == 0 && !page.items.is_empty()
}

fn clients(rows: &[Row]) -> bool {
    let limit = rows.len().saturating_sub(1);
    let Ok(page) = fuzzing::clients(rows, u32::try_from(limit).expect("few rows")) else { return false };
    assert_eq!(page.items.len() + usize::try_from(page.corrupt).expect("few rows"), limit);
    assert!(page.next.is_some(), "there is one row more");
    page.corrupt == 0 && limit > 0
}
