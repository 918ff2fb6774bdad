//! What happened lately, for administrators.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use counterfoil::Role;
use http::StatusCode;

use super::people::Names;
use crate::console::answer;
use crate::console::shell::Shell;
use crate::console::state::Shared;
use crate::console::stop::{Stop, Why};
use crate::console::visitor::Visitor;
use crate::console::when::Moment;
use crate::console::words::{named, told};

/// The most events of the page.
const MOST: usize = 100;

#[derive(Template)]
#[template(path = "console/events.html")]
struct Events {
    shell: Shell,
    rows: Vec<EventRow>,
}

struct EventRow {
    at: Moment,
    what: &'static str,
    detail: String,
    by: Option<String>,
    weight: &'static str,
}

/// The feed, newest first.
pub(crate) async fn list(State(console): State<Shared>, visitor: Visitor) -> Result<Response, Stop> {
    let Some(events) = console.events.as_ref().filter(|_| visitor.principal.role() >= Role::Administrator) else {
        return Err(Stop::page(&console, &visitor, Why::Forbidden));
    };
    let (words, clock) = (visitor.language.words(), visitor.clock(&console));
    let newest = events.newest(console.counterfoil.realm(), MOST);
    let subjects = newest.iter().flat_map(|event| event.by.subject().into_iter().chain(named(event))).collect();
    let names = Names::of(&console, &visitor, subjects).await?;
    let rows = newest.iter().map(|event| {
        let (what, weight, detail) = told(event);
        let detail = named(event).map_or(detail, |subject| names.name(subject.as_str()));
        let by = event.by.subject().map(|subject| names.name(subject.as_str()));
        // Who, and from where.
        let source = event.source.as_ref().map(|source| source.as_str().to_owned());
        let by = by.into_iter().chain(source).reduce(|by, source| format!("{by}, {source}"));
        EventRow { at: clock.moment(event.at), what: (words.event)(what), detail, by, weight: weight.class() }
    });
    let rows = rows.collect();
    Ok(answer::page(StatusCode::OK, &Events { shell: Shell::of(&console, &visitor, "/events"), rows }))
}
