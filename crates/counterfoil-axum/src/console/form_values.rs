//! The values and errors that a form shows.

use counterfoil_http::request::Query;

/// The values and errors that a form shows, by field.
#[derive(Debug, Default)]
pub(crate) struct FormValues {
    values: Vec<(&'static str, String)>,
    errors: Vec<(&'static str, String)>,
}

impl FormValues {
    pub(crate) fn new(values: Vec<(&'static str, String)>) -> Self {
        Self { values, errors: Vec::new() }
    }

    /// The values that a link proposes for these fields: what was typed before signing in, or a suggestion of another
    /// page. They have no effect until the form is sent.
    pub(crate) fn from_query(query: Option<&str>, fields: &[&'static str]) -> Self {
        let query = Query::parse(query);
        let of = |name: &&'static str| query.all(name).map(|value| (*name, value.to_owned())).collect::<Vec<_>>();
        Self::new(fields.iter().flat_map(of).collect())
    }

    /// Adds the current values of fields that have none yet.
    pub(crate) fn with_defaults(mut self, current: Vec<(&'static str, String)>) -> Self {
        let missing = current.into_iter().filter(|(name, _)| !self.values.iter().any(|(own, _)| own == name));
        let missing: Vec<_> = missing.collect();
        self.values.extend(missing);
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(crate) fn with_error(mut self, field: &'static str, text: String) -> Self {
        self.errors.push((field, text));
        self
    }

    /// The value of a field; empty if it has none.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.values.iter().find(|(own, _)| *own == name).map_or("", |(_, value)| value)
    }

    /// All values of a field.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values.iter().filter(move |(own, _)| *own == name).map(|(_, value)| value.as_str())
    }

    /// Whether this value of a checkbox, radio button or option is chosen.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.values.iter().any(|(own, chosen)| *own == name && chosen == value)
    }

    /// The error of a field.
    pub(crate) fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|(own, _)| *own == name).map(|(_, text)| text.as_str())
    }

    /// Whether a field's error repeats its hint.
    pub(crate) fn repeats_hint(&self, name: &str, hint: &str) -> bool {
        self.error(name).is_some_and(|error| error == hint)
    }

    /// All errors, by field.
    pub(crate) fn errors(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.errors.iter().map(|(field, text)| (*field, text.as_str()))
    }
}
