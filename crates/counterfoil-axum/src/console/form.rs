//! What a form sent. Values are wiped with it: any of them may be a password.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use bytes::{Bytes, BytesMut};
use counterfoil::Secret;
use zeroize::Zeroize as _;

/// The most fields of a form: both lists of a client's scopes with every box ticked, of which a scope of 1,000 bytes holds fewer than 500,
/// and what stands beside them.
const FIELDS: usize = 1_024;
/// What a form of any page may have. Each of them has its own test, which a field that stands twice does not pass.
const EVERYWHERE: [&str; 5] = ["csrf_token", "once", "password", "beside", "back"];
/// What the name of a field ends with that says what another one showed.
pub(crate) const WAS: &str = "_was";
/// What the name of a field ends with that holds the unit of another one.
pub(crate) const UNIT: &str = "_unit";

/// The fields of a form, decoded.
pub(crate) struct Form(Vec<(String, Secret)>);

impl Form {
    /// Reads `application/x-www-form-urlencoded`; `None` where there are too many fields.
    pub(crate) fn urlencoded(body: Bytes) -> Option<Self> {
        let mut body = BytesMut::from(body);
        let mut pairs = Vec::new();
        for (name, value) in form_urlencoded::parse(&body) {
            pairs.push((name.into_owned(), Secret::from(Cow::into_owned(value))));
            if pairs.len() > FIELDS {
                break;
            }
        }
        body.as_mut().zeroize();
        (pairs.len() <= FIELDS).then_some(Self(pairs))
    }

    /// A form of fields that were read otherwise.
    pub(crate) fn of(pairs: Vec<(String, Secret)>) -> Self {
        Self(pairs)
    }

    /// The value of a field; empty where it is missing or stands twice.
    pub(crate) fn one(&self, name: &str) -> &str {
        self.secret(name).map_or("", Secret::expose_secret)
    }

    /// The same for a password.
    pub(crate) fn secret(&self, name: &str) -> Option<&Secret> {
        let mut values = self.0.iter().filter(|(own, _)| own == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (Some(value), None) => Some(value),
            _ => None,
        }
    }

    /// Whether a box was ticked; `None` where it says something else than a box can.
    pub(crate) fn ticked(&self, name: &str) -> Option<bool> {
        match self.one(name) {
            "" => Some(false),
            "true" => Some(true),
            _ => None,
        }
    }

    /// Checks that nothing would be passed over in silence: each field of `one` stands once at most, with its unit and with what it
    /// showed, those of `many` any number of times, and no other is there but those that every form may have. The field at fault is `None` where the page has none such.
    pub(crate) fn check(&self, one: &[&'static str], many: &[&'static str]) -> Result<(), Option<&'static str>> {
        for (name, _) in &self.0 {
            if many.contains(&name.as_str()) || EVERYWHERE.contains(&name.as_str()) {
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

    /// What somebody typed that may be shown again elsewhere: no password, nothing of the form's own, and nothing that was left as it was. What was
    /// emptied is there with an empty value, and so are boxes whose ticks were all taken away, which a browser does not send.
    pub(crate) fn typed(&self) -> Vec<(&str, &str)> {
        let mut fields: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, value) in &self.0 {
            fields.entry(name).or_default().push(value.expose_secret());
        }
        let is_own = |name: &str| EVERYWHERE.contains(&name) || name.ends_with(WAS);
        let was = |name: &str| match fields.get(format!("{name}{WAS}").as_str()).map(Vec::as_slice) {
            Some([was]) => Some(*was),
            _ => None,
        };
        let changed = |name: &str, now: &[&str]| match was(name) {
            Some(was) => !says_the_same(was, now),
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

    /// What a field showed when the form was shown, as the form says.
    pub(crate) fn was(&self, name: &str) -> Option<String> {
        self.secret(&format!("{name}{WAS}")).map(|value| value.expose_secret().to_owned())
    }

    /// All values of boxes that share a name.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.expose_secret())
    }

    /// Whether a field still says what it showed when the form was shown.
    pub(crate) fn is_untouched(&self, name: &str) -> bool {
        let Some(was) = self.was(name) else { return false };
        says_the_same(&was, &self.all(name).collect::<Vec<_>>())
    }

    /// What is shown again beside an error in a form that changes something: what was typed, and of what was left alone what holds now. A
    /// field that showed something older must not be sent again as if it had been typed.
    pub(crate) fn shown_over(
        &self,
        names: &[&'static str],
        holds: &[(&'static str, String)],
    ) -> Vec<(&'static str, String)> {
        let of = |name: &&'static str| {
            if self.is_untouched(name) {
                holds.iter().filter(|(own, _)| own == name).cloned().collect()
            } else {
                self.shown_again(&[*name])
            }
        };
        names.iter().flat_map(of).collect()
    }

    /// What is shown again beside an error: the named fields and no other.
    pub(crate) fn shown_again(&self, names: &[&'static str]) -> Vec<(&'static str, String)> {
        names.iter().flat_map(|name| self.all(name).map(|value| (*name, value.to_owned()))).collect()
    }
}

/// Whether a field, or boxes that share a name, say what was shown.
fn says_the_same(was: &str, now: &[&str]) -> bool {
    if let [now] = now {
        return was.replace("\r\n", "\n") == now.replace("\r\n", "\n");
    }
    // Boxes stand in the order of the page, what they showed in that of what holds.
    let sorted = |mut words: Vec<&str>| {
        words.sort_unstable();
        words.join(" ")
    };
    sorted(was.split_whitespace().collect()) == sorted(now.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_stands_twice_has_no_value() {
        let form = Form::urlencoded(Bytes::from_static(b"a=1&b=%D0%B9+x&a=2&c=")).expect("few fields");
        assert_eq!((form.one("a"), form.one("b"), form.one("c"), form.one("d")), ("", "й x", "", ""));
        assert_eq!(form.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!((form.ticked("b"), form.ticked("c")), (None, Some(false)));
        assert_eq!(form.shown_again(&["b"]), [("b", "й x".to_owned())]);
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
            form.typed().into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
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
        assert!(Form::urlencoded(Bytes::from("a=1&".repeat(FIELDS))).is_some());
        assert!(Form::urlencoded(Bytes::from("a=1&".repeat(FIELDS + 1))).is_none());
    }
}
