//! The form fields for a scope. The user chooses all rights, or selects scope tokens. If the policy does not list scope
//! tokens, the user types them.

use std::collections::BTreeSet;

use counterfoil::types::InvalidScope;
use counterfoil::{Counterfoil, Scope};
use http::StatusCode;

use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_values::FormValues;
use crate::console::text::Texts;
use crate::console::viewer::Viewer;

/// The names of the two form fields for a scope. `mode` names the form field that contains `all` or `limited`. `field`
/// names the form field that contains the scope tokens.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    pub(super) mode: &'static str,
    pub(super) field: &'static str,
}

/// The fields for the scope of a new token.
pub(super) const OF_TOKEN: Choice = Choice { mode: "rights", field: "scope" };
/// The fields for the scope that a client may request.
pub(super) const ALLOWED: Choice = Choice { mode: "allowed", field: "scopes" };
/// The fields for a client's default scope. The client's tokens get this scope if the client requests no scope.
pub(super) const DEFAULT: Choice = Choice { mode: "default", field: "default_scopes" };

/// The maximum number of scope tokens that are shown although the policy does not list them. A scope has at most 1,000
/// bytes, so it cannot contain more scope tokens.
const MOST: usize = 500;

/// The fields for a scope, as the page shows them.
pub(super) struct ScopeField {
    pub(super) mode: &'static str,
    pub(super) field: &'static str,
    pub(super) legend: &'static str,
    pub(super) all: &'static str,
    pub(super) limited: &'static str,
    pub(super) is_limited: bool,
    pub(super) options: Vec<ScopeOption>,
    /// The value of the text field. The page shows the text field only if there are no checkboxes.
    pub(super) typed: String,
}

/// A checkbox for a scope token.
pub(super) struct ScopeOption {
    pub(super) token: String,
    pub(super) about: &'static str,
    pub(super) is_on: bool,
}

impl Choice {
    /// Makes the fields with the values of the form.
    pub(super) fn shown(
        self,
        counterfoil: &Counterfoil,
        texts: &Texts,
        values: &FormValues,
        (legend, all, limited): (&'static str, &'static str, &'static str),
    ) -> ScopeField {
        let mut chosen: Vec<&str> = values.all(self.field).flat_map(|text| text.split(' ')).collect();
        chosen.retain(|token| !token.is_empty());
        let tick =
            |token: &str, is_on| ScopeOption { token: token.to_owned(), about: (texts.scopes.about)(token), is_on };
        let mut options = Vec::new();
        if let Some(known) = counterfoil.known_scopes() {
            options.extend(known.tokens().map(|token| tick(token, chosen.contains(&token))));
            // A scope token that the credential has can be selected even if the policy no longer lists it.
            let unknown: BTreeSet<&str> = chosen.iter().copied().filter(|token| !known.contains(token)).collect();
            options.extend(unknown.into_iter().take(MOST).map(|token| tick(token, true)));
        }
        let Self { mode, field } = self;
        let is_limited = values.has(mode, "limited");
        ScopeField { mode, field, legend, all, limited, is_limited, options, typed: chosen.join(" ") }
    }

    /// Returns the values that the two fields have for this scope. `None` means all rights.
    pub(super) fn current_values(self, scope: Option<&Scope>) -> Vec<(&'static str, String)> {
        match scope {
            None => vec![(self.mode, "all".to_owned())],
            Some(scope) => vec![(self.mode, "limited".to_owned()), (self.field, scope.as_str().to_owned())],
        }
    }

    /// Reads the chosen scope from the form. Returns `None` for all rights. Returns an error if the form lacks the form
    /// field that `mode` names. Such a form may be cut off, or a program may have sent it, so the missing form field
    /// must not mean all rights.
    pub(super) fn read(self, viewer: &Viewer, form: &Form) -> Result<Option<Scope>, FormError> {
        let texts = viewer.language.texts();
        let form_error = |field, text| FormError::new(StatusCode::UNPROCESSABLE_ENTITY, Some(field), text);
        let tokens: Vec<&str> = form.all(self.field).map(str::trim).filter(|token| !token.is_empty()).collect();
        match (form.one(self.mode), tokens.is_empty()) {
            ("all", true) => Ok(None),
            ("all", false) => Err(form_error(self.field, texts.scopes.both)),
            ("", _) | ("limited", true) => Err(form_error(self.field, texts.scopes.needed)),
            ("limited", false) => {
                let scope = tokens.join(" ").parse();
                scope.map(Some).map_err(|invalid| match invalid {
                    InvalidScope::TooLong => form_error(self.field, texts.scopes.too_long),
                    _ => form_error(self.field, texts.scopes.wrong),
                })
            }
            _ => Err(form_error(self.mode, texts.errors.invalid)),
        }
    }
}
