//! Reads fields of a row. Every error names its field.

use counterfoil::Timestamp;
use counterfoil::store::Corrupt;

use super::FORM;

/// The bytes of a row that are not read yet.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(row: &'a [u8]) -> Result<Self, Corrupt> {
        match row.split_first() {
            Some((&FORM, rest)) => Ok(Self(rest)),
            _ => Err(Corrupt::Column { column: "form" }),
        }
    }

    pub(super) fn raw<const N: usize>(&mut self, column: &'static str) -> Result<[u8; N], Corrupt> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(Corrupt::Column { column })?;
        self.0 = rest;
        Ok(*head)
    }

    pub(super) fn byte(&mut self, column: &'static str) -> Result<u8, Corrupt> {
        self.raw::<1>(column).map(|[byte]| byte)
    }

    pub(super) fn flag(&mut self, column: &'static str) -> Result<bool, Corrupt> {
        match self.byte(column)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Corrupt::Column { column }),
        }
    }

    pub(super) fn number(&mut self, column: &'static str) -> Result<u64, Corrupt> {
        self.raw(column).map(u64::from_be_bytes)
    }

    pub(super) fn small(&mut self, column: &'static str) -> Result<u32, Corrupt> {
        self.raw(column).map(u32::from_be_bytes)
    }

    pub(super) fn instant(&mut self, column: &'static str) -> Result<Timestamp, Corrupt> {
        Timestamp::from_micros(self.number(column)?).ok_or(Corrupt::Column { column })
    }

    pub(super) fn text<T, E>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, Corrupt> {
        let fault = Corrupt::Column { column };
        let length = usize::try_from(self.small(column)?).map_err(|_| fault)?;
        let (head, rest) = self.0.split_at_checked(length).ok_or(fault)?;
        self.0 = rest;
        let text = std::str::from_utf8(head).map_err(|_| fault)?;
        parse(text).map_err(|_| fault)
    }

    pub(super) fn maybe<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&mut Self, &'static str) -> Result<T, Corrupt>,
    ) -> Result<Option<T>, Corrupt> {
        self.flag(column)?.then(|| read(self, column)).transpose()
    }

    /// Returns `row`, the decoded row, if all its bytes were read. If bytes are left, returns the error for a corrupt
    /// row.
    pub(super) fn end<T>(self, row: T) -> Result<T, Corrupt> {
        if self.0.is_empty() { Ok(row) } else { Err(Corrupt::Column { column: "end" }) }
    }
}
