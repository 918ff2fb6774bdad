//! `policy report`: prints a policy with all defaults filled in.

use counterfoil::policy::Policy;
use serde_json::Value;

use crate::cli::{self, Cli, Preset};
use crate::failure::Failure;
use crate::output::Output;

pub(super) fn run(cli: &Cli, what: &cli::Policy) -> Result<Output, Failure> {
    let cli::Policy::Report { preset } = what;
    let policy = match preset {
        Some(_) if cli.policy.is_some() => {
            return Err(Failure::Usage("give --preset or --policy, not both".into()));
        }
        Some(Preset::Default) => Policy::default(),
        Some(Preset::Open) => Policy::open(),
        Some(Preset::Synergy) => Policy::synergy(),
        Some(Preset::A2nta) => Policy::a2nta(),
        Some(Preset::Aodocs) => Policy::aodocs(),
        Some(Preset::Aal2) => Policy::aal2(),
        None => cli.policy()?,
    };
    policy.check().map_err(Failure::refused)?;
    let document = serde_json::to_value(&policy).map_err(Failure::failed)?;
    if cli.json {
        return Ok(Output::Document(document));
    }
    let mut rows = Vec::new();
    flatten("", &document, &mut rows);
    Ok(Output::Table(vec!["setting", "value"], rows))
}

/// Adds one row for each single value in `value`. The first column contains the names of the fields on the way to the
/// value, separated by dots.
fn flatten(path: &str, value: &Value, rows: &mut Vec<Vec<Value>>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                let dot = if path.is_empty() { "" } else { "." };
                flatten(&format!("{path}{dot}{name}"), member, rows);
            }
        }
        other => rows.push(vec![path.into(), other.clone()]),
    }
}
