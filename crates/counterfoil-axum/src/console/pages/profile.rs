//! The profile: time zone and signature, which the host keeps.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::StatusCode;

use crate::console::answer;
use crate::console::filled::Filled;
use crate::console::posted::{Posted, Wrong};
use crate::console::profiles::{Profiles, Signature};
use crate::console::shell::Shell;
use crate::console::state::{Console, Shared};
use crate::console::stop::{Stop, Why, redirect};
use crate::console::visitor::Visitor;
use crate::console::when::{is_zone, zones};
use crate::query::Query;

const SECTION: &str = "/profile";

#[derive(Template)]
#[template(path = "console/profile.html")]
struct Page {
    shell: Shell,
    filled: Filled,
    zones: Vec<String>,
    /// The zone that is kept, whether there is one of that name or not.
    zone: String,
    /// The one that is chosen in the form.
    chosen: String,
    shown: Shown,
    has_signature: bool,
}

/// What is shown of the signature.
enum Shown {
    None,
    Typed(String),
    Image,
}

/// The profile.
pub(crate) async fn show(
    State(console): State<Shared>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let words = visitor.language.words();
    let told = match Query::parse(query.as_deref()).one("told") {
        Ok(Some("saved")) => Some(words.saved),
        Ok(Some("unchanged")) => Some(words.unchanged),
        Ok(Some("cleared")) => Some(words.cleared),
        _ => None,
    };
    let filled = Filled::asked(query.as_deref(), &["zone", "way", "typed"]);
    let shell = Shell::of(&console, &visitor, SECTION).telling(told).proposing(&filled);
    page(&console, &visitor, shell, filled, StatusCode::OK).await
}

/// The page, with what is wrong with its forms.
pub(super) async fn page(
    console: &Console,
    visitor: &Visitor,
    shell: Shell,
    filled: Filled,
    status: StatusCode,
) -> Result<Response, Stop> {
    let profile = kept(console, visitor)?.profile(visitor.principal.subject()).await;
    let profile = profile.map_err(|error| Stop::unavailable(console, visitor, &error))?;
    let shown = match profile.signature {
        None => Shown::None,
        Some(Signature::Typed(text)) => Shown::Typed(text),
        Some(Signature::Image { .. }) => Shown::Image,
    };
    let has_signature = !matches!(shown, Shown::None);
    let (zone, mut zones) = (visitor.zone.clone(), zones());
    // What is kept is always a choice, so that saving the form untouched changes nothing.
    if !zones.contains(&zone) {
        zones.insert(0, zone.clone());
    }
    let chosen = filled.value("zone");
    let chosen = if zones.iter().any(|zone| zone == chosen) { chosen.to_owned() } else { zone.clone() };
    Ok(answer::page(status, &Page { shell, filled, zones, zone, chosen, shown, has_signature }))
}

/// The same for a field that breaks a rule.
pub(super) async fn wrong(
    console: &Console,
    visitor: &Visitor,
    filled: Filled,
    field: &'static str,
    text: &str,
) -> Result<Response, Stop> {
    let filled = filled.wrong(field, text.to_owned());
    let shell = Shell::of(console, visitor, SECTION).faulty(&filled);
    page(console, visitor, shell, filled, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// The host's profiles. The routes are there only where it keeps them.
pub(super) fn kept<'a>(console: &'a Console, visitor: &Visitor) -> Result<&'a dyn Profiles, Stop> {
    console.profiles.as_deref().ok_or_else(|| Stop::page(console, visitor, Why::NotFound))
}

/// Keeps a time zone.
pub(crate) async fn set_zone(
    State(console): State<Shared>,
    Posted { visitor, form }: Posted,
) -> Result<Response, Stop> {
    if let Err(field) = form.check(&["zone"], &[]) {
        let refused = Wrong::refused(&visitor, field);
        let (shell, filled) = refused.place(Shell::of(&console, &visitor, SECTION), Filled::default(), &["zone"]);
        return page(&console, &visitor, shell, filled, refused.status).await;
    }
    let zone = form.one("zone");
    if form.was("zone").unwrap_or_else(|| visitor.zone.clone()) == zone {
        return Ok(redirect(&console.path("/profile?told=unchanged")));
    }
    if !is_zone(zone) {
        return wrong(&console, &visitor, Filled::default(), "zone", visitor.language.words().zone_unknown).await;
    }
    let set = kept(&console, &visitor)?.set_zone(visitor.principal.subject(), zone).await;
    set.map_err(|error| Stop::unavailable(&console, &visitor, &error))?;
    Ok(redirect(&console.path("/profile?told=saved")))
}
