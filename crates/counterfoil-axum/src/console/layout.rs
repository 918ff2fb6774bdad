//! The layout around every page: account, sections, languages, notice and errors.

use crate::console::form_values::FormValues;
use crate::console::language::Language;
use crate::console::state::Console;
use crate::console::text::Texts;
use crate::console::viewer::Viewer;

/// The layout around a page.
pub(crate) struct Layout {
    pub(crate) texts: &'static Texts,
    pub(crate) language: Language,
    pub(crate) base: String,
    pub(crate) product: String,
    /// The page's path below the base. The language switch returns to it.
    pub(crate) path: String,
    pub(crate) person: Option<String>,
    pub(crate) csrf: String,
    pub(crate) tabs: Vec<Tab>,
    /// The time zone of all times on the page.
    pub(crate) zone: String,
    pub(crate) notice: Option<&'static str>,
    /// Shows the notice as a warning.
    pub(crate) notice_is_warning: bool,
    /// Says that an older session ended to make room for this one.
    pub(crate) session_notice: Option<&'static str>,
    /// Says that a link filled in the form.
    pub(crate) prefilled: Option<&'static str>,
    pub(crate) error: Option<String>,
    /// The errors of the form's fields, each with a link to its field.
    pub(crate) field_errors: Vec<FieldError>,
}

/// A link to a section.
pub(crate) struct Tab {
    pub(crate) path: &'static str,
    pub(crate) name: &'static str,
    pub(crate) current: bool,
}

/// An error of a field, shown above the page.
pub(crate) struct FieldError {
    pub(crate) field: &'static str,
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

impl Layout {
    /// The layout for a request without a known viewer.
    pub(crate) fn signed_out(console: &Console, language: Language, path: &str) -> Self {
        Self {
            texts: language.texts(),
            language,
            base: console.base.clone(),
            product: console.product.clone(),
            path: path.to_owned(),
            person: None,
            csrf: String::new(),
            tabs: Vec::new(),
            zone: "UTC".to_owned(),
            notice: None,
            notice_is_warning: false,
            session_notice: None,
            prefilled: None,
            error: None,
            field_errors: Vec::new(),
        }
    }

    /// The layout of a page in the section with this path.
    pub(crate) fn of(console: &Console, viewer: &Viewer, section: &'static str) -> Self {
        let tab = |(path, name)| Tab { path, name, current: path == section };
        Self {
            person: Some(viewer.principal.name().to_owned()),
            csrf: viewer.csrf(),
            tabs: viewer.sections(console).into_iter().map(tab).collect(),
            zone: viewer.zone_in_use(),
            session_notice: viewer.made_room.then_some(viewer.language.texts().made_room),
            ..Self::signed_out(console, viewer.language, &viewer.here)
        }
    }

    pub(crate) fn with_notice(mut self, notice: Option<&'static str>) -> Self {
        self.notice = notice;
        self
    }

    /// Says so if a link filled in the form.
    pub(crate) fn with_prefilled(mut self, values: &FormValues) -> Self {
        self.prefilled = (!values.is_empty()).then_some(self.texts.prefilled);
        self
    }

    pub(crate) fn with_error(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }

    /// Lists the errors of the form's fields above the page.
    pub(crate) fn with_field_errors(mut self, values: &FormValues) -> Self {
        let texts = self.texts;
        let error =
            |(field, text): (&'static str, &str)| FieldError { field, name: texts.field(field), text: text.to_owned() };
        self.field_errors = values.errors().map(error).collect();
        self
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.error.is_some() || !self.field_errors.is_empty()
    }

    pub(crate) fn languages(&self) -> [Language; 2] {
        Language::ALL
    }

    pub(crate) fn language_path(&self, language: &Language) -> String {
        let back: String = form_urlencoded::byte_serialize(self.path.as_bytes()).collect();
        format!("{}/language?to={}&back={back}", self.base, language.code())
    }
}
