//! Shows recent events. Administrators may use this page.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use counterfoil::Role;
use http::StatusCode;

use super::account_names::AccountNames;
use crate::console::layout::Layout;
use crate::console::rejection::{Rejection, RejectionReason};
use crate::console::response;
use crate::console::state::Shared;
use crate::console::text::{describe, named_subject};
use crate::console::time::Moment;
use crate::console::viewer::Viewer;

/// The maximum number of events on the page.
const MOST: usize = 100;

#[derive(Template)]
#[template(path = "console/events.html")]
struct Events {
    layout: Layout,
    rows: Vec<EventRow>,
}

struct EventRow {
    at: Moment,
    what: &'static str,
    detail: String,
    by: Option<String>,
    weight: &'static str,
}

/// Shows the recent events, newest first.
pub(crate) async fn list(State(console): State<Shared>, viewer: Viewer) -> Result<Response, Rejection> {
    let Some(events) = console.events.as_ref().filter(|_| viewer.principal.role() >= Role::Administrator) else {
        return Err(Rejection::page(&console, &viewer, RejectionReason::Forbidden));
    };
    let (texts, clock) = (viewer.language.texts(), viewer.clock());
    let newest = events.newest(viewer.counterfoil.realm(), MOST);
    let subjects = newest.iter().flat_map(|event| event.by.subject().into_iter().chain(named_subject(event))).collect();
    let names = AccountNames::of(&console, &viewer, subjects).await?;
    let rows = newest.iter().map(|event| {
        let (what, weight, detail) = describe(event);
        let detail = named_subject(event).map_or(detail, |subject| names.name(subject.as_str()));
        let by = event.by.subject().map(|subject| names.name(subject.as_str()));
        // One column shows both the actor and the source.
        let source = event.source.as_ref().map(|source| source.as_str().to_owned());
        let by = by.into_iter().chain(source).reduce(|by, source| format!("{by}, {source}"));
        EventRow { at: clock.moment(event.at), what: (texts.events.name)(what), detail, by, weight: weight.class() }
    });
    let rows = rows.collect();
    Ok(response::page(StatusCode::OK, &Events { layout: Layout::of(&console, &viewer, "/events"), rows }))
}
