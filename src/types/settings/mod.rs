//! Settings that administrators change at run time. They are stored as text. If a stored text is invalid, the policy's
//! own value applies. A switch with an invalid text counts as off, because that gives fewer rights.
//!
//! `table.rs` has one row for each setting. From these rows, all other code about single settings is generated: the
//! names, units and ranges, the fields of [`Settings`] and [`SettingsUpdate`], the API and its schemas, and the form of
//! the console with a field for the label in each language.

mod fields;
mod name;
mod stored;
mod table;
mod update;
mod value;

pub use fields::Settings;
pub(crate) use fields::WORDS;
pub use name::{InvalidSetting, SettingName, SettingUnit};
pub use stored::{Reading, StoredSettings, VersionedSettings};
pub use update::SettingsUpdate;
