//! Issuing what people make by hand: personal access tokens and security codes.

use std::num::NonZeroU32;

use crate::counterfoil::family::{Access, FamilyBody, NewFamily};
use crate::counterfoil::notice::{Expiring, arm};
use crate::counterfoil::record::NewRecord;
use crate::desk::Desk;
use crate::desk::authority::operations::{CreateCode, CreateToken};
use crate::desk::authority::{Operation, Permit};
use crate::desk::bounds::{hour_after, hourly};
use crate::desk::error::{Conflict, Invalid, ManageError, Unavailable};
use crate::desk::minting::{DRAWS, Entry, Minted};
use crate::desk::view::{Issued, Listed, MadeFor, Status, ends_soon};
use crate::instruments::event::{Limit, What};
use crate::instruments::policy::LiveCap;
use crate::ports::change::{Home, Inserted};
use crate::text::once::OnceKey;
use crate::words::description::Description;
use crate::words::ids::{OwnerId, RecordId};
use crate::words::kind::TokenKind;
use crate::words::label::{Label, LabelKey};
use crate::words::scope::Scope;
use crate::words::settings::Settings;
use crate::words::time::{Span, Ts};

/// How long a personal access token is to live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// Whole days of 86,400 s, from 1 to the policy's most.
    Days(i64),
    /// For ever, where the policy allows it.
    Permanent,
}

/// A personal access token to be made.
#[derive(Clone, Debug)]
pub struct NewPersonalAccessToken<'a> {
    /// What its owner calls it.
    pub label: &'a str,
    /// How long it lives.
    pub lifetime: Lifetime,
    /// What it may do; `None`: what the presenter may.
    pub scope: Option<Scope>,
}

/// Whose rights a new security code carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewAccess<'a> {
    /// A super administrator's, while its creator is one.
    SuperAdministrator,
    /// Those of the account with that name, at most an ordinary member's.
    SameAsUser(&'a str),
}

impl<'a> NewAccess<'a> {
    /// Reads what a form or a body says: `super_administrator` without a user, or `same_as_user` with one.
    ///
    /// ```
    /// use counterfoil::{Invalid, NewAccess};
    ///
    /// assert_eq!(NewAccess::parse("same_as_user", Some("ivan")), Ok(NewAccess::SameAsUser("ivan")));
    /// assert_eq!(NewAccess::parse("super_administrator", Some("ivan")), Err(Invalid::UserNotAsked));
    /// ```
    ///
    /// # Errors
    ///
    /// [`Invalid`] where the access level is another, where a user is missing, or where one is given that the level does not take.
    pub fn parse(access: &str, user: Option<&'a str>) -> Result<Self, Invalid> {
        match (access, user) {
            ("super_administrator", None) => Ok(Self::SuperAdministrator),
            ("super_administrator", Some(_)) => Err(Invalid::UserNotAsked),
            ("same_as_user", Some(user)) => Ok(Self::SameAsUser(user)),
            ("same_as_user", None) => Err(Invalid::UserMissing),
            _ => Err(Invalid::Access),
        }
    }
}

/// A security code to be made.
#[derive(Clone, Debug)]
pub struct NewSecurityCode<'a> {
    /// Whose rights it carries.
    pub access: NewAccess<'a>,
    /// What it is for.
    pub description: Option<&'a str>,
}

/// What is being made, until it has an id.
struct Draft {
    kind: TokenKind,
    /// `None`: it is drawn.
    id: Option<RecordId>,
    owner: OwnerId,
    body: FamilyBody,
    cap: Option<NonZeroU32>,
    pace: Option<NonZeroU32>,
    label: Option<Label>,
    label_key: Option<LabelKey>,
    description: Option<Description>,
    scope: Option<Scope>,
    expires_at: Option<Ts>,
    retention: Span,
}

