//! The fields of a submitted form. All values are wiped on drop, because any of them may be a password.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use bytes::{Bytes, BytesMut};
use counterfoil::Secret;
use zeroize::Zeroize as _;

/// The maximum number of fields in a form. The longest form is that of a client. It has two lists of fewer than 500
/// scope tokens each (a scope has at most 1,000 bytes), and a few other fields.
const MAX_FIELDS: usize = 1_024;
/// The fields that the form of any page may have, in addition to the page's own fields.
const COMMON: [&str; 5] = ["csrf_token", "once", "password", "beside", "back"];
/// The suffix of the name of a hidden field. The hidden field contains the value that another field had when the page
/// was shown.
pub(crate) const WAS: &str = "_was";
/// The suffix of the name of the field that contains the unit of another field.
pub(crate) const UNIT: &str = "_unit";

/// The decoded fields of a form.
pub(crate) struct Form(Vec<(String, Secret)>);

impl Form {
    /// Decodes `application/x-www-form-urlencoded`. Returns `None` if there are too many fields.
    pub(crate) fn urlencoded(body: Bytes) -> Option<Self> {
        let mut body = BytesMut::from(body);
        let mut pairs = Vec::new();
        for (name, value) in form_urlencoded::parse(&body) {
            pairs.push((name.into_owned(), Secret::from(Cow::into_owned(value))));
            if pairs.len() > MAX_FIELDS {
                break;
            }
        }
        body.as_mut().zeroize();
        (pairs.len() <= MAX_FIELDS).then_some(Self(pairs))
    }

    /// Makes a form from fields that are already decoded.
    pub(crate) fn from_pairs(pairs: Vec<(String, Secret)>) -> Self {
        Self(pairs)
    }

    /// Returns the value of a field. Returns an empty text if the field is missing or repeated.
    pub(crate) fn one(&self, name: &str) -> &str {
        self.secret(name).map_or("", Secret::expose_secret)
    }

    /// Returns the value of a field as a secret. Returns `None` if the field is missing or repeated.
    pub(crate) fn secret(&self, name: &str) -> Option<&Secret> {
        let mut values = self.0.iter().filter(|(own, _)| own == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (Some(value), None) => Some(value),
            _ => None,
        }
    }

    /// Returns whether a checkbox is ticked. Returns `None` for a value that a checkbox cannot have.
    pub(crate) fn ticked(&self, name: &str) -> Option<bool> {
        match self.one(name) {
            "" => Some(false),
            "true" => Some(true),
            _ => None,
        }
    }

