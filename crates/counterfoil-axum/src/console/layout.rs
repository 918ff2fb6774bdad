//! The parts that all pages have: the account, the sections, the languages, the notice and the errors.

use crate::console::form_values::FormValues;
use crate::console::language::Language;
use crate::console::state::Console;
use crate::console::text::Texts;
use crate::console::viewer::Viewer;

/// The values of the parts that all pages have.
pub(crate) struct Layout {
    pub(crate) texts: &'static Texts,
    pub(crate) language: Language,
    pub(crate) base: String,
    pub(crate) product: String,
    /// The path of the page, relative to the base path of the console. The language switch leads back to this page.
    pub(crate) path: String,
    pub(crate) person: Option<String>,
    pub(crate) csrf: String,
    pub(crate) tabs: Vec<Tab>,
    /// The time zone in which the page shows times.
    pub(crate) zone: String,
    pub(crate) notice: Option<&'static str>,
    /// Whether the notice is shown as a warning.
    pub(crate) notice_is_warning: bool,
    /// The notice that an older session was ended because the present session was opened. `None` if none was ended.
    pub(crate) session_notice: Option<&'static str>,
    /// The notice that the fields of the form were filled in by a link or by earlier input. `None` if they were not.
    pub(crate) prefilled: Option<&'static str>,
    pub(crate) error: Option<String>,
    /// The errors of the form's fields. Each is shown with a link to its field.
    pub(crate) field_errors: Vec<FieldError>,
}

/// A link to a section of the console.
pub(crate) struct Tab {
    pub(crate) path: &'static str,
    pub(crate) name: &'static str,
    pub(crate) current: bool,
}

/// An error of a form field. The top of the page lists it with a link to the field.
pub(crate) struct FieldError {
    pub(crate) field: &'static str,
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

impl Layout {
    /// Makes the layout for a request whose viewer is not known.
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

    /// Makes the layout of a page in the section with the path `section`.
    pub(crate) fn of(console: &Console, viewer: &Viewer, section: &'static str) -> Self {
        let tab = |(path, name)| Tab { path, name, current: path == section };
        Self {
            person: Some(viewer.principal.name().to_owned()),
            csrf: viewer.csrf(),
            tabs: viewer.sections(console).into_iter().map(tab).collect(),
            zone: viewer.zone_in_use(),
            session_notice: viewer.made_room.then_some(viewer.language.texts().layout.made_room),
            ..Self::signed_out(console, viewer.language, &viewer.here)
        }
    }

    pub(crate) fn with_notice(mut self, notice: Option<&'static str>) -> Self {
        self.notice = notice;
        self
    }

    /// If `values` is not empty, shows a notice which warns the user that the fields were filled in by a link or by
    /// earlier input.
    pub(crate) fn with_prefilled(mut self, values: &FormValues) -> Self {
        self.prefilled = (!values.is_empty()).then_some(self.texts.layout.prefilled);
        self
    }

    pub(crate) fn with_error(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }

    /// Adds the errors of the form's fields, so that the top of the page lists them.
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
