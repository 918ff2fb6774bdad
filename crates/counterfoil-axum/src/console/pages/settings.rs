//! The settings that administrators change at run time.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::settings::{InvalidSetting, SettingName, Settings, SettingsChange};
use counterfoil::{Invalid, Span};
use http::StatusCode;

use crate::console::answer;
use crate::console::filled::Filled;
use crate::console::form::Form;
use crate::console::posted::{Posted, Wrong, wrong};
use crate::console::proof::demand;
use crate::console::shell::Shell;
use crate::console::state::{Console, Shared};
use crate::console::stop::{Stop, redirect};
use crate::console::visitor::Visitor;
use crate::console::words::Words;
use crate::query::Query;

const SECTION: &str = "/settings";
const SWITCH: &str = SettingName::PersonalAccessTokensEnabled.as_str();

#[derive(Template)]
#[template(path = "console/settings.html")]
struct Page {
    shell: Shell,
    filled: Filled,
    /// Whether the password is to be given with the form.
    proof: bool,
    /// Whether the policy asks for the switch.
    switch: bool,
    numbers: Vec<Number>,
}

/// A setting that is a whole number.
struct Number {
    name: &'static str,
    label: &'static str,
    hint: String,
    attributes: String,
}

/// The numbers, in the order of the page.
const NUMBERS: [SettingName; 6] = [
    SettingName::PatMaxDays,
    SettingName::NoticeLeadDays,
    SettingName::CodeLifetimeSeconds,
    SettingName::AccessLifetimeSeconds,
    SettingName::RefreshInactivitySeconds,
    SettingName::RefreshAbsoluteSeconds,
];

const fn label(words: &Words, name: SettingName) -> &'static str {
    match name {
        SettingName::PersonalAccessTokensEnabled => words.setting_enabled,
        SettingName::AccessLifetimeSeconds => words.setting_access,
        SettingName::RefreshInactivitySeconds => words.setting_inactivity,
        SettingName::RefreshAbsoluteSeconds => words.setting_absolute,
        SettingName::PatMaxDays => words.setting_days,
        SettingName::CodeLifetimeSeconds => words.setting_code,
        SettingName::NoticeLeadDays => words.setting_notice,
    }
}

/// The settings as they hold now.
pub(crate) async fn show(
    State(console): State<Shared>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let settings = console.foil.settings(&visitor.presenter()).await;
    let settings = settings.map_err(|error| Stop::of(&console, &visitor, error))?;
    let saved = Query::parse(query.as_deref()).one("told") == Ok(Some("saved"));
    let shell = Shell::of(&console, &visitor, SECTION).telling(saved.then_some(visitor.language.words().saved));
    Ok(page(&console, &visitor, shell, Filled::with(values(&settings)), StatusCode::OK))
}

fn values(settings: &Settings) -> Vec<(&'static str, String)> {
    let days = |span: Span| (span.whole_seconds() / 86_400).to_string();
    let seconds = |span: Span| span.whole_seconds().to_string();
    let mut values: Vec<_> = NUMBERS
        .into_iter()
        .map(|name| {
            let value = match name {
                SettingName::PatMaxDays => settings.pat_max_days.to_string(),
                SettingName::NoticeLeadDays => days(settings.notice_lead),
                SettingName::CodeLifetimeSeconds => seconds(settings.code_lifetime),
                SettingName::AccessLifetimeSeconds => seconds(settings.access_lifetime),
                SettingName::RefreshInactivitySeconds => seconds(settings.refresh_inactivity),
                SettingName::RefreshAbsoluteSeconds => seconds(settings.refresh_absolute),
                SettingName::PersonalAccessTokensEnabled => String::new(),
            };
            (name.as_str(), value)
        })
        .collect();
    if settings.personal_access_tokens {
        values.push((SWITCH, "true".to_owned()));
    }
    values
}

