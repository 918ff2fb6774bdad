//! Tests of `resource_server`, which sends requests to `service_axum` in another process.

use counterfoil::client::{ClientId, NewClient};
use counterfoil::memory::MemoryDirectory;
use counterfoil::policy::Policy;
use counterfoil::{Counterfoil, Presenter, Secret};
use counterfoil_sql::SqliteStore;

use crate::process::Process;
use crate::service_axum::{PROGRAM, add_ann, sign_in, token};

const SECRET: &str = "abcdefghijklmnopqrstuvwxyz012345";

/// Registers the resource server as a client of the service in `folder`, as an administrator would.
async fn register(folder: &std::path::Path) {
    let store = SqliteStore::open_or_create(folder.join("service.db")).await.expect("the store");
    let builder =
        Counterfoil::builder().policy(Policy::open()).store(store.clone()).directory(MemoryDirectory::default());
    let builder = builder.key_ring_file(folder.join("service.keys")).expect("the key ring");
    let counterfoil = builder.start().await.expect("a start");
    let id: ClientId = "reports".parse().expect("an id");
    let client = NewClient::named("Reports").with_id(id).with_resource_server(true);
    let secret = Secret::from(SECRET.to_owned());
    counterfoil.import_client(&Presenter::host(), client, &secret, false).await.expect("a client");
    store.close().await;
}

#[tokio::test]
async fn host_71_resource_server_knows_the_tokens_of_another_process_and_tells_an_outage_from_a_refusal() {
    let folder = tempfile::tempdir().expect("a folder");
    add_ann(folder.path());
    register(folder.path()).await;
    let service = Process::start(PROGRAM, folder.path(), &[]);
    let signed_in = sign_in(&service, "first").await;
    let reader = token(&service, &signed_in, "reader", "projects:read").await;
    let writer = token(&service, &signed_in, "writer", "projects:write").await;

    let endpoint = format!("{}/introspect", service.url);
    let variables = [("ENDPOINT", endpoint.as_str()), ("SECRET", SECRET)];
    let resource = Process::start(env!("CARGO_BIN_EXE_resource_server"), folder.path(), &variables);
    assert_eq!(resource.get("/report", &reader).await.body, "a report for subject 1\n");
    assert_eq!(resource.get("/whoami", &writer).await.body, "subject 1, for projects:write\n");
    let refused = resource.get("/report", &writer).await;
    assert_eq!(refused.status, 403);
    assert!(refused.challenge.contains(r#"scope="projects:read""#), "{refused:?}");
    assert_eq!(resource.get("/report", "").await.status, 401);
    assert_eq!(resource.get("/report", "cfp_nothing").await.status, 401);

    let other = token(&service, &signed_in, "other", "projects:read").await;
    service.stop();
    let outage = resource.get("/report", &other).await;
    assert_eq!(
        (outage.status, outage.challenge.as_str()),
        (503, ""),
        "nobody can say: no reason to throw a token away"
    );
}
