//! Typed access to the columns of a row.

use counterfoil::Timestamp;
use counterfoil::store::{Corrupt, Revoked, StoreError};
use counterfoil::types::{RevocationReason, TokenKind, Version};

use super::SqlRow;
use crate::columns::Column;

/// A row, and the position in the row at which the columns of a [`RecordColumn`] or [`FamilyColumn`] list begin.
pub(super) struct Columns<'a, R> {
    pub(super) row: &'a R,
    pub(super) first: usize,
}

pub(super) fn corrupt(column: impl Column) -> Corrupt {
    Corrupt::Column { column: column.name() }
}

impl<'a, R: SqlRow> Columns<'a, R> {
    pub(super) fn position(&self, column: impl Column) -> Result<usize, Corrupt> {
        column.position(self.row, self.first).ok_or_else(|| corrupt(column))
    }

    pub(super) fn number(&self, column: impl Column) -> Result<Option<u64>, Corrupt> {
        let number = self.row.number(self.position(column)?).map_err(|_| corrupt(column))?;
        number.map(|number| u64::try_from(number).map_err(|_| corrupt(column))).transpose()
    }

    pub(super) fn small<T: TryFrom<u64>>(&self, column: impl Column) -> Result<Option<T>, Corrupt> {
        self.number(column)?.map(|number| T::try_from(number).map_err(|_| corrupt(column))).transpose()
    }

    pub(super) fn instant(&self, column: impl Column) -> Result<Option<Timestamp>, Corrupt> {
        self.number(column)?.map(|micros| Timestamp::from_micros(micros).ok_or_else(|| corrupt(column))).transpose()
    }

    pub(super) fn raw(&self, column: impl Column) -> Result<Option<&'a [u8]>, Corrupt> {
        self.row.bytes(self.position(column)?).map_err(|_| corrupt(column))
    }

    pub(super) fn bytes<const N: usize>(&self, column: impl Column) -> Result<Option<[u8; N]>, Corrupt> {
        self.raw(column)?.map(|bytes| <[u8; N]>::try_from(bytes).map_err(|_| corrupt(column))).transpose()
    }

    pub(super) fn text<T, E>(
        &self,
        column: impl Column,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Corrupt> {
        let text = self.row.text(self.position(column)?).map_err(|_| corrupt(column))?;
        text.map(|text| parse(text).map_err(|_| corrupt(column))).transpose()
    }

    pub(super) fn kind(&self, column: impl Column) -> Result<TokenKind, Corrupt> {
        let kind = self.small::<u8>(column)?.and_then(TokenKind::from_byte);
        kind.ok_or_else(|| corrupt(column))
    }

    pub(super) fn revoked(&self, at: impl Column, reason_at: impl Column) -> Result<Option<Revoked>, Corrupt> {
        match (self.instant(at)?, self.small::<u8>(reason_at)?) {
            (None, None) => Ok(None),
            (Some(instant), Some(reason)) => {
                let reason = RevocationReason::from_byte(reason).ok_or_else(|| corrupt(reason_at))?;
                Ok(Some(Revoked { at: instant, reason }))
            }
            _ => Err(corrupt(reason_at)),
        }
    }
}

pub(super) fn need<T>(value: Option<T>, column: impl Column) -> Result<T, Corrupt> {
    value.ok_or_else(|| corrupt(column))
}

/// Reads a column that contains an instant or NULL.
pub(crate) fn instant(row: &impl SqlRow, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
    Columns { row, first: 0 }.instant(column).map_err(|corrupt| StoreError::corrupt(None, corrupt))
}

/// Reads a column that contains a number.
pub(crate) fn number(row: &impl SqlRow, column: &'static str) -> Result<i64, StoreError> {
    number_or_null(row, column)?.ok_or_else(|| StoreError::corrupt(None, corrupt(column)))
}

/// Reads a column that contains a number or NULL.
pub(crate) fn number_or_null(row: &impl SqlRow, column: &'static str) -> Result<Option<i64>, StoreError> {
    let number = row.position(column).and_then(|at| row.number(at).ok());
    number.ok_or_else(|| StoreError::corrupt(None, corrupt(column)))
}

/// Reads the new version from the column `version`, which a statement returns after it has written a client or
/// settings.
pub(crate) fn version(row: &impl SqlRow) -> Result<Version, StoreError> {
    let version = u64::try_from(number(row, "version")?).ok();
    version.map(Version::new).ok_or_else(|| StoreError::corrupt(None, corrupt("version")))
}
