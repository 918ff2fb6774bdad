//! `list credentials` and `show`: the credentials of all owners.

use std::io::Write as _;
use std::num::NonZeroU32;

use counterfoil::operations::{CredentialFilter, Status};
use counterfoil::types::{Networks, TokenKind};
use counterfoil::{Counterfoil, CredentialView, ManageError, Presenter, Timestamp};
use counterfoil_http::csv_line;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::cli::{Cli, Inventory};
use crate::commands::revoke::{client_id, record_id, subject_id};
use crate::failure::Failure;
use crate::output::{Output, instant, instant_or_none};

const PAGE: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);

/// The columns of `list credentials`. There is no column for the status: whether a credential is suspended depends on
/// the accounts, which the tool cannot read.
const COLUMNS: [&str; 14] = [
    "id",
    "kind",
    "owner",
    "client",
    "label",
    "description",
    "created_by",
    "expired",
    "created_at",
    "expires_at",
    "last_used_at",
    "scope",
    "allowed_sources",
    "metadata",
];

/// The number of columns of CSV output, which has no column for the metadata. The guard against formulas would change
/// the text of the metadata.
const CSV_COLUMNS: usize = COLUMNS.len() - 1;

/// Lists the credentials that fit the options.
pub(super) async fn list(cli: &Cli, counterfoil: &Counterfoil, options: &Inventory) -> Result<Output, Failure> {
    if options.csv && cli.json {
        return Err(Failure::Usage("give --csv or --json, not both".into()));
    }
    let (filter, mut rows, mut after) = (filter(options)?, Vec::new(), None);
    let mut header = csv_line(COLUMNS.into_iter().take(CSV_COLUMNS));
    loop {
        let page = counterfoil.list_credentials(&Presenter::host(), &filter, after.as_ref(), PAGE).await;
        let page = page.map_err(usage)?;
        let found = page.items.iter().map(row);
        // With CSV, no row is kept, so that the output can be of any length.
        if options.csv {
            let lines: String = found.map(line).collect();
            if !print(&(std::mem::take(&mut header) + &lines)) {
                return Ok(Output::Printed);
            }
        } else {
            rows.extend(found.map(Vec::from));
        }
        after = page.next;
        if after.is_none() {
            return Ok(if options.csv { Output::Printed } else { Output::Table(COLUMNS.into(), rows) });
        }
    }
}

/// Shows one credential.
pub(super) async fn show(cli: &Cli, id: &str) -> Result<Output, Failure> {
    let id = record_id(id)?;
    let store = cli.open().await?;
    let found = cli.handle(&store)?.credential(&Presenter::host(), &id).await;
    store.close().await;
    Ok(Output::Fields(COLUMNS.into_iter().zip(row(&found?)).collect()))
}

/// Converts an error. An invalid value, such as an invalid label, is a mistake in the arguments, so it becomes
/// [`Failure::Usage`].
fn usage(error: ManageError) -> Failure {
    match error {
        ManageError::Invalid(invalid) => Failure::Usage(invalid.to_string()),
        other => other.into(),
    }
}

fn filter(options: &Inventory) -> Result<CredentialFilter, Failure> {
    let kind = options.kind.as_deref().map(kind).transpose()?;
    let owner = options.owner.as_deref().map(subject_id).transpose()?;
    let client = options.client.as_deref().map(client_id).transpose()?;
    let expiring_before = options.expiring_before.as_deref().map(read_instant).transpose()?;
    let unused_since = options.unused_since.as_deref().map(read_instant).transpose()?;
    Ok(CredentialFilter::default()
        .with_kind(kind)
        .with_owner(owner)
        .with_client(client)
        .with_expiring_before(expiring_before)
        .with_unused_since(unused_since)
        .with_label(options.label.as_deref()))
}

fn kind(name: &str) -> Result<TokenKind, Failure> {
    let found = TokenKind::ALL.into_iter().find(|kind| kind.as_str() == name && *kind != TokenKind::ClientSecret);
    let kinds = "personal_access_token, access_token, refresh_token, security_code or console_session";
    found.ok_or_else(|| Failure::Usage(format!("--kind must be {kinds}")))
}

fn read_instant(text: &str) -> Result<Timestamp, Failure> {
    let read = OffsetDateTime::parse(text, &Rfc3339).ok().and_then(|at| Timestamp::try_from(at).ok());
    read.ok_or_else(|| Failure::Usage("an instant is written in RFC 3339, such as 2026-01-31T00:00:00Z".into()))
}

fn row(found: &CredentialView) -> [Value; COLUMNS.len()] {
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    [
        found.id.to_string().into(),
        found.kind.as_str().into(),
        text(found.owner.as_ref().map(|owner| owner.as_str())),
        text(found.client.as_ref().map(|client| client.as_str())),
        text(Some(found.label.as_str()).filter(|label| !label.is_empty())),
        text(found.description.as_deref()),
        text(found.created_by.as_ref().map(|maker| maker.as_str())),
        (found.status == Status::Expired).into(),
        instant(found.created_at),
        instant_or_none(found.expires_at),
        instant_or_none(found.last_used_at),
        text(found.scope.as_ref().map(|scope| scope.as_str())),
        allowed_sources(found),
        found.metadata.as_ref().map_or(Value::Null, |metadata| metadata.get().into()),
    ]
}

/// Returns the addresses and networks from which a credential can be used, separated by spaces. Returns null if the
/// credential can be used from every address.
pub(super) fn allowed_sources(found: &CredentialView) -> Value {
    let blocks = |allowed: &Networks| allowed.blocks().map(|block| block.to_string()).collect::<Vec<_>>().join(" ");
    found.allowed_sources.as_ref().map(blocks).into()
}

/// Returns a row as a line of CSV.
pub(super) fn line<const COLUMNS: usize>(row: [Value; COLUMNS]) -> String {
    let cells = row.map(|value| match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    });
    csv_line(cells.iter().take(CSV_COLUMNS).map(String::as_str))
}

/// Writes a text to standard output. Returns false if the reader has closed the pipe, which is not a failure of the
/// command.
pub(super) fn print(text: &str) -> bool {
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_ok()
}
