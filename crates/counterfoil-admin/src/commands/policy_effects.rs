//! `policy effects`: which existing credentials a new policy affects.

use std::num::NonZeroU32;

use counterfoil::operations::{PolicyReport, Reach, TouchedCredential, TouchedOwner};
use counterfoil::policy::{self, Policy};
use counterfoil::{Counterfoil, Presenter};
use counterfoil_http::csv_line;
use serde_json::Value;

use crate::cli::{Cli, Effects, Existing};
use crate::commands::inventory::{line, print};
use crate::failure::Failure;
use crate::host::read_policy;
use crate::output::{Output, instant, instant_or_none, said};

/// The number of records in a page of results. This is the largest number that a page can have.
const PAGE: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);

const OWNERS: [&str; 8] = ["owner", "kind", "refused", "ended", "shortened", "lengthened", "first_end", "last_used_at"];

const CREDENTIALS: [&str; 9] = ["id", "kind", "owner", "client", "label", "replaced", "last_used_at", "present", "new"];

pub(super) async fn run(cli: &Cli, what: &Effects) -> Result<Output, Failure> {
    if what.csv && cli.json {
        return Err(Failure::Usage("give --csv or --json, not both".into()));
    }
    let new = new_policy(cli, what)?;
    let store = cli.open().await?;
    let counterfoil = cli.handle(&store)?;
    let ended = if what.credentials {
        walk(&counterfoil, &new, CREDENTIALS, what.csv, &mut |page, _, rows| rows.extend(page.iter().map(credential)))
            .await
    } else {
        walk(&counterfoil, &new, OWNERS, what.csv, &mut |_, owners, rows| rows.extend(owners.iter().map(owner))).await
    };
    store.close().await;
    ended
}

/// Returns the new policy that the options describe.
fn new_policy(cli: &Cli, what: &Effects) -> Result<Policy, Failure> {
    let mut policy = match (&what.new, what.preset) {
        (Some(path), _) => read_policy(path)?,
        (None, Some(preset)) => preset.policy(),
        (None, None) => cli.policy()?,
    };
    let tokens = &mut policy.personal_access_tokens;
    if let Some(most) = what.max_days {
        (tokens.max_days, tokens.max_days_ceiling) = (most, most);
    }
    tokens.permanent = what.permanent.unwrap_or(tokens.permanent);
    match what.existing {
        Some(Existing::Grandfather) => tokens.existing = policy::Existing::Grandfather,
        Some(Existing::RefuseAtUse) => tokens.existing = policy::Existing::RefuseAtUse,
        Some(Existing::Clamp) => tokens.existing = policy::Existing::Clamp,
        None => {}
    }
    policy.check().map_err(Failure::refused)?;
    Ok(policy)
}

/// Adds rows to the table. The arguments are the affected credentials of a page, the owners whose affected credentials
/// were all read, and the rows of the table.
type Rows<'a, const COLUMNS: usize> =
    dyn FnMut(&[TouchedCredential], &[TouchedOwner], &mut Vec<[Value; COLUMNS]>) + Send + 'a;

/// Walks all pages. With `csv`, prints the rows of each page and keeps none of them, so that the output can be of any
/// length.
async fn walk<const COLUMNS: usize>(
    counterfoil: &Counterfoil,
    new: &Policy,
    columns: [&'static str; COLUMNS],
    csv: bool,
    rows_of: &mut Rows<'_, COLUMNS>,
) -> Result<Output, Failure> {
    let (mut report, mut rows, mut after) = (PolicyReport::default(), Vec::new(), None);
    let mut header = csv_line(columns);
    loop {
        let page = counterfoil.policy_report(&Presenter::host(), new, after.as_ref(), PAGE).await?;
        let mut owners = report.add(&page);
        after = page.next;
        if after.is_none() {
            owners.extend(report.clone().finish());
        }
        rows_of(&page.items, &owners, &mut rows);
        if csv {
            let lines: String = rows.drain(..).map(line).collect();
            if !print(&(std::mem::take(&mut header) + &lines)) {
                return Ok(Output::Printed);
            }
        }
        if after.is_none() {
            break;
        }
    }
    let counts = report.counts();
    said(&format!(
        "read {} records: {} refused, {} ended, {} shortened, {} lengthened, {} corrupt",
        report.searched(),
        counts.refused,
        counts.ended,
        counts.shortened,
        counts.lengthened,
        report.corrupt()
    ));
    let rows = rows.into_iter().map(Vec::from).collect();
    Ok(if csv { Output::Printed } else { Output::Table(columns.into(), rows) })
}

fn text(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::from)
}

fn owner(touched: &TouchedOwner) -> [Value; OWNERS.len()] {
    [
        text(touched.owner.as_ref().map(|owner| owner.as_str())),
        touched.kind.as_str().into(),
        touched.counts.refused.into(),
        touched.counts.ended.into(),
        touched.counts.shortened.into(),
        touched.counts.lengthened.into(),
        instant_or_none(touched.first_end),
        instant_or_none(touched.last_used_at),
    ]
}

fn credential(touched: &TouchedCredential) -> [Value; CREDENTIALS.len()] {
    [
        touched.id.to_string().into(),
        touched.kind.as_str().into(),
        text(touched.owner.as_ref().map(|owner| owner.as_str())),
        text(touched.client.as_ref().map(|client| client.as_str())),
        text(Some(touched.label.as_str()).filter(|label| !label.is_empty())),
        touched.replaced.into(),
        instant_or_none(touched.last_used_at),
        reach(touched.present),
        reach(touched.new),
    ]
}

fn reach(reach: Reach) -> Value {
    match reach {
        Reach::Refused => "refused".into(),
        Reach::Until(end) => instant(end),
        Reach::Permanent => "permanent".into(),
        _ => Value::Null,
    }
}
