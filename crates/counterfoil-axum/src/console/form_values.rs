//! The values and the errors that a form shows.

use counterfoil_http::request::Query;

/// The values and the errors of a form, each with the name of its field.
#[derive(Debug, Default)]
pub(crate) struct FormValues {
    values: Vec<(&'static str, String)>,
    errors: Vec<(&'static str, String)>,
}

impl FormValues {
    pub(crate) fn new(values: Vec<(&'static str, String)>) -> Self {
        Self { values, errors: Vec::new() }
    }

    /// Takes the values of these fields from the query of a link. The user typed the values before signing in, or
    /// another page suggests them. They have no effect until the user sends the form.
    pub(crate) fn from_query(query: Option<&str>, fields: &[&'static str]) -> Self {
        let query = Query::parse(query);
        let of = |name: &&'static str| query.all(name).map(|value| (*name, value.to_owned())).collect::<Vec<_>>();
        Self::new(fields.iter().flat_map(of).collect())
    }

    /// Sets the value of each field in `current` that has no value yet.
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

    /// Returns the value of a field. Returns an empty text if the field has no value.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.values.iter().find(|(own, _)| *own == name).map_or("", |(_, value)| value)
    }

    /// Returns all values of a field.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values.iter().filter(move |(own, _)| *own == name).map(|(_, value)| value.as_str())
    }

    /// Whether the checkbox, radio button or option with this value is chosen.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.values.iter().any(|(own, chosen)| *own == name && chosen == value)
    }

    /// Returns the error of a field.
    pub(crate) fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|(own, _)| *own == name).map(|(_, text)| text.as_str())
    }

    /// Whether the error of a field has the same text as `hint`. Then the page shows the text once.
    pub(crate) fn repeats_hint(&self, name: &str, hint: &str) -> bool {
        self.error(name).is_some_and(|error| error == hint)
    }

    /// Returns all errors with the names of their fields.
    pub(crate) fn errors(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.errors.iter().map(|(field, text)| (*field, text.as_str()))
    }
}
