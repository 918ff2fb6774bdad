//! A migration that SQL alone cannot do: it recomputes the keys by which labels are compared.
//!
//! Keys that older versions wrote contain invisible characters. If another family of the owner already has the new key,
//! the family keeps its old key. Older versions accepted both labels; only a third such label is refused.

use counterfoil::types::LabelKey;

/// Marks this step in the list of migrations.
pub(crate) const STEP: &str = "-- label keys are made anew";

/// The invisible characters that older versions accepted in a label, in a form that SQLite's GLOB and PostgreSQL's
/// character classes both understand.
pub(crate) const IGNORED: &str =
    "\u{34F}\u{115F}\u{1160}\u{17B4}\u{17B5}\u{180B}-\u{180F}\u{3164}\u{FE00}-\u{FE0F}\u{FFA0}\u{E0100}-\u{E01EF}";

/// The recomputed key, or `None` if the key is unchanged.
pub(crate) fn renewed(key: &str) -> Option<String> {
    let old = LabelKey::from_stored(key);
    let new = old.renewed();
    (new != old && !new.as_str().is_empty()).then(|| new.as_str().to_owned())
}
