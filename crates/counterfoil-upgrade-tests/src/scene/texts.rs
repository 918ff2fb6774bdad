//! The texts of credentials, by name.

use counterfoil::token::Prefixes;
use counterfoil::types::RecordId;

/// The texts of the credentials that the scene issued, in the order in which they were issued.
#[derive(Clone, Debug, Default)]
pub struct Texts(Vec<(String, String)>);

impl Texts {
    /// Adds a text under a new name.
    pub fn put(&mut self, name: &str, text: impl Into<String>) {
        assert!(self.0.iter().all(|(known, _)| known != name), "{name} is named twice");
        self.0.push((name.to_owned(), text.into()));
    }

    /// The text with that name.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, text)| text.as_str()).unwrap_or_else(|| panic!("no credential is called {name}"))
    }

    /// The id of the credential with that name.
    #[must_use]
    pub fn id(&self, name: &str) -> RecordId {
        *Prefixes::default().parse(self.get(name)).expect("a token").id()
    }

    /// All names and texts, in the order in which they were issued.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }
}
