//! Rows out of plain values: what a damaged database could hand out. For the fuzz targets, and no part of the API.

use counterfoil::client::{ClientId, VersionedRegistration};
use counterfoil::settings::VersionedSettings;
use counterfoil::store::{Corrupt, Counter, Page, StoreError, TokenRecord};

use crate::row::{self, Order, SqlRow};

/// One column's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// NULL.
    Null,
    /// An integer.
    Number(i64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A text.
    Text(String),
}

/// A row. What lies beyond its end is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row(pub Vec<Cell>);

impl Row {
    fn at<T>(&self, at: usize, read: impl FnOnce(&Cell) -> Option<T>) -> Result<Option<T>, sqlx::Error> {
        match self.0.get(at).ok_or(sqlx::Error::ColumnIndexOutOfBounds { index: at, len: self.0.len() })? {
            Cell::Null => Ok(None),
            // As the drivers do, which convert nothing.
            cell => read(cell).map(Some).ok_or_else(|| sqlx::Error::ColumnNotFound(at.to_string())),
        }
    }
}

impl SqlRow for Row {
    fn number(&self, at: usize) -> Result<Option<i64>, sqlx::Error> {
        self.at(at, |cell| if let Cell::Number(number) = cell { Some(*number) } else { None })
    }

    fn bytes(&self, at: usize) -> Result<Option<&[u8]>, sqlx::Error> {
        match self.0.get(at) {
            Some(Cell::Bytes(bytes)) => Ok(Some(bytes)),
            _ => self.at(at, |_| None),
        }
    }

    fn text(&self, at: usize) -> Result<Option<&str>, sqlx::Error> {
        match self.0.get(at) {
            Some(Cell::Text(text)) => Ok(Some(text)),
            _ => self.at(at, |_| None),
        }
    }
}

/// A record joined with its family.
///
/// # Errors
///
/// [`Corrupt`] where the row is none.
pub fn record(row: &Row) -> Result<TokenRecord, Corrupt> {
    row::record(row)
}

/// A page of a list.
#[must_use]
pub fn page(rows: &[Row], limit: u32) -> Page<TokenRecord> {
    row::page(rows, limit, Order::CreatedAt)
}

/// A client.
///
/// # Errors
///
/// [`StoreError`] where the row is none.
pub fn client(row: &Row) -> Result<VersionedRegistration, StoreError> {
    row::client(row)
}

/// A page of clients.
///
/// # Errors
///
/// [`StoreError`] where no row has an id.
pub fn clients(rows: &[Row], limit: u32) -> Result<Page<VersionedRegistration, ClientId>, StoreError> {
    row::clients(rows, limit)
}

/// A realm's settings.
///
/// # Errors
///
/// [`StoreError`] where the row holds none.
pub fn settings(row: &Row) -> Result<VersionedSettings, StoreError> {
    row::settings(row)
}

/// A counter.
///
/// # Errors
///
/// [`StoreError`] where the row is none.
pub fn counter(row: &Row) -> Result<Counter, StoreError> {
    row::counter(row)
}

/// The column of notices sent.
#[must_use]
pub fn noticed(record: &TokenRecord) -> Cell {
    Cell::Bytes(row::noticed(&record.record().noticed))
}

/// The column of attempts under way.
#[must_use]
pub fn under_way(counter: &Counter) -> Cell {
    Cell::Bytes(row::instants(counter.under_way()))
}
