//! What surrounds every page: who is signed in, the sections, the languages, a notice, what is wrong.

use crate::console::filled::Filled;
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
    /// The zone that times are told in.
    pub(crate) zone: String,
    pub(crate) notice: Option<&'static str>,
    /// Whether the notice is of something that nobody wished for.
    pub(crate) warns: bool,
    /// Says that an older session ended to make room for this one.
    pub(crate) room: Option<&'static str>,
    /// What a link has filled in is not what somebody typed.
    pub(crate) proposed: Option<&'static str>,
    pub(crate) error: Option<String>,
    /// What is wrong with the fields of the page's form, with a link to each.
    pub(crate) faults: Vec<Fault>,
}

/// A section.
pub(crate) struct Tab {
    pub(crate) path: &'static str,
    pub(crate) name: &'static str,
    pub(crate) current: bool,
}

/// What is wrong with a field, above the page.
pub(crate) struct Fault {
    pub(crate) field: &'static str,
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

impl Shell {
    /// The frame of a page for a visitor who is not signed in.
    pub(crate) fn bare(console: &Console, language: Language, path: &str) -> Self {
        Self {
            words: language.words(),
            language,
            base: console.base.clone(),
            product: console.product.clone(),
            path: path.to_owned(),
            person: None,
            csrf: String::new(),
            tabs: Vec::new(),
            zone: "UTC".to_owned(),
            notice: None,
            warns: false,
            room: None,
            proposed: None,
            error: None,
            faults: Vec::new(),
        }
    }

    /// For a page of a section, by the section's path.
    pub(crate) fn of(console: &Console, visitor: &Visitor, section: &'static str) -> Self {
        let tab = |(path, name)| Tab { path, name, current: path == section };
        Self {
            person: Some(visitor.principal.name().to_owned()),
            csrf: visitor.csrf(),
            tabs: visitor.sections(console).into_iter().map(tab).collect(),
            zone: visitor.zone_in_use(),
            room: visitor.made_room.then_some(visitor.language.words().made_room),
            ..Self::bare(console, visitor.language, &visitor.here)
        }
    }

    pub(crate) fn telling(mut self, notice: Option<&'static str>) -> Self {
        self.notice = notice;
        self
    }

    /// Says so where a link filled the form in.
    pub(crate) fn proposing(mut self, filled: &Filled) -> Self {
        self.proposed = (!filled.is_empty()).then_some(self.words.proposed);
        self
    }

    pub(crate) fn wrong(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }

    /// Says above the page what is wrong with the fields of its form.
    pub(crate) fn faulty(mut self, filled: &Filled) -> Self {
        let words = self.words;
        let fault =
            |(field, text): (&'static str, &str)| Fault { field, name: words.field(field), text: text.to_owned() };
        self.faults = filled.errors().map(fault).collect();
        self
    }

    pub(crate) fn is_wrong(&self) -> bool {
        self.error.is_some() || !self.faults.is_empty()
    }

    pub(crate) fn languages(&self) -> [Language; 2] {
        Language::ALL
    }

    pub(crate) fn language_path(&self, language: &Language) -> String {
        let back: String = form_urlencoded::byte_serialize(self.path.as_bytes()).collect();
        format!("{}/language?to={}&back={back}", self.base, language.code())
    }
}
