//! What surrounds every page: who is signed in, the sections, the languages, a notice.

use crate::console::language::Language;
use crate::console::state::Console;
use crate::console::visitor::Visitor;
use crate::console::words::Words;

/// What surrounds a page.
pub(crate) struct Shell {
    pub(crate) words: &'static Words,
    pub(crate) language: Language,
    pub(crate) base: String,
    pub(crate) product: String,
    /// Where the page is, below the base: what the language switch leads back to.
    pub(crate) path: String,
    pub(crate) person: Option<String>,
    pub(crate) csrf: String,
    pub(crate) tabs: Vec<Tab>,
    pub(crate) zone: String,
    pub(crate) notice: Option<&'static str>,
    /// Says that an older session ended to make room for this one.
    pub(crate) room: Option<&'static str>,
    pub(crate) error: Option<String>,
}

/// A section.
pub(crate) struct Tab {
    pub(crate) path: &'static str,
    pub(crate) name: &'static str,
    pub(crate) current: bool,
}

impl Shell {
    /// For nobody who is signed in.
    pub(crate) fn bare(console: &Console, language: Language) -> Self {
        Self {
            words: language.words(),
            language,
            base: console.base.clone(),
            product: console.product.clone(),
            path: "/".to_owned(),
            person: None,
            csrf: String::new(),
            tabs: Vec::new(),
            zone: "UTC".to_owned(),
            notice: None,
            room: None,
            error: None,
        }
    }

    /// For a page of a section, by the section's path.
    pub(crate) fn of(console: &Console, visitor: &Visitor, section: &'static str) -> Self {
        let tab = |(path, name)| Tab { path, name, current: path == section };
        Self {
            path: section.to_owned(),
            person: Some(visitor.principal.name().to_owned()),
            csrf: visitor.csrf(),
            tabs: visitor.sections(console).into_iter().map(tab).collect(),
            zone: visitor.zone.clone(),
            room: visitor.made_room.then_some(visitor.language.words().made_room),
            ..Self::bare(console, visitor.language)
        }
    }

    pub(crate) fn telling(mut self, notice: Option<&'static str>) -> Self {
        self.notice = notice;
        self
    }

    pub(crate) fn wrong(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }

    pub(crate) fn languages(&self) -> [Language; 2] {
        Language::ALL
    }

    pub(crate) fn language_path(&self, language: &Language) -> String {
        let back: String = form_urlencoded::byte_serialize(self.path.as_bytes()).collect();
        format!("{}/language?to={}&back={back}", self.base, language.code())
    }
}
