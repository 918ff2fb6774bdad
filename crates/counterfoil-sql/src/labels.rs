//! A migration that SQL alone cannot do. It recomputes the label keys. A label key is the form of a label in which
//! labels are compared.
//!
//! The keys that older versions wrote can contain invisible characters. If another family of the owner already has the
//! recomputed key, the old key stays. The owner then has two labels that look alike, because older versions accepted
//! both. A third such label is refused.

use counterfoil::types::LabelKey;

/// The entry for this migration in the list of migrations. All other entries of the list are SQL.
pub(crate) const STEP: &str = "-- label keys are made anew";

/// The invisible characters that older versions accepted in a label. GLOB of SQLite and the character classes of
/// PostgreSQL both accept them in this form.
pub(crate) const IGNORED: &str =
    "\u{34F}\u{115F}\u{1160}\u{17B4}\u{17B5}\u{180B}-\u{180F}\u{3164}\u{FE00}-\u{FE0F}\u{FFA0}\u{E0100}-\u{E01EF}";

/// Returns the recomputed key, or `None` if it equals the old key.
pub(crate) fn renewed(key: &str) -> Option<String> {
    let old = LabelKey::from_stored(key);
    let new = old.renewed();
    (new != old && !new.as_str().is_empty()).then(|| new.as_str().to_owned())
}
