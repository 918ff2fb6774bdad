//! The rows of owners, counters, versions, instants, and documents with a version.

use counterfoil::Timestamp;
use counterfoil::store::{AliasEntry, Corrupt, Counter};
use counterfoil::types::{FamilyId, RecordId, Version};

use super::reader::Reader;
use super::writer::Writer;
use crate::engine::Value;

/// The row of an owner. It guards decisions that depend on the owner's families: see `layout.rs`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnerRow {
    /// The number of the owner's families. The row is removed with the last family.
    pub(crate) families: u64,
    /// The number of times the row was written. This number and `last` make all versions of the row different, even
    /// if the row was removed and created again.
    pub(crate) step: u64,
    /// The id of the owner's newest family. See `step`.
    pub(crate) last: FamilyId,
}

impl OwnerRow {
    /// The row of an owner without families.
    pub(crate) const NEW: Self = Self { families: 0, step: 0, last: FamilyId::from_bytes([0; 10]) };

    pub(crate) fn write(&self) -> Value {
        let mut row = Writer::new();
        row.number(self.families);
        row.number(self.step);
        row.raw(self.last.as_bytes());
        row.row()
    }

    pub(crate) fn read(row: &[u8]) -> Result<Self, Corrupt> {
        let mut row = Reader::new(row)?;
        let (families, step) = (row.number("owner.families")?, row.number("owner.step")?);
        let last = FamilyId::from_bytes(row.raw("owner.last")?);
        row.end(Self { families, step, last })
    }
}

pub(crate) fn write_counter(counter: &Counter) -> Value {
    let mut row = Writer::new();
    row.small(counter.failures());
    row.maybe(counter.ends_at(), Writer::instant);
    row.instant(counter.gone_at());
    row.small(u32::try_from(counter.under_way().len()).unwrap_or(u32::MAX));
    counter.under_way().iter().for_each(|at| row.instant(*at));
    row.row()
}

pub(crate) fn read_counter(row: &[u8]) -> Result<Counter, Corrupt> {
    let mut row = Reader::new(row)?;
    let (failures, ends_at) = (row.small("failures")?, row.maybe("ends_at", Reader::instant)?);
    let (gone_at, count) = (row.instant("gone_at")?, row.small("under_way")?);
    let under_way = (0..count).map(|_| row.instant("under_way")).collect::<Result<_, _>>()?;
    row.end(Counter::from_parts(failures, ends_at, under_way, gone_at))
}

pub(crate) fn write_document(version: Version, document: &str) -> Value {
    let mut row = Writer::new();
    row.number(version.number());
    row.text(document);
    row.row()
}

/// Decodes a row that contains a version and a document. `parse` decodes the document.
pub(crate) fn read_document<T, E>(
    row: &[u8],
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<(Version, T), Corrupt> {
    let mut row = Reader::new(row)?;
    let version = Version::new(row.number("version")?);
    let document = row.text("document", parse)?;
    row.end((version, document))
}

/// Encodes a row that contains only a version.
pub(crate) fn write_version(version: Version) -> Value {
    let mut row = Writer::new();
    row.number(version.number());
    row.row()
}

/// Decodes a row that contains only a version.
pub(crate) fn read_version(row: &[u8]) -> Result<Version, Corrupt> {
    let mut row = Reader::new(row)?;
    let version = Version::new(row.number("version")?);
    row.end(version)
}

/// Encodes the entry of an alias.
pub(crate) fn write_alias(entry: &AliasEntry) -> Value {
    let mut row = Writer::new();
    row.raw(entry.id.as_bytes());
    row.instant(entry.created_at);
    row.row()
}

/// Decodes the entry of an alias.
pub(crate) fn read_alias(row: &[u8]) -> Result<AliasEntry, Corrupt> {
    let mut row = Reader::new(row)?;
    let id = RecordId::from_bytes(row.raw("alias.id")?);
    let created_at = row.instant("alias.created_at")?;
    row.end(AliasEntry { id, created_at })
}

/// Encodes a row that contains only an instant.
pub(crate) fn write_instant(at: Timestamp) -> Value {
    let mut row = Writer::new();
    row.instant(at);
    row.row()
}

/// Decodes a row that contains only an instant.
pub(crate) fn read_instant(row: &[u8]) -> Result<Timestamp, Corrupt> {
    let mut row = Reader::new(row)?;
    let at = row.instant("instant")?;
    row.end(at)
}
