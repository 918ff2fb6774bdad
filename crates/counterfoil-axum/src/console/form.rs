//! What a form sent. Values are wiped with it: any of them may be a password.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};
use counterfoil::Secret;
use zeroize::Zeroize as _;

/// The most fields of a form.
const FIELDS: usize = 64;

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

    /// Whether a box was ticked.
    pub(crate) fn ticked(&self, name: &str) -> bool {
        !self.one(name).is_empty()
    }

    /// All values of boxes that share a name.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.expose_secret())
    }

    /// What is shown again beside an error: the named fields and no other.
    pub(crate) fn shown_again(&self, names: &[&'static str]) -> Vec<(&'static str, String)> {
        names.iter().flat_map(|name| self.all(name).map(|value| (*name, value.to_owned()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_stands_twice_has_no_value() {
        let form = Form::urlencoded(Bytes::from_static(b"a=1&b=%D0%B9+x&a=2&c=")).expect("few fields");
        assert_eq!((form.one("a"), form.one("b"), form.one("c"), form.one("d")), ("", "й x", "", ""));
        assert_eq!(form.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert!(form.ticked("b") && !form.ticked("c"));
        assert_eq!(form.shown_again(&["b"]), [("b", "й x".to_owned())]);
    }

    #[test]
    fn a_form_has_a_bound() {
        assert!(Form::urlencoded(Bytes::from("a=1&".repeat(FIELDS))).is_some());
        assert!(Form::urlencoded(Bytes::from("a=1&".repeat(FIELDS + 1))).is_none());
    }
}