/// Makes a personal access token for the presenter.
pub(crate) async fn personal_access_token(
    permit: Permit<'_, CreateToken>,
    new: &NewPersonalAccessToken<'_>,
    once: Option<&OnceKey>,
) -> Result<Issued, ManageError> {
    let (desk, now, owner) = (permit.desk(), permit.now(), permit.person()?);
    let settings = desk.settings(now).await?;
    let rules = &desk.policy.personal_access_tokens;
    let label = Label::new(new.label, rules.label_max).map_err(Invalid::from)?;
    let expires_at = expiry(desk, new.lifetime, &settings, now)?;
    let scope = permit.narrowed(new.scope.clone(), "scope")?;
    if rules.scope_demanded && scope.is_none() {
        return Err(Invalid::ScopeDemanded.into());
    }
    let owner = OwnerId::from(owner);
    let asked = scope.as_ref().map(Scope::to_string).unwrap_or_default();
    let fields = [label.as_str(), &format!("{:?}", new.lifetime), &asked];
    let draft = Draft {
        kind: TokenKind::PersonalAccessToken,
        id: derived(desk, once, &owner, TokenKind::PersonalAccessToken, &fields),
        owner,
        body: FamilyBody::Alone,
        cap: rules.max_live_per_owner,
        pace: rules.creations_per_hour,
        label_key: rules.unique_labels.then(|| label.key()),
        label: Some(label),
        description: None,
        scope,
        expires_at,
        retention: rules.retention,
    };
    insert(&permit, draft, &settings).await
}

/// What a personal access token may be now, for a form that says so beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenLimits {
    /// The most characters of a label.
    pub label_max: u16,
    /// The most days.
    pub max_days: u16,
    /// Whether one may be permanent.
    pub permanent: bool,
    /// How long before its expiry the advance notice is due.
    pub notice_lead: Span,
}

/// The limits as they hold now.
pub(crate) async fn limits(desk: &Desk, now: Ts) -> Result<TokenLimits, Unavailable> {
    let (settings, rules) = (desk.settings(now).await?, &desk.policy.personal_access_tokens);
    Ok(TokenLimits {
        label_max: rules.label_max,
        max_days: settings.pat_max_days,
        permanent: rules.permanent,
        notice_lead: settings.notice_lead,
    })
}

/// Makes a security code.
pub(crate) async fn security_code(
    permit: Permit<'_, CreateCode>,
    new: &NewSecurityCode<'_>,
    once: Option<&OnceKey>,
) -> Result<Issued, ManageError> {
    let (desk, now, created_by) = (permit.desk(), permit.now(), permit.person()?.clone());
    let description = new.description.map(Description::new).transpose().map_err(Invalid::from)?;
    let (access, named) = match new.access {
        NewAccess::SuperAdministrator => (Access::SuperAdministrator, None),
        NewAccess::SameAsUser(name) => {
            let subject = desk.directory.resolve(name).await?.subject.ok_or(Invalid::User)?;
            (Access::SameAsUser(subject), Some(name.into()))
        }
    };
    let settings = desk.settings(now).await?;
    let rules = &desk.policy.security_codes;
    let owner = OwnerId::realm();
    let asked = format!("{:?}", new.access);
    let fields = [asked.as_str(), if description.is_some() { "1" } else { "" }, new.description.unwrap_or_default()];
    let draft = Draft {
        kind: TokenKind::SecurityCode,
        id: derived(desk, once, &owner, TokenKind::SecurityCode, &fields),
        owner,
        body: FamilyBody::Code { created_by, access, named },
        cap: rules.max_live,
        pace: rules.creations_per_hour,
        label: None,
        label_key: None,
        description,
        scope: permit.narrowed(None, "scope")?,
        expires_at: Some(now.plus(settings.code_lifetime).ok_or(Unavailable::Clock)?),
        retention: rules.retention,
    };
    insert(&permit, draft, &settings).await
}

/// The id that follows from a form.
fn derived(
    desk: &Desk,
    once: Option<&OnceKey>,
    owner: &OwnerId,
    kind: TokenKind,
    fields: &[&str; 3],
) -> Option<RecordId> {
    Some(once?.first_id(&desk.realm, owner, kind, &fields.map(str::as_bytes)))
}

fn expiry(desk: &Desk, lifetime: Lifetime, settings: &Settings, now: Ts) -> Result<Option<Ts>, ManageError> {
    let most = settings.pat_max_days;
    match lifetime {
        Lifetime::Permanent if desk.policy.personal_access_tokens.permanent => Ok(None),
        Lifetime::Permanent => Err(Invalid::Permanent.into()),
        Lifetime::Days(days) => {
            let days = u16::try_from(days).ok().filter(|days| (1..=most).contains(days));
            let days = days.ok_or(Invalid::Days { most })?;
            Ok(Some(now.plus(Span::days(days)).ok_or(Unavailable::Clock)?))
        }
    }
}