fn page(console: &Console, visitor: &Visitor, shell: Shell, filled: Filled, status: StatusCode) -> Response {
    let words = shell.words;
    let number = |name: SettingName| {
        let (least, most) = console.foil.setting_range(name);
        Number {
            name: name.as_str(),
            label: label(words, name),
            hint: (words.from_to)(least, most),
            attributes: format!("type=\"number\" min=\"{least}\" max=\"{most}\" required inputmode=\"numeric\""),
        }
    };
    let numbers = NUMBERS.into_iter().map(number).collect();
    let (proof, switch) = (visitor.needs_proof(console), console.foil.gates().setting);
    answer::page(status, &Page { shell, filled, proof, switch, numbers })
}

/// Keeps all of them, or none.
pub(crate) async fn save(State(console): State<Shared>, Posted { mut visitor, form }: Posted) -> Response {
    let answer = saved(&console, &mut visitor, &form).await;
    visitor.seal(answer.into_response())
}

const FIELDS: [&str; 7] = [
    SWITCH,
    SettingName::PatMaxDays.as_str(),
    SettingName::NoticeLeadDays.as_str(),
    SettingName::CodeLifetimeSeconds.as_str(),
    SettingName::AccessLifetimeSeconds.as_str(),
    SettingName::RefreshInactivitySeconds.as_str(),
    SettingName::RefreshAbsoluteSeconds.as_str(),
];

async fn saved(console: &Console, visitor: &mut Visitor, form: &Form) -> Result<Response, Stop> {
    let Err(wrong) = kept(console, visitor, form).await? else {
        return Ok(redirect(&console.path("/settings?told=saved")));
    };
    let (shell, filled) = (Shell::of(console, visitor, SECTION), Filled::with(form.shown_again(&FIELDS)));
    let fields = [&FIELDS[..], &["password"]].concat();
    let (shell, filled) = wrong.place(shell, filled, &fields);
    Ok(wrong.seal(page(console, visitor, shell, filled, wrong.status)))
}

async fn kept(console: &Console, visitor: &mut Visitor, form: &Form) -> Result<Result<(), Wrong>, Stop> {
    if let Err(field) = form.check(&FIELDS, &[]) {
        return Ok(Err(Wrong::refused(visitor, field)));
    }
    if let Err(wrong) = demand(console, visitor, form).await? {
        return Ok(Err(wrong));
    }
    let Some(switch) = form.ticked(SWITCH) else { return Ok(Err(Wrong::refused(visitor, Some(SWITCH)))) };
    let change = match change(console, form, switch) {
        Ok(change) => change,
        Err(invalid) => return wrong(console, visitor, Invalid::from(invalid).into()).map(Err),
    };
    match console.foil.change_settings(&visitor.presenter(), &change).await {
        Ok(_) => Ok(Ok(())),
        Err(error) => wrong(console, visitor, error).map(Err),
    }
}

fn change(console: &Console, form: &Form, switch: bool) -> Result<SettingsChange, InvalidSetting> {
    let number = |name: SettingName| {
        let text = form.one(name.as_str()).trim();
        let (least, most) = console.foil.setting_range(name);
        let number = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
        number.map(Some).ok_or(InvalidSetting { name, least, most })
    };
    Ok(SettingsChange {
        // A form of a page that does not offer the switch does not touch it. One that sends it all the same is refused by the core.
        personal_access_tokens_enabled: (console.foil.gates().setting || switch).then_some(switch),
        access_lifetime_seconds: number(SettingName::AccessLifetimeSeconds)?,
        refresh_inactivity_seconds: number(SettingName::RefreshInactivitySeconds)?,
        refresh_absolute_seconds: number(SettingName::RefreshAbsoluteSeconds)?,
        pat_max_days: number(SettingName::PatMaxDays)?,
        code_lifetime_seconds: number(SettingName::CodeLifetimeSeconds)?,
        notice_lead_days: number(SettingName::NoticeLeadDays)?,
    })
}
