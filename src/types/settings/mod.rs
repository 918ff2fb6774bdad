//! Settings: administrators change them at run time. They are stored as text, and read leniently where that is safe.
//!
//! `table.rs` has one row for each setting. Everything else derives from the rows: names, units and ranges, the fields of
//! [`Settings`] and [`SettingsUpdate`], the API and its schemas, and the console's form and texts.

mod in_force;
mod name;
mod stored;
mod table;
mod update;
mod value;

pub use in_force::Settings;
pub(crate) use in_force::WORDS;
pub use name::{InvalidSetting, SettingName, SettingUnit};
pub use stored::{Reading, StoredSettings, VersionedSettings};
pub use update::SettingsUpdate;