async fn insert<O: Operation>(
    permit: &Permit<'_, O>,
    draft: Draft,
    settings: &Settings,
) -> Result<Issued, ManageError> {
    let (desk, now) = (permit.desk(), permit.now());
    for _ in 0..DRAWS {
        let minted = match draft.id {
            Some(id) => desk.mint_drawn(draft.kind, id)?,
            None => desk.mint_first(draft.kind, &draft.owner)?,
        };
        let record = counterfoil(desk, &minted, &draft, settings, now);
        let family = NewFamily {
            id: minted.id.family(),
            realm: desk.realm.clone(),
            owner: draft.owner.clone(),
            kind: draft.kind,
            body: draft.body.clone(),
            live_until: draft.expires_at,
            gone_at: record.gone_at,
            label_key: draft.label_key.clone(),
            client: None,
            used_at: now,
        };
        let listed = listed(&record, &draft.body, settings, now);
        let cap = desk.cap(draft.cap.map(|limit| LiveCap { limit, evict: false }), now);
        let home = Home::Found { family: &family, cap, pace: hourly(draft.pace, now) };
        match desk.insert(home, &[record], now).await? {
            Inserted::Done => {
                let what = What::Issued { kind: draft.kind, id: minted.id, owner: draft.owner };
                permit.tell(what);
                return Ok(Issued { token: minted.token, listed });
            }
            Inserted::LabelTaken(_) => return Err(Conflict::LabelTaken.into()),
            Inserted::OwnerFull => return Err(Conflict::QuotaReached.into()),
            Inserted::PaceReached { oldest } => {
                let limit = Limit::CreationsPerHour(draft.kind);
                permit.tell(What::LimitReached { limit, owner: draft.owner });
                return Err(ManageError::SlowDown { until: hour_after(oldest) });
            }
            Inserted::IdTaken(_) if draft.id.is_some() => return Err(used(desk, &minted.id).await?.into()),
            Inserted::IdTaken(_)
            | Inserted::MadeRoom(_)
            | Inserted::FamilyMoved
            | Inserted::FamilyEnded
            | Inserted::FamilyFull { .. } => {}
        }
    }
    Err(Unavailable::Contended { verb: "issue" }.into())
}

/// What a form did that meets its own number: all of its id is there where its fields are the same.
async fn used(desk: &Desk, id: &RecordId) -> Result<Conflict, Unavailable> {
    let there = desk.store.get(id).await?;
    Ok(if there.is_some() { Conflict::DoneAlready } else { Conflict::FormUsed })
}

fn counterfoil(desk: &Desk, minted: &Minted, draft: &Draft, settings: &Settings, now: Ts) -> NewRecord {
    let life = Expiring { expires_at: draft.expires_at, expiry_set_at: now, noticed: &[] };
    let entry = Entry {
        owner: draft.owner.clone(),
        parent: None,
        generation: 0,
        created_at: now,
        scope: draft.scope.clone(),
        label: draft.label.clone(),
        description: draft.description.clone(),
        expires_at: draft.expires_at,
        gone_at: draft.expires_at.map(|expires_at| expires_at.plus_capped(draft.retention)),
        notice: arm(&desk.schedule(draft.kind, settings), life, 0, now),
    };
    desk.counterfoil(minted, entry)
}

/// What lists will show of it: nothing stands in its way at the moment of its issue.
fn listed(record: &NewRecord, body: &FamilyBody, settings: &Settings, now: Ts) -> Listed {
    let soon = record.expires_at.is_some_and(|expires_at| now.reached(expires_at.minus(settings.notice_lead)));
    let made = MadeFor::of(body);
    Listed {
        id: record.id,
        kind: record.kind,
        label: record.label.as_ref().map(|label| label.as_str().to_owned()).unwrap_or_default(),
        description: record.description.as_ref().map(|text| text.as_str().to_owned()),
        created_at: now,
        expires_at: record.expires_at,
        last_used_at: None,
        status: if soon { Status::Expiring } else { Status::Active },
        replaced: false,
        ends_soon: ends_soon(record.expires_at, now, settings, now),
        scope: record.scope.clone(),
        access: made.access,
        named: made.named,
        created_by: made.created_by,
    }
}
