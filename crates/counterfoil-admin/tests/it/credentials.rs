//! Tests of listing, revoking, counting and purging.

use counterfoil::client::{ClientId, NewClient};
use counterfoil::operations::SignIn;
use counterfoil::service_account::NewServiceAccount;
use counterfoil::store::Revoke;
use counterfoil::token::{Prefix, Prefixes};
use counterfoil::types::{Metadata, Networks, OwnerId, TokenKind};
use counterfoil::{Account, Lifetime, NewPersonalAccessToken, Presenter, Realm, Role};
use counterfoil_conformance::sample::most;
use counterfoil_conformance::sample::{Person, revoked};

use crate::tool::{RUNTIME, Service, damage, now, open, tool};

#[test]
fn host_61_tokens_are_listed_and_revoked_by_id_with_an_event() {
    let service = Service::on_sqlite();
    let (token, id) = service.token("ci");
    let (other, _) = service.token("laptop");
    let run = |arguments: &[&str]| tool(&[&["--store", service.url.as_str()], arguments].concat());
    let table = run(&["list", "tokens", "--subject", "7"]);
    assert!(table.out.contains("ci") && table.out.contains(&id) && !table.out.contains(&token), "{}", table.out);
    let listed = run(&["--json", "list", "tokens", "--subject", "7"]).json();
    let labels: Vec<_> = listed.as_array().expect("an array").iter().map(|token| token["label"].clone()).collect();
    assert_eq!(labels, ["laptop", "ci"]);

    let would = run(&["--json", "revoke", "credential", &id, "--dry-run"]);
    assert_eq!(would.json()["would_revoke"], 1);
    assert_eq!(run(&["revoke", "credential", &id]).code, 3);
    assert!(service.accepts(&token), "nothing was done yet");
    let done = run(&["--json", "revoke", "credential", &id, "--yes"]);
    assert_eq!((done.code, done.json()["revoked"].as_u64()), (0, Some(1)), "{}", done.err);
    assert!(done.err.contains("revoked") && done.err.contains(&id), "the event is told: {}", done.err);
    assert!(!service.accepts(&token) && service.accepts(&other));
    assert!(done.err.contains("counterfoil-admin: revoked 1 families"), "{}", done.err);
    let again = run(&["--json", "revoke", "credential", &id, "--yes"]);
    assert_eq!((again.code, again.json()["revoked"].as_u64()), (0, Some(0)), "it was revoked already");
    assert_eq!(run(&["revoke", "credential", &token, "--yes"]).code, 2, "a token is no id");
}

#[test]
fn life_5_the_tool_reports_leaked_texts_from_a_file_and_ends_their_credentials() {
    let service = Service::on_sqlite();
    let ((token, _), (other, _)) = (service.token("ci"), service.token("laptop"));
    let (found, keys) = (service.folder.path().join("found.txt"), service.keys());
    std::fs::write(&found, format!("\n  {token}  \nhunter2\r\n{token}\n")).expect("a file");
    let (found, keys) = (found.to_str().expect("a path"), keys.to_str().expect("a path"));
    let run = |arguments: &[&str]| tool(&[&["--json", "--store", service.url.as_str()], arguments].concat());
    assert_eq!(run(&["report-leaked", found, "--key-ring", keys]).code, 3);
    assert_eq!(run(&["report-leaked", found, "--dry-run"]).json()["would_report"], 3);
    assert_eq!(run(&["report-leaked", found, "--yes"]).code, 2, "the store has a key ring");
    let foreign = service.folder.path().join("foreign");
    let foreign = foreign.to_str().expect("a path");
    assert_eq!(run(&["keys", "make", foreign]).code, 0);
    assert_eq!(run(&["report-leaked", found, "--key-ring", foreign, "--yes"]).code, 5);
    assert_eq!(run(&["report-leaked", found, "--key-ring", "/nowhere", "--yes"]).code, 4);
    assert!(service.accepts(&token), "nothing was done yet");
    let done = run(&["report-leaked", found, "--key-ring", keys, "--yes"]);
    let counts = done.json();
    let count = |name: &str| counts[name].as_u64().expect("a number");
    assert_eq!((done.code, count("texts"), count("ended"), count("already_ended"), count("not_ours")), (0, 3, 1, 1, 1));
    assert!(!done.err.contains(&token[30..]) && !done.out.contains(&token[30..]), "{}", done.err);
    assert!(!service.accepts(&token) && service.accepts(&other));
    std::fs::write(found, "hunter2\nacme_pat_x\n").expect("a file");
    let unknown = run(&["report-leaked", found, "--key-ring", keys, "--yes"]);
    assert_eq!(unknown.code, 5, "{}", unknown.out);
    assert!(unknown.err.contains("none of the 2 texts") && unknown.err.contains("--prefixes"), "{}", unknown.err);
    assert!(unknown.out.is_empty() && !unknown.err.contains("hunter2"), "{}", unknown.err);
    let piped = crate::tool::tool_with(
        &format!("{other}\n"),
        &["--store", &service.url, "report-leaked", "-", "--key-ring", keys, "--yes"],
    );
    assert_eq!(piped.code, 0, "{}", piped.err);
    assert!(!service.accepts(&other));
}