    /// Checks that the form contains only known fields. Each field in `one` can occur once. Each field in `many` can be
    /// repeated. The `_unit` field and the `_was` field of each of these fields can occur once. The fields in
    /// [`COMMON`] are known too, and can be repeated. The error is the name of a repeated field, or `None` if the form
    /// contains an unknown field.
    pub(crate) fn check(&self, one: &[&'static str], many: &[&'static str]) -> Result<(), Option<&'static str>> {
        for (name, _) in &self.0 {
            if many.contains(&name.as_str()) || COMMON.contains(&name.as_str()) {
                continue;
            }
            let known = one.iter().find(|own| **own == name);
            let of = name.strip_suffix(WAS).unwrap_or(name);
            let of = of.strip_suffix(UNIT).unwrap_or(of);
            let shown = || one.iter().chain(many).find(|own| **own == of && of != name);
            let known = known.or_else(shown).ok_or(None)?;
            if self.all(name).count() > 1 {
                return Err(Some(known));
            }
        }
        Ok(())
    }

    /// Returns the fields that the user has changed, so that the page can show their values again. Leaves out passwords
    /// and the fields in [`COMMON`]. A field that the user has cleared is returned with an empty value. A group of
    /// checkboxes that are all unticked is also returned with an empty value, although the browser does not send the
    /// group.
    pub(crate) fn changed_fields(&self) -> Vec<(&str, &str)> {
        let mut fields: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, value) in &self.0 {
            fields.entry(name).or_default().push(value.expose_secret());
        }
        let is_own = |name: &str| COMMON.contains(&name) || name.ends_with(WAS);
        let was = |name: &str| match fields.get(format!("{name}{WAS}").as_str()).map(Vec::as_slice) {
            Some([was]) => Some(*was),
            _ => None,
        };
        let changed = |name: &str, now: &[&str]| match was(name) {
            Some(was) => !is_unchanged(was, now),
            None => now.iter().any(|value| !value.is_empty()),
        };
        let changed: BTreeSet<&str> =
            fields.iter().filter(|(name, now)| !is_own(name) && changed(name, now)).map(|(name, _)| *name).collect();
        let sent = self.0.iter().filter(|(name, _)| changed.contains(name.as_str()));
        let sent = sent.map(|(name, value)| (name.as_str(), value.expose_secret()));
        let shown = fields.keys().filter_map(|name| name.strip_suffix(WAS)).filter(|name| !fields.contains_key(name));
        let unticked = shown.filter(|name| was(name).is_some_and(|was| !matches!(was, "" | "false")));
        sent.chain(unticked.map(|name| (name, ""))).collect()
    }

    /// Returns the value that a field had when the page was shown. This value is in the field's `_was` field. Returns
    /// `None` if the form has no such `_was` field.
    pub(crate) fn was(&self, name: &str) -> Option<String> {
        self.secret(&format!("{name}{WAS}")).map(|value| value.expose_secret().to_owned())
    }

    /// Returns all values of a field.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.expose_secret())
    }

    /// Whether a field still has the value that it had when the page was shown.
    pub(crate) fn is_untouched(&self, name: &str) -> bool {
        let Some(was) = self.was(name) else { return false };
        is_unchanged(&was, &self.all(name).collect::<Vec<_>>())
    }

    /// Returns the values that an edit form shows after an error. A changed field shows the typed value. An unchanged
    /// field shows its current value, because otherwise the next submission would send the outdated value as if the
    /// user had typed it.
    pub(crate) fn values_over(
        &self,
        names: &[&'static str],
        current: &[(&'static str, String)],
    ) -> Vec<(&'static str, String)> {
        let of = |name: &&'static str| {
            if self.is_untouched(name) {
                current.iter().filter(|(own, _)| own == name).cloned().collect()
            } else {
                self.values_of(&[*name])
            }
        };
        names.iter().flat_map(of).collect()
    }

    /// Returns the values of these fields, to show them again after an error.
    pub(crate) fn values_of(&self, names: &[&'static str]) -> Vec<(&'static str, String)> {
        names.iter().flat_map(|name| self.all(name).map(|value| (*name, value.to_owned()))).collect()
    }
}

/// Whether the values of a field are equal to the values that it had when the page was shown.
fn is_unchanged(was: &str, now: &[&str]) -> bool {
    if let [now] = now {
        return was.replace("\r\n", "\n") == now.replace("\r\n", "\n");
    }
    // The browser sends checkboxes in the order of the page, but the `_was` field has the stored order.
    let sorted = |mut values: Vec<&str>| {
        values.sort_unstable();
        values.join(" ")
    };
    sorted(was.split_whitespace().collect()) == sorted(now.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_field_has_no_value() {
        let form = Form::urlencoded(Bytes::from_static(b"a=1&b=%D0%B9+x&a=2&c=")).expect("few fields");
        assert_eq!((form.one("a"), form.one("b"), form.one("c"), form.one("d")), ("", "й x", "", ""));
        assert_eq!(form.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!((form.ticked("b"), form.ticked("c")), (None, Some(false)));
        assert_eq!(form.values_of(&["b"]), [("b", "й x".to_owned())]);
    }

    #[test]
    fn fault_a9_no_field_of_a_form_is_passed_over() {
        let check = |body: &'static str| {
            let form = Form::urlencoded(Bytes::from_static(body.as_bytes())).expect("few fields");
            form.check(&["label", "days"], &["grants"])
        };
        assert_eq!(check("csrf_token=x&label=1&grants=a&grants=b&once=1&password=p"), Ok(()));
        assert_eq!(check("label=1&label=1"), Err(Some("label")));
        assert_eq!(check("label=1&scope=all"), Err(None));
    }

    #[test]
    fn fault_f8_what_was_typed_is_kept_wholly() {
        let typed = |body: &'static str| {
            let form = Form::urlencoded(Bytes::from_static(body.as_bytes())).expect("few fields");
            form.changed_fields().into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
        };
        assert_eq!(typed("password=p&once=1&label=a&days="), ["label=a"]);
        assert_eq!(typed("label=a&label_was=a&note=&note_was=b"), ["note="], "emptied");
        assert_eq!(typed("on_was=true&off_was=false&grants_was=a+b"), ["grants=", "on="], "unticked");
        assert_eq!(typed("on=true&on_was=true&off=true&off_was=false"), ["off=true"]);
        assert_eq!(typed("grants=a&grants=b&grants_was=a"), ["grants=a", "grants=b"], "ticked beside what was");
        assert_eq!(typed("grants=a&grants_was=a+b"), ["grants=a"]);
        assert_eq!(typed("grants=b&grants=a&grants_was=a+b"), [""; 0]);
    }

    #[test]
    fn a_form_has_a_bound() {
        assert!(Form::urlencoded(Bytes::from("a=1&".repeat(MAX_FIELDS))).is_some());
        assert!(Form::urlencoded(Bytes::from("a=1&".repeat(MAX_FIELDS + 1))).is_none());
    }
}
