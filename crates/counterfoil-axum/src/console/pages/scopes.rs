//! The choice of scopes: everything, or only what is ticked. Where the policy names no scopes, they are typed.

use std::collections::BTreeSet;

use counterfoil::Scope;
use counterfoil::types::InvalidScope;
use http::StatusCode;

use crate::console::filled::Filled;
use crate::console::form::Form;
use crate::console::posted::Wrong;
use crate::console::state::Console;
use crate::console::visitor::Visitor;
use crate::console::words::Words;

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
pub(super) struct Rights {
    pub(super) mode: &'static str,
    pub(super) field: &'static str,
    pub(super) legend: &'static str,
    pub(super) all: &'static str,
    pub(super) limited: &'static str,
    pub(super) is_limited: bool,
    pub(super) ticks: Vec<Tick>,
    /// What stands in the text field, where there is nothing to tick.
    pub(super) typed: String,
}

/// A scope token that can be ticked.
pub(super) struct Tick {
    pub(super) token: String,
    pub(super) about: &'static str,
    pub(super) is_on: bool,
}

impl Choice {
    /// The choice with what stands in the form.
    pub(super) fn shown(
        self,
        console: &Console,
        words: &Words,
        filled: &Filled,
        (legend, all, limited): (&'static str, &'static str, &'static str),
    ) -> Rights {
        let mut chosen: Vec<&str> = filled.all(self.field).flat_map(|text| text.split(' ')).collect();
        chosen.retain(|token| !token.is_empty());
        let tick = |token: &str, is_on| Tick { token: token.to_owned(), about: words.scope_about(token), is_on };
        let mut ticks = Vec::new();
        if let Some(known) = console.counterfoil.known_scopes() {
            ticks.extend(known.tokens().map(|token| tick(token, chosen.contains(&token))));
            // What stands there stays a choice, though the policy knows it no longer.
            let unknown: BTreeSet<&str> = chosen.iter().copied().filter(|token| !known.contains(token)).collect();
            ticks.extend(unknown.into_iter().take(MOST).map(|token| tick(token, true)));
        }
        let Self { mode, field } = self;
        let is_limited = filled.has(mode, "limited");
        Rights { mode, field, legend, all, limited, is_limited, ticks, typed: chosen.join(" ") }
    }

    /// What stands in the form of something that has that scope.
    pub(super) fn standing(self, scope: Option<&Scope>) -> Vec<(&'static str, String)> {
        match scope {
            None => vec![(self.mode, "all".to_owned())],
            Some(scope) => vec![(self.mode, "limited".to_owned()), (self.field, scope.as_str().to_owned())],
        }
    }

    /// What was chosen; `None`: everything.
    pub(super) fn read(self, visitor: &Visitor, form: &Form) -> Result<Option<Scope>, Wrong> {
        let words = visitor.language.words();
        let wrong = |field, text| Wrong::new(StatusCode::UNPROCESSABLE_ENTITY, Some(field), text);
        let tokens: Vec<&str> = form.all(self.field).map(str::trim).filter(|token| !token.is_empty()).collect();
        match (form.one(self.mode), tokens.is_empty()) {
            ("" | "all", true) => Ok(None),
            ("" | "all", false) => Err(wrong(self.field, words.scope_both)),
            ("limited", true) => Err(wrong(self.field, words.scope_needed)),
            ("limited", false) => {
                let scope = tokens.join(" ").parse();
                scope.map(Some).map_err(|invalid| match invalid {
                    InvalidScope::TooLong => wrong(self.field, words.scope_long),
                    _ => wrong(self.field, words.scope_wrong),
                })
            }
            _ => Err(wrong(self.mode, words.invalid)),
        }
    }
}