#[test]
fn life_5_the_tool_ends_tokens_with_prefixes_of_the_service_only_if_it_knows_them() {
    let service = Service::on_sqlite();
    let acme = Prefix::new("acme").expect("a prefix");
    let prefixes = Prefixes::builder().current(TokenKind::PersonalAccessToken, acme).build().expect("prefixes");
    let token = service.serve_with(
        &service.url,
        |builder| builder.prefixes(prefixes),
        async |counterfoil, ann| {
            let new = NewPersonalAccessToken::new("ci", Lifetime::Days(30));
            let issued = counterfoil.create_personal_access_token(ann, &new).await;
            issued.expect("a token").token.expose_secret().to_owned()
        },
    );
    assert!(token.starts_with("acme_"));
    let keys = service.keys();
    let keys = keys.to_str().expect("a path");
    let report = |more: &[&str]| {
        let arguments = ["--json", "--store", &service.url, "report-leaked", "-", "--key-ring", keys, "--yes"];
        crate::tool::tool_with(&token, &[&arguments, more].concat())
    };
    assert_eq!(report(&[]).code, 5, "no all-clear for a token that still works");
    assert_eq!(report(&["--prefixes", "personal_access_token"]).code, 2);
    let done = report(&["--prefixes", "personal_access_token=acme,personal_access_token=cfp"]);
    assert_eq!((done.code, done.json()["ended"].as_u64()), (0, Some(1)), "{}", done.err);
}

#[test]
fn machine_1_the_tool_lists_service_accounts_with_their_makers() {
    let service = Service::on_sqlite();
    service.serve(async |counterfoil, _| {
        let new = NewServiceAccount::new("build", Role::Member);
        let _made = counterfoil.create_service_account(&Presenter::host(), &new).await.expect("an account");
    });
    let listed = tool(&["--json", "--store", service.url.as_str(), "list", "service-accounts"]);
    let row = &listed.json()[0];
    assert_eq!((row["label"].as_str(), row["role"].as_str()), (Some("build"), Some("member")), "{}", listed.err);
    assert!(
        row["made_by"].is_null() && row["disabled"] == false && row["id"].as_str().is_some_and(|id| id.len() == 22)
    );
}

