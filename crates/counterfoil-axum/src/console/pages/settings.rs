//! The settings that administrators change at run time.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use counterfoil::settings::{InvalidSetting, SettingName, Settings, SettingsChange};
use counterfoil::{Invalid, Span};
use http::StatusCode;

use crate::console::answer;
use crate::console::filled::Filled;
use crate::console::form::Form;
use crate::console::posted::{Posted, wrong};
use crate::console::shell::Shell;
use crate::console::state::Shared;
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
    let settings = settings.map_err(|error| Stop::of(&console, visitor.language, error))?;
    let saved = Query::parse(query.as_deref()).one("told") == Ok(Some("saved"));
    let shell = Shell::of(&console, &visitor, SECTION).telling(saved.then_some(visitor.language.words().saved));
    Ok(page(shell, Filled::with(values(&settings)), StatusCode::OK))
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

fn page(shell: Shell, filled: Filled, status: StatusCode) -> Response {
    let words = shell.words;
    let number = |name: SettingName| {
        let (least, most) = name.range();
        Number {
            name: name.as_str(),
            label: label(words, name),
            hint: (words.from_to)(least, most),
            attributes: format!("type=\"number\" min=\"{least}\" max=\"{most}\" required inputmode=\"numeric\""),
        }
    };
    answer::page(status, &Page { shell, filled, numbers: NUMBERS.into_iter().map(number).collect() })
}

/// Keeps all of them, or none.
pub(crate) async fn save(State(console): State<Shared>, Posted { visitor, form }: Posted) -> Result<Response, Stop> {
    let changed = match change(&form) {
        Ok(change) => console.foil.change_settings(&visitor.presenter(), &change).await.map(|_| ()),
        Err(invalid) => Err(Invalid::from(invalid).into()),
    };
    let Err(error) = changed else { return Ok(redirect(&console.path("/settings?told=saved"))) };
    let wrong = wrong(&console, &visitor, error)?;
    let mut fields: Vec<&'static str> = NUMBERS.into_iter().map(SettingName::as_str).collect();
    fields.push(SWITCH);
    let (mut shell, mut filled) = (Shell::of(&console, &visitor, SECTION), Filled::with(form.shown_again(&fields)));
    match wrong.reason.field {
        Some(field) => filled = filled.wrong(field, wrong.reason.text),
        None => shell = shell.wrong(Some(wrong.reason.text)),
    }
    Ok(page(shell, filled, wrong.status))
}

fn change(form: &Form) -> Result<SettingsChange, InvalidSetting> {
    let number = |name: SettingName| {
        let text = form.one(name.as_str()).trim();
        let (least, most) = name.range();
        let number = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
        number.map(Some).ok_or(InvalidSetting { name, least, most })
    };
    Ok(SettingsChange {
        personal_access_tokens_enabled: Some(form.ticked(SWITCH)),
        access_lifetime_seconds: number(SettingName::AccessLifetimeSeconds)?,
        refresh_inactivity_seconds: number(SettingName::RefreshInactivitySeconds)?,
        refresh_absolute_seconds: number(SettingName::RefreshAbsoluteSeconds)?,
        pat_max_days: number(SettingName::PatMaxDays)?,
        code_lifetime_seconds: number(SettingName::CodeLifetimeSeconds)?,
        notice_lead_days: number(SettingName::NoticeLeadDays)?,
    })
}
