//! Writes the fields of a row.

use counterfoil::Timestamp;

use super::FORM;
use crate::engine::Value;

pub(super) struct Writer(Value);

impl Writer {
    pub(super) fn new() -> Self {
        let mut row = Vec::with_capacity(256);
        row.push(FORM);
        Self(row)
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(super) fn number(&mut self, number: u64) {
        self.raw(&number.to_be_bytes());
    }

    pub(super) fn small(&mut self, number: u32) {
        self.raw(&number.to_be_bytes());
    }

    pub(super) fn instant(&mut self, at: Timestamp) {
        self.number(at.micros());
    }

    /// Writes a text. Texts are always shorter than 4 GB. A longer text would make the row unreadable.
    pub(super) fn text(&mut self, text: &str) {
        self.small(u32::try_from(text.len()).unwrap_or(u32::MAX));
        self.raw(text.as_bytes());
    }

    pub(super) fn maybe<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.byte(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    pub(super) fn row(self) -> Value {
        self.0
    }
}
