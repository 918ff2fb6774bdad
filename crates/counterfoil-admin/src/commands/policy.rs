//! `policy report`: prints a policy with all defaults filled in.

use counterfoil::policy::Policy;
use serde_json::Value;

use crate::cli::{Cli, Preset};
use crate::failure::Failure;
use crate::output::Output;

pub(super) fn run(cli: &Cli, preset: Option<Preset>) -> Result<Output, Failure> {
    let policy = match preset {
        Some(_) if cli.policy.is_some() => {
            return Err(Failure::Usage("give --preset or --policy, not both".into()));
        }
        Some(preset) => preset.policy(),
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

impl Preset {
    pub(super) fn policy(self) -> Policy {
        match self {
            Self::Default => Policy::default(),
            Self::Open => Policy::open(),
            Self::Synergy => Policy::synergy(),
            Self::A2nta => Policy::a2nta(),
            Self::Aodocs => Policy::aodocs(),
            Self::Aal2 => Policy::aal2(),
        }
    }
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
