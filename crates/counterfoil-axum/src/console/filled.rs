//! A form as it is shown: what stands in its fields, and what is wrong with them, beside each.

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

    pub(crate) fn wrong(mut self, field: &'static str, text: String) -> Self {
        self.errors.push((field, text));
        self
    }

    /// What stands in a field.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.values.iter().find(|(own, _)| *own == name).map_or("", |(_, value)| value)
    }

    /// Whether a box or an option is chosen.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.values.iter().any(|(own, chosen)| *own == name && chosen == value)
    }

    /// What is wrong with a field.
    pub(crate) fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|(own, _)| *own == name).map(|(_, text)| text.as_str())
    }
}
