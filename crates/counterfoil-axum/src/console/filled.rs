//! A form as it is shown: what stands in its fields, and what is wrong with them, beside each and above all.

use crate::query::Query;

/// A form as it is shown.
#[derive(Debug, Default)]
pub(crate) struct Filled {
    values: Vec<(&'static str, String)>,
    errors: Vec<(&'static str, String)>,
}

impl Filled {
    pub(crate) fn with(values: Vec<(&'static str, String)>) -> Self {
        Self { values, errors: Vec::new() }
    }

    /// What a link brings for those fields: somebody who had to sign in meanwhile, or a page that proposes something. Nothing is done with it
    /// until the form is sent.
    pub(crate) fn asked(query: Option<&str>, fields: &[&'static str]) -> Self {
        let query = Query::parse(query);
        let of = |name: &&'static str| query.all(name).map(|value| (*name, value.to_owned())).collect::<Vec<_>>();
        Self::with(fields.iter().flat_map(of).collect())
    }

    /// What a link brings, over what stands there.
    pub(crate) fn over(mut self, standing: Vec<(&'static str, String)>) -> Self {
        let missing = standing.into_iter().filter(|(name, _)| !self.values.iter().any(|(own, _)| own == name));
        let missing: Vec<_> = missing.collect();
        self.values.extend(missing);
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(crate) fn wrong(mut self, field: &'static str, text: String) -> Self {
        self.errors.push((field, text));
        self
    }

    /// What stands in a field.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.values.iter().find(|(own, _)| *own == name).map_or("", |(_, value)| value)
    }

    /// All that stands in boxes of one name.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values.iter().filter(move |(own, _)| *own == name).map(|(_, value)| value.as_str())
    }

    /// Whether a box or an option is chosen.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.values.iter().any(|(own, chosen)| *own == name && chosen == value)
    }

    /// What is wrong with a field.
    pub(crate) fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|(own, _)| *own == name).map(|(_, text)| text.as_str())
    }

    /// Whether what is wrong with a field is what its hint says anyway.
    pub(crate) fn says(&self, name: &str, hint: &str) -> bool {
        self.error(name).is_some_and(|error| error == hint)
    }

    /// Everything that is wrong, by field.
    pub(crate) fn errors(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.errors.iter().map(|(field, text)| (*field, text.as_str()))
    }
}
