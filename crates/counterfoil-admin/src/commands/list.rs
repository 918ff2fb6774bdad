//! `list`: lists credentials, clients and service accounts. No secret is stored, so the output contains none.

use std::num::NonZeroU32;

use counterfoil::client::ClientView;
use counterfoil::operations::SignInView;
use counterfoil::service_account::ServiceAccountView;
use counterfoil::types::Device;
use counterfoil::{Counterfoil, CredentialView, Presenter, SubjectId};
use serde_json::Value;

use crate::cli::{Cli, List};
use crate::commands::inventory;
use crate::failure::Failure;
use crate::output::{Output, instant, instant_or_none};

const PAGE: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);
const CREDENTIAL: [&str; 9] =
    ["id", "kind", "label", "status", "created_at", "expires_at", "last_used_at", "scope", "allowed_sources"];
const SIGN_IN: [&str; 8] = ["id", "kind", "client", "device", "source", "created_at", "expires_at", "last_used_at"];
const SERVICE_ACCOUNT: [&str; 8] = ["id", "label", "role", "scope", "made_by", "notify", "disabled", "created_at"];
const CLIENT: [&str; 7] = ["id", "name", "grants", "public", "resource_server", "disabled", "created_at"];

pub(super) async fn run(cli: &Cli, what: &List) -> Result<Output, Failure> {
    let store = cli.open().await?;
    let counterfoil = cli.handle(&store)?;
    let listed = match what {
        List::Tokens { subject } => tokens(&counterfoil, subject).await,
        List::SignIns { subject } => sign_ins(&counterfoil, subject).await,
        List::Codes => codes(&counterfoil).await,
        List::Clients => clients(&counterfoil).await,
        List::Credentials(filter) => inventory::list(cli, &counterfoil, filter).await,
        List::ServiceAccounts => service_accounts(&counterfoil).await,
    };
    store.close().await;
    listed
}

async fn tokens(counterfoil: &Counterfoil, subject: &str) -> Result<Output, Failure> {
    let subject = SubjectId::new(subject).map_err(|invalid| Failure::Usage(invalid.to_string()))?;
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page =
            counterfoil.list_personal_access_tokens_of(&Presenter::host(), &subject, after.as_ref(), PAGE).await?;
        rows.extend(page.items.iter().map(credential));
        after = page.next;
        if after.is_none() {
            return Ok(Output::Table(CREDENTIAL.into(), rows));
        }
    }
}

async fn sign_ins(counterfoil: &Counterfoil, subject: &str) -> Result<Output, Failure> {
    let subject = SubjectId::new(subject).map_err(|invalid| Failure::Usage(invalid.to_string()))?;
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = counterfoil.list_sign_ins_of(&Presenter::host(), &subject, after.as_ref(), PAGE).await?;
        rows.extend(page.items.iter().map(sign_in));
        after = page.next;
        if after.is_none() {
            return Ok(Output::Table(SIGN_IN.into(), rows));
        }
    }
}

fn sign_in(view: &SignInView) -> Vec<Value> {
    let device = view.device.as_ref();
    vec![
        view.id.to_string().into(),
        view.kind.as_str().into(),
        view.client.as_ref().map(ToString::to_string).into(),
        device.and_then(Device::text).map(str::to_owned).into(),
        device.and_then(Device::source).map(str::to_owned).into(),
        instant(view.created_at),
        instant(view.expires_at),
        instant(view.last_used_at),
    ]
}

async fn codes(counterfoil: &Counterfoil) -> Result<Output, Failure> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = counterfoil.list_security_codes(&Presenter::host(), true, after.as_ref(), PAGE).await?;
        rows.extend(page.items.iter().map(credential));
        after = page.next;
        if after.is_none() {
            return Ok(Output::Table(CREDENTIAL.into(), rows));
        }
    }
}

async fn clients(counterfoil: &Counterfoil) -> Result<Output, Failure> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = counterfoil.list_clients(&Presenter::host(), after.as_ref(), PAGE).await?;
        rows.extend(page.items.iter().map(client));
        after = page.next;
        if after.is_none() {
            return Ok(Output::Table(CLIENT.into(), rows));
        }
    }
}

async fn service_accounts(counterfoil: &Counterfoil) -> Result<Output, Failure> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = counterfoil.list_service_accounts(&Presenter::host(), after.as_ref(), PAGE).await?;
        rows.extend(page.items.iter().map(service_account));
        after = page.next;
        if after.is_none() {
            return Ok(Output::Table(SERVICE_ACCOUNT.into(), rows));
        }
    }
}

fn service_account(view: &ServiceAccountView) -> Vec<Value> {
    vec![
        view.id.to_string().into(),
        view.label.as_str().into(),
        view.role.as_str().into(),
        view.scope.as_ref().map(|scope| scope.as_str().to_owned()).into(),
        view.made_by.as_ref().map(|maker| maker.as_str().to_owned()).into(),
        view.notify.as_ref().map(|address| address.as_str().to_owned()).into(),
        view.disabled.into(),
        instant(view.created_at),
    ]
}

fn credential(view: &CredentialView) -> Vec<Value> {
    // A security code has no label, so its description is shown.
    let label = if view.label.is_empty() { view.description.as_ref().unwrap_or(&view.label) } else { &view.label };
    vec![
        view.id.to_string().into(),
        view.kind.as_str().into(),
        label.as_str().into(),
        view.status.as_str().into(),
        instant(view.created_at),
        instant_or_none(view.expires_at),
        instant_or_none(view.last_used_at),
        view.scope.as_ref().map(|scope| scope.as_str().to_owned()).into(),
        inventory::allowed_sources(view),
    ]
}

fn client(view: &ClientView) -> Vec<Value> {
    let grants: Vec<Value> = view.grants.iter().map(|grant| grant.as_str().into()).collect();
    vec![
        view.id.to_string().into(),
        view.display_name.as_str().into(),
        grants.into(),
        view.public.into(),
        view.resource_server.into(),
        view.disabled.into(),
        instant(view.created_at),
    ]
}