#[test]
fn host_61_everything_of_a_person_and_of_a_client_is_revoked() {
    let service = Service::on_sqlite();
    let (token, _) = service.token("ci");
    let client: ClientId = "app".parse().expect("a client id");
    let sign_in = |client: ClientId| {
        service.serve(async |counterfoil, _| {
            let sign_in = SignIn::new(&client, service.ann.subject());
            counterfoil.open_sign_in(&sign_in).await.expect("a sign-in").access_token.expose_secret().to_owned()
        })
    };
    service.serve(async |counterfoil, _| {
        let new = NewClient::named("App").with_id(Some(client.clone()));
        let _registered = counterfoil.create_client(&Presenter::host(), new).await.expect("a client");
    });
    let first = sign_in(client.clone());
    let run = |arguments: &[&str]| tool(&[&["--json", "--store", service.url.as_str()], arguments].concat());
    assert_eq!(run(&["list", "clients"]).json()[0]["id"], "app");
    assert_eq!(run(&["revoke", "client", "app", "--dry-run"]).json()["would_revoke"], 1);
    assert!(service.accepts(&first));
    assert_eq!(run(&["revoke", "client", "app", "--yes"]).json()["revoked"], "all tokens of the client");
    assert!(!service.accepts(&first) && service.accepts(&token));
    assert_eq!(run(&["revoke", "client", "none", "--dry-run"]).code, 4);

    let second = sign_in(client);
    assert_eq!(run(&["revoke", "subject", "7", "--dry-run"]).json()["would_revoke"], 3);
    assert!(service.accepts(&second));
    assert_eq!(run(&["revoke", "subject", "7", "--yes"]).json()["revoked"], 3);
    assert!(!service.accepts(&second) && !service.accepts(&token));
    assert_eq!(run(&["revoke", "subject", "7", "--dry-run"]).json()["would_revoke"], 0);
    assert_eq!(run(&["revoke", "subject", "7", "--yes"]).code, 4, "nothing is left to revoke");
    assert_eq!(run(&["revoke", "client", "none", "--yes"]).code, 4);
}

#[test]
fn life_3_the_tool_lists_sign_ins_and_revokes_kinds_and_names_the_service_accounts_that_stay() {
    let service = Service::on_sqlite();
    let (token, _) = service.token("ci");
    let session = service.serve(async |counterfoil, _| {
        let new = NewServiceAccount::new("nightly import", Role::Member);
        let admin = Account::new(service.ann.subject().clone(), "ann", Role::Administrator);
        counterfoil.create_service_account(&Presenter::signed_in(&admin), &new).await.expect("made");
        counterfoil.open_session_for(&service.ann).await.expect("a session").token.expose_secret().to_owned()
    });
    let run = |arguments: &[&str]| tool(&[&["--json", "--store", service.url.as_str()], arguments].concat());
    let listed = run(&["list", "sign-ins", "--subject", "7"]).json();
    assert_eq!((listed[0]["kind"].as_str(), listed.as_array().map(Vec::len)), (Some("console_session"), Some(1)));
    let kind = ["revoke", "subject", "7", "--kind", "console_session"];
    assert_eq!(run(&[&kind[..], &["--dry-run"]].concat()).json()["would_revoke"], 1);
    let revoked = run(&[&kind[..], &["--yes"]].concat()).json();
    assert_eq!((&revoked["revoked"], revoked["service_accounts_left"].as_array().map(Vec::len)), (&1.into(), Some(1)));
    assert!(service.accepts(&token) && !session.is_empty());
    assert_eq!(run(&["revoke", "subject", "7", "--kind", "client_secret", "--yes"]).code, 2);
    let all = run(&["revoke", "subject", "7", "--disable-service-accounts", "--yes"]).json();
    assert_eq!((&all["revoked"], &all["disabled_service_accounts"]), (&1.into(), &1.into()));
    assert!(!service.accepts(&token));
}

