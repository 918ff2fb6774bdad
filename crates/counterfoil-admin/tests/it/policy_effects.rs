//! Tests `policy effects`, the report about a new policy.

use counterfoil::NewPersonalAccessToken;
use serde_json::Value;

use crate::tool::{Service, text, tool};

/// Makes a service with the account `ann`, which has tokens that live 30, 120 and 366 days.
fn service() -> Service {
    let service = Service::on_sqlite();
    service.serve(async |counterfoil, by| {
        for (label, days) in [("short", 30), ("=long", 120), ("longest", 366)] {
            let new = NewPersonalAccessToken::for_days(label, days);
            counterfoil.create_personal_access_token(by, &new).await.expect("a token");
        }
    });
    service
}

#[test]
fn life_4_the_tool_reports_what_a_new_policy_does_and_changes_nothing() {
    let service = service();
    let open = service.folder.path().join("open.json");
    std::fs::write(&open, tool(&["--json", "policy", "report", "--preset", "open"]).out).expect("a file");
    let run = |arguments: &[&str]| {
        tool(&[&["--store", &service.url, "--policy", text(&open), "policy", "effects"], arguments].concat())
    };
    let owners = run(&["--max-days", "90", "--existing", "clamp", "--json"]);
    let row = &owners.json()[0];
    assert_eq!(
        (row["owner"].as_str(), row["kind"].as_str()),
        (Some("7"), Some("personal_access_token")),
        "{}",
        owners.err
    );
    assert_eq!((row["shortened"].as_u64(), row["refused"].as_u64()), (Some(2), Some(0)));
    assert!(row["first_end"].is_string() && row["last_used_at"].is_null());
    assert!(owners.err.contains("read 3 records: 0 refused, 0 ended, 2 shortened, 0 lengthened"), "{}", owners.err);

    let each = run(&["--max-days", "120", "--existing", "refuse-at-use", "--credentials", "--json"]).json();
    assert_eq!((each[0]["label"].as_str(), each[0]["new"].as_str()), (Some("longest"), Some("refused")));
    assert_eq!(each.as_array().map(Vec::len), Some(1), "a life of 120 days is within");

    let csv = run(&["--max-days", "90", "--existing", "clamp", "--credentials", "--csv"]);
    assert!(csv.out.starts_with("id,kind,owner,client,label,") && csv.out.contains("'=long"), "{}", csv.out);
    assert_eq!(csv.out.lines().count(), 3);

    assert_eq!(
        run(&["--max-days", "90", "--json"]).json(),
        Value::Array(Vec::new()),
        "the default rule changes nothing"
    );
    assert_eq!(run(&["--preset", "synergy", "--existing", "clamp", "--json"]).json()[0]["shortened"], 1);
    let strict = service.folder.path().join("strict.json");
    std::fs::write(&strict, r#"{"personal_access_tokens":{"max_days":60,"existing":"refuse_at_use"}}"#)
        .expect("a file");
    assert_eq!(run(&["--new", text(&strict), "--json"]).json()[0]["refused"], 2);
    assert_eq!(run(&["--max-days", "0"]).code, 5);
    assert_eq!(run(&["--csv", "--json"]).code, 2);
    assert_eq!(run(&["--new", text(&strict), "--preset", "open"]).code, 2);
    let listed = tool(&["--json", "--store", &service.url, "list", "tokens", "--subject", "7"]).json();
    assert!(listed.as_array().is_some_and(|listed| listed.iter().all(|token| token["expires_at"].is_string())));
}
