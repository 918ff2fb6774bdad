//! Rows with arbitrary values, as a damaged database could return them. This module is for the fuzz targets. It is not
//! part of the API.

use counterfoil::client::{ClientId, VersionedRegistration};
use counterfoil::settings::VersionedSettings;
use counterfoil::store::{Corrupt, Counter, FamilyParts, Page, StoreError, TokenRecord};
use counterfoil::types::FamilyId;

use crate::row::{self, Order, SqlRow};

/// The value of one column, in the types in which the drivers return values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnValue {
    /// NULL: the column has no value.
    Null,
    /// A value of an integer type, or of BOOLEAN as 0 or 1.
    Number(i64),
    /// A value of the type BLOB (SQLite) or BYTEA (PostgreSQL).
    Bytes(Vec<u8>),
    /// A value of the type TEXT.
    Text(String),
}

/// The values of a row's columns. If there are fewer values than columns, the other columns are treated as missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row(pub Vec<ColumnValue>);

impl Row {
    fn at<T>(&self, at: usize, read: impl FnOnce(&ColumnValue) -> Option<T>) -> Result<Option<T>, sqlx::Error> {
        match self.0.get(at).ok_or(sqlx::Error::ColumnIndexOutOfBounds { index: at, len: self.0.len() })? {
            ColumnValue::Null => Ok(None),
            // A value of another type is an error, because the drivers do not convert types either.
            value => read(value).map(Some).ok_or_else(|| sqlx::Error::ColumnNotFound(at.to_string())),
        }
    }
}

/// A row whose columns are found by name.
struct Named<'a> {
    row: &'a Row,
    names: &'static [&'static str],
}

impl SqlRow for Named<'_> {
    fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| *known == name)
    }

    fn number(&self, at: usize) -> Result<Option<i64>, sqlx::Error> {
        self.row.number(at)
    }

    fn bytes(&self, at: usize) -> Result<Option<&[u8]>, sqlx::Error> {
        self.row.bytes(at)
    }

    fn text(&self, at: usize) -> Result<Option<&str>, sqlx::Error> {
        self.row.text(at)
    }
}

const CLIENT: &[&str] = &["version", "document", "client_id"];
const SETTINGS: &[&str] = &["version", "document"];
const COUNTER: &[&str] = &["failures", "ends_at", "under_way", "gone_at"];

impl SqlRow for Row {
    /// Finds no column by name, because the columns of a record are read by position.
    fn position(&self, _name: &str) -> Option<usize> {
        None
    }

    fn number(&self, at: usize) -> Result<Option<i64>, sqlx::Error> {
        self.at(at, |value| if let ColumnValue::Number(number) = value { Some(*number) } else { None })
    }

    fn bytes(&self, at: usize) -> Result<Option<&[u8]>, sqlx::Error> {
        match self.0.get(at) {
            Some(ColumnValue::Bytes(bytes)) => Ok(Some(bytes)),
            _ => self.at(at, |_| None),
        }
    }

    fn text(&self, at: usize) -> Result<Option<&str>, sqlx::Error> {
        match self.0.get(at) {
            Some(ColumnValue::Text(text)) => Ok(Some(text)),
            _ => self.at(at, |_| None),
        }
    }
}

/// Decodes the row of a record joined with its family.
///
/// # Errors
///
/// [`Corrupt`] if the row does not decode.
pub fn record(row: &Row) -> Result<TokenRecord, Corrupt> {
    row::record(row)
}

/// Decodes a page of at most `limit` records. Further rows show that there is a next page.
#[must_use]
pub fn page(rows: &[Row], limit: u32) -> Page<TokenRecord> {
    row::page(rows, limit, Order::CreatedAt)
}

/// Decodes a page of at most `limit` families. Further rows show that there is a next page.
#[must_use]
pub fn families(rows: &[Row], limit: u32) -> Page<FamilyParts, FamilyId> {
    row::decoded_families(rows, limit, 0)
}

/// Decodes a client.
///
/// # Errors
///
/// [`StoreError`] if the row does not decode.
pub fn client(row: &Row) -> Result<VersionedRegistration, StoreError> {
    row::client(&Named { row, names: CLIENT })
}

/// Decodes a page of clients.
///
/// # Errors
///
/// [`StoreError`] if there are more rows than `limit` and no row has a valid id. Then the next page would have no
/// start.
pub fn clients(rows: &[Row], limit: u32) -> Result<Page<VersionedRegistration, ClientId>, StoreError> {
    let rows: Vec<Named<'_>> = rows.iter().map(|row| Named { row, names: CLIENT }).collect();
    row::clients(&rows, limit)
}

/// Decodes a realm's settings.
///
/// # Errors
///
/// [`StoreError`] if the row does not decode.
pub fn settings(row: &Row) -> Result<VersionedSettings, StoreError> {
    row::settings(&Named { row, names: SETTINGS })
}

/// Decodes a counter.
///
/// # Errors
///
/// [`StoreError`] if the row does not decode.
pub fn counter(row: &Row) -> Result<Counter, StoreError> {
    row::counter(&Named { row, names: COUNTER })
}

/// Encodes the sent notices of a record, as the store writes them.
#[must_use]
pub fn noticed(record: &TokenRecord) -> ColumnValue {
    ColumnValue::Bytes(row::noticed(&record.record().noticed))
}

/// Encodes the attempts of a counter that are in progress, as the store writes them.
#[must_use]
pub fn under_way(counter: &Counter) -> ColumnValue {
    ColumnValue::Bytes(row::instants(counter.under_way()))
}