#[test]
fn host_61_a_purge_removes_what_its_dry_run_counts() {
    let service = Service::on_sqlite();
    let (token, _) = service.token("ci");
    RUNTIME.block_on(async {
        let store = open(&service.url).await;
        let zoe = Person::new("default", "zoe");
        for _ in 0..3 {
            zoe.pat().found(&**store.tokens()).await.expect("a store");
        }
        // The instants of the sample data are years ago, so the records are past their retention.
        let ended = zoe.pat();
        ended.found(&**store.tokens()).await.expect("a store");
        let owner: OwnerId = zoe.owner.clone();
        let what = Revoke::Family { realm: &Realm::default(), owner: &owner, family: ended.family.id };
        let far = now().plus_capped(std::time::Duration::from_secs(86_400));
        let _ended = store.tokens().revoke(what, revoked(now()), far, most(1)).await.expect("a store");
        store.close().await;
    });
    let run = |arguments: &[&str]| tool(&[&["--json", "--store", service.url.as_str()], arguments].concat());
    assert_eq!(run(&["purge", "--dry-run"]).json()["would_remove"], 3);
    assert_eq!(run(&["census"]).json().as_array().expect("an array").len(), 1);
    let refused = run(&["purge", "--yes"]);
    assert!(refused.code == 5 && refused.err.contains("--trust-clock"), "{}", refused.err);
    let note = |at: counterfoil::Timestamp| {
        RUNTIME.block_on(async {
            let store = open(&service.url).await;
            let noted = store.settings().last_upkeep().await.expect("a store");
            assert!(store.settings().note_upkeep(noted, at).await.expect("a store"));
            store.close().await;
        });
    };
    note(now().minus(std::time::Duration::from_secs(25 * 3600)));
    let refused = run(&["purge", "--yes"]);
    assert!(refused.code == 5 && refused.err.contains("more than a day after"), "{}", refused.err);
    assert_eq!(run(&["purge", "--dry-run"]).json()["would_remove"], 3, "nothing was removed");
    let done = run(&["purge", "--yes", "--trust-clock"]);
    assert_eq!(done.json()["removed_or_shrunk"], 3);
    assert!(done.err.contains("removed or shrunk 3 records"), "{}", done.err);
    note(now());
    assert_eq!(run(&["purge", "--yes"]).code, 0, "the clock agrees with the last upkeep");
    assert_eq!(run(&["purge", "--dry-run"]).json()["would_remove"], 0);
    assert_eq!(run(&["census"]).json()[0]["records"], 2, "the tombstone and ann's token");
    assert!(service.accepts(&token));
}

