//! The choice of scopes: everything, or only what is ticked. Where the policy names no scopes, they are typed.

use std::collections::BTreeSet;

use counterfoil::Scope;
use http::StatusCode;

use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_values::FormValues;
use crate::console::state::Console;
use crate::console::text::Texts;
use crate::console::viewer::Viewer;

/// Which choice of a form is meant: the field that says all or limited, and the one that holds the scope tokens.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    pub(super) mode: &'static str,
    pub(super) field: &'static str,
}

/// What a new token may do.
pub(super) const OF_TOKEN: Choice = Choice { mode: "rights", field: "scope" };
/// What a client may ask for.
pub(super) const ALLOWED: Choice = Choice { mode: "allowed", field: "scopes" };
/// What it gets where it asks for nothing.
pub(super) const DEFAULT: Choice = Choice { mode: "default", field: "default_scopes" };

/// The most unknown tokens that are shown: a scope of 1,000 bytes has no more.
const MOST: usize = 500;

/// A choice as it is shown.
pub(super) struct ScopeField {
    pub(super) mode: &'static str,
    pub(super) field: &'static str,
    pub(super) legend: &'static str,
    pub(super) all: &'static str,
    pub(super) limited: &'static str,
    pub(super) is_limited: bool,
    pub(super) options: Vec<ScopeOption>,
    /// What stands in the text field, where there is nothing to tick.
    pub(super) typed: String,
}

/// A scope token that can be ticked.
pub(super) struct ScopeOption {
    pub(super) token: String,
    pub(super) about: &'static str,
    pub(super) is_on: bool,
}

impl Choice {
    /// The choice with what stands in the form.
    pub(super) fn shown(
        self,
        console: &Console,
        texts: &Texts,
        values: &FormValues,
        (legend, all, limited): (&'static str, &'static str, &'static str),
    ) -> ScopeField {
        let mut chosen: Vec<&str> = values.all(self.field).flat_map(|text| text.split(' ')).collect();
        chosen.retain(|token| !token.is_empty());
        let tick = |token: &str, is_on| ScopeOption { token: token.to_owned(), about: texts.scope_about(token), is_on };
        let mut options = Vec::new();
        if let Some(known) = console.counterfoil.known_scopes() {
            options.extend(known.tokens().map(|token| tick(token, chosen.contains(&token))));
            // What stands there stays a choice, though the policy knows it no longer.
            let unknown: BTreeSet<&str> = chosen.iter().copied().filter(|token| !known.contains(token)).collect();
            options.extend(unknown.into_iter().take(MOST).map(|token| tick(token, true)));
        }
        let Self { mode, field } = self;
        let is_limited = values.has(mode, "limited");
        ScopeField { mode, field, legend, all, limited, is_limited, options, typed: chosen.join(" ") }
    }

    /// What stands in the form of something that has that scope.
    pub(super) fn current_values(self, scope: Option<&Scope>) -> Vec<(&'static str, String)> {
        match scope {
            None => vec![(self.mode, "all".to_owned())],
            Some(scope) => vec![(self.mode, "limited".to_owned()), (self.field, scope.as_str().to_owned())],
        }
    }

    /// What was chosen; `None`: everything.
    pub(super) fn read(self, viewer: &Viewer, form: &Form) -> Result<Option<Scope>, FormError> {
        let texts = viewer.language.texts();
        let form_error = |field, text| FormError::new(StatusCode::UNPROCESSABLE_ENTITY, Some(field), text);
        let tokens: Vec<&str> = form.all(self.field).map(str::trim).filter(|token| !token.is_empty()).collect();
        match (form.one(self.mode), tokens.is_empty()) {
            ("" | "all", true) => Ok(None),
            ("" | "all", false) => Err(form_error(self.field, texts.scope_both)),
            ("limited", true) => Err(form_error(self.field, texts.scope_needed)),
            ("limited", false) => {
                let scope = tokens.join(" ").parse();
                scope.map(Some).map_err(|_| form_error(self.field, texts.scope_wrong))
            }
            _ => Err(form_error(self.mode, texts.invalid)),
        }
    }
}
