//! A step of the schema that SQL alone cannot make: the keys by which labels are compared, made anew.
//!
//! Keys of older versions hold characters that show nothing. Where another family of the owner has the new key already the old one stays:
//! both labels were given, and only a third one is refused.

use counterfoil::types::LabelKey;

/// Stands for the step among the migrations.
pub(crate) const STEP: &str = "-- label keys are made anew";

/// What of characters that show nothing an older version let into a label, as SQLite's GLOB and PostgreSQL's classes both take it.
pub(crate) const IGNORED: &str =
    "\u{34F}\u{115F}\u{1160}\u{17B4}\u{17B5}\u{180B}-\u{180F}\u{3164}\u{FE00}-\u{FE0F}\u{FFA0}\u{E0100}-\u{E01EF}";

/// The new key, where it is another one.
pub(crate) fn renewed(key: &str) -> Option<String> {
    let old = LabelKey::from_stored(key);
    let new = old.renewed();
    (new != old && !new.as_str().is_empty()).then(|| new.as_str().to_owned())
}