#[test]
fn host_61_a_damaged_row_elsewhere_does_not_stop_a_revocation() {
    let service = Service::on_sqlite();
    let (token, _) = service.token("damaged");
    let client: ClientId = "app".parse().expect("a client id");
    let signed_in = service.serve(async |counterfoil, _| {
        let new = NewClient::named("App").with_id(Some(client.clone()));
        let _registered = counterfoil.create_client(&Presenter::host(), new).await.expect("a client");
        let granted = counterfoil.open_sign_in(&SignIn::new(&client, service.ann.subject())).await.expect("a sign-in");
        granted.access_token.expose_secret().to_owned()
    });
    damage(&service, "UPDATE counterfoil_record SET digest = x'00' WHERE kind = 1");
    assert!(!service.accepts(&token), "its row is damaged");
    let run = |arguments: &[&str]| tool(&[&["--json", "--store", service.url.as_str()], arguments].concat());
    let would = run(&["revoke", "client", "app", "--dry-run"]).json();
    assert_eq!((would["would_revoke"].as_u64(), would["corrupt"].as_u64()), (Some(1), Some(1)));
    assert!(service.accepts(&signed_in));
    let done = run(&["revoke", "client", "app", "--yes"]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(!service.accepts(&signed_in));
    assert_eq!(run(&["purge", "--dry-run"]).json()["corrupt"], 1);
}

#[test]
fn sight_2_all_credentials_are_listed_by_filters_as_a_table_json_and_csv() {
    let service = Service::on_sqlite();
    let (_, id) = service.token("=Nightly");
    service.token("say \"a, b\"");
    let client: ClientId = "app".parse().expect("a client id");
    service.serve(async |counterfoil, _| {
        let new = NewClient::named("App").with_id(Some(client.clone()));
        let _registered = counterfoil.create_client(&Presenter::host(), new).await.expect("a client");
        let sign_in = SignIn::new(&client, service.ann.subject());
        let _granted = counterfoil.open_sign_in(&sign_in).await.expect("a sign-in");
    });
    let run = |arguments: &[&str]| tool(&[&["--store", service.url.as_str()], arguments].concat());
    let list = |arguments: &[&str]| run(&[&["--json", "list", "credentials"], arguments].concat());
    let count = |arguments: &[&str]| list(arguments).json().as_array().expect("an array").len();
    assert_eq!(count(&[]), 3);
    assert_eq!(count(&["--kind", "personal_access_token"]), 2);
    assert_eq!((count(&["--client", "app"]), count(&["--owner", "7"]), count(&["--owner", "8"])), (1, 3, 0));
    assert_eq!((count(&["--label", "=NIGHT"]), count(&["--label", "x"])), (1, 0));
    assert_eq!(count(&["--unused-since", "2020-01-01T00:00:00Z"]), 0);
    assert_eq!(count(&["--unused-since", "2200-01-01T00:00:00+03:00", "--kind", "personal_access_token"]), 2);
    assert_eq!((count(&["--expiring-before", "2200-01-01T00:00:00Z"]), count(&["--kind", "security_code"])), (3, 0));

    let table = run(&["list", "credentials", "--kind", "personal_access_token"]);
    assert!(table.out.contains(&id) && table.out.contains("=Nightly"), "{}", table.out);
    let csv = run(&["list", "credentials", "--csv", "--kind", "personal_access_token"]).out;
    let header = concat!(
        "id,kind,owner,client,label,description,created_by,expired,created_at,expires_at,last_used_at,scope,",
        "allowed_sources"
    );
    assert!(csv.starts_with(&format!("{header}\r\n")) && csv.matches("\r\n").count() == 3, "{csv}");
    assert!(csv.contains(&format!("{id},personal_access_token,7,,'=Nightly,,,false,")), "{csv}");
    assert!(csv.contains(",\"say \"\"a, b\"\"\","), "{csv}");

    for wrong in [
        &["--kind", "client_secret"][..],
        &["--owner", ""],
        &["--client", "a b"],
        &["--label", ""],
        &["--unused-since", "yesterday"],
        &["--expiring-before", "2026-01-01"],
        &["--csv"],
    ] {
        let refused = list(wrong);
        assert_eq!((refused.code, refused.out.as_str()), (2, ""), "{wrong:?}: {}", refused.err);
    }
}

#[test]
fn sight_3_one_credential_is_shown_by_its_id() {
    let service = Service::on_sqlite();
    let (token, id) = service.token("ci");
    let run = |arguments: &[&str]| tool(&[&["--json", "--store", service.url.as_str()], arguments].concat());
    let shown = run(&["show", &id]).json();
    assert_eq!((&shown["label"], &shown["owner"], &shown["expired"]), (&"ci".into(), &"7".into(), &false.into()));
    assert_eq!(run(&["list", "credentials"]).json()[0], shown, "the same as in the list");
    assert_eq!(run(&["show", &token]).code, 2, "a token is no id");
    assert_eq!(run(&["show", "21XalmlOggCLYKFMAX1Oby"]).code, 4);
    assert_eq!(run(&["revoke", "credential", &id, "--yes"]).code, 0);
    assert_eq!(run(&["show", &id]).code, 4);
}

#[test]
fn sight_6_lists_show_where_a_credential_can_be_used_from() {
    let service = Service::on_sqlite();
    let id = service.serve(async |counterfoil, ann| {
        let new = NewPersonalAccessToken::new("office", Lifetime::Days(1))
            .with_allowed_sources(Networks::new(["2001:db8::/32", "192.0.2.0/24"]).expect("blocks"))
            .with_metadata(r#"{"ticket":4711}"#.parse::<Metadata>().expect("metadata"));
        counterfoil.create_personal_access_token(ann, &new).await.expect("a token").view.id
    });
    let run = |arguments: &[&str]| tool(&[&["--json", "--store", service.url.as_str()], arguments].concat());
    let shown = run(&["show", &id.to_string()]).json();
    assert_eq!(shown["allowed_sources"], "192.0.2.0/24 2001:db8::/32");
    assert_eq!(shown["metadata"]["ticket"], 4711);
    assert_eq!(run(&["list", "tokens", "--subject", "7"]).json()[0]["allowed_sources"], shown["allowed_sources"]);
    let csv = tool(&["--store", service.url.as_str(), "list", "credentials", "--csv"]).out;
    assert!(csv.contains(",192.0.2.0/24 2001:db8::/32\r\n") && !csv.contains("ticket"), "{csv}");
}
