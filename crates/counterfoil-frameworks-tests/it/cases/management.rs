//! Cases for each route of the JSON API.

use crate::case::{Case, Expected, Send, case, get, send};

fn made() -> Expected {
    Expected::json(201)
}

fn shown() -> Expected {
    Expected::json(200)
}

fn gone() -> Expected {
    Expected::empty(204)
}

fn post(path: &str) -> Send {
    send("POST", path)
}

fn patch(path: &str) -> Send {
    send("PATCH", path)
}

fn delete(path: &str) -> Send {
    send("DELETE", path)
}

pub fn cases() -> Vec<Case> {
    [tokens(), sign_ins(), users(), credentials(), codes(), clients(), service_accounts(), settings()].concat()
}

fn tokens() -> Vec<Case> {
    let list = "/api/v1/me/tokens";
    let one = "/api/v1/me/tokens/{token-id}";
    vec![
        case("tokens: list", get(list).bearer("access"), shown()),
        case("tokens: a page", get("/api/v1/me/tokens?limit=1").bearer("access").header("x-of", "{token}"), shown()),
        case("tokens: create", post(list).bearer("access").json(r#"{"label":"ci","expires_in_days":1}"#), made()),
        case("tokens: see", get(one).bearer("access"), shown()),
        case("tokens: delete", delete(one).bearer("access"), gone()),
        case("tokens: delete again", delete(one).bearer("access"), gone()).after(delete(one).bearer("access")),
        case("tokens: set networks", patch(one).bearer("access").json(r#"{"allowed_sources":["127.0.0.1"]}"#), shown()),
        case(
            "tokens: change with a block that is none",
            patch(one).bearer("access").json(r#"{"allowed_sources":["x"]}"#),
            Expected::problem(422, "invalid-field"),
        ),
        case("tokens: see one that is allowed here", get("/api/v1/me/tokens/{here-id}").bearer("here"), shown()),
        case(
            "tokens: see with one that is allowed elsewhere",
            get(list).bearer("elsewhere"),
            Expected::problem(401, "invalid-token").challenge(r#"Bearer realm="default", error="invalid_token""#),
        ),
        case("tokens: rotate", post(&format!("{one}/rotate")).bearer("access"), made()),
        case(
            "tokens: rotate with an overlap",
            post(&format!("{one}/rotate")).bearer("access").json(r#"{"overlap_seconds":60}"#),
            made(),
        ),
        case(
            "tokens: renew",
            post(&format!("{one}/rotate")).bearer("access").json(r#"{"expires_in_days":90}"#),
            made(),
        ),
        case("tokens: change", patch(one).bearer("access").json(r#"{"label":"new","description":"x"}"#), shown()),
        case(
            "tokens: extend, against the policy",
            post(&format!("{one}/extend")).bearer("access").json(r#"{"expires_in_days":90}"#),
            Expected::problem(409, "not-allowed"),
        ),
        case("tokens: extend without days", post(&format!("{one}/extend")).bearer("access").json("{}"), invalid()),
        case("tokens: one that is not there", get(&format!("{list}/x")).bearer("access"), not_found()),
    ]
}

fn sign_ins() -> Vec<Case> {
    let list = "/api/v1/me/sign-ins";
    vec![
        case("sign-ins: list", get(list).bearer("access"), shown()),
        case(
            "sign-ins: with a personal access token",
            get(list).bearer("token"),
            Expected::problem(403, "credential-kind"),
        ),
        case(
            "sign-ins: a foreign cursor",
            get(&format!("{list}?cursor=AAAA")).bearer("access"),
            Expected::problem(422, "invalid-field"),
        ),
        case("sign-ins: end the others", post(&format!("{list}/end-others")).bearer("access"), shown()),
        case("sign-ins: end one that is not there", delete(&format!("{list}/x")).bearer("access"), not_found()),
        case("sign-ins: of a user", get("/api/v1/users/ivan/sign-ins").bearer("ada"), shown()),
        case("sign-ins: of nobody", get("/api/v1/users/nobody/sign-ins").bearer("ada"), not_found()),
        case("sign-ins: end one of a user", delete("/api/v1/users/ivan/sign-ins/x").bearer("ada"), not_found()),
        case("revocation: everything", post("/api/v1/users/ivan/revoke").bearer("ada"), shown()),
        case(
            "revocation: a kind that is not known",
            post("/api/v1/users/ivan/revoke").bearer("ada").json(r#"{"kinds":["all"]}"#),
            Expected::problem(422, "invalid-field"),
        ),
        case("revocation: of nobody", post("/api/v1/users/nobody/revoke").bearer("ada"), not_found()),
        case(
            "revocation: without the right",
            post("/api/v1/users/ivan/revoke").bearer("access"),
            Expected::problem(403, "role"),
        ),
    ]
}

fn not_found() -> Expected {
    Expected::problem(404, "not-found")
}

fn users() -> Vec<Case> {
    let own = "/api/v1/users/ivan/tokens";
    vec![
        case("users: find", get("/api/v1/users?q=iv").bearer("ada"), shown()),
        case(
            "users: find without a search",
            get("/api/v1/users?q=iv").bearer("ada"),
            Expected::problem(501, "not-offered"),
        )
        .with_accounts_only(),
        case(
            "users: find without the right",
            get("/api/v1/users").bearer("access"),
            Expected::problem(403, "profile-management"),
        ),
        case(
            "users: a gate that the policy does not ask",
            patch("/api/v1/users/ivan").bearer("ada").json(r#"{"token_login_allowed":true}"#),
            Expected::problem(409, "not-applicable"),
        ),
        case("users: tokens", get(own).bearer("ada").header("x-of", "{token}"), shown()),
        case("users: a token", get(&format!("{own}/{{token-id}}")).bearer("ada"), shown()),
        case("users: delete a token", delete(&format!("{own}/{{token-id}}")).bearer("ada"), gone()),
        case("users: nobody", get("/api/v1/users/nobody/tokens").bearer("ada"), not_found()),
        case("users: a subject with an escape", get("/api/v1/users/%69van/tokens").bearer("ada"), shown()),
        case("users: a subject that is no text", get("/api/v1/users/%FF/tokens").bearer("ada"), not_found()),
    ]
}

fn credentials() -> Vec<Case> {
    let list = "/api/v1/credentials";
    let csv = || get(&format!("{list}?kind=personal_access_token")).bearer("ada").header("accept", "text/csv");
    let media_type = Some("text/csv; charset=utf-8; header=present");
    vec![
        case("credentials: list", get(list).bearer("ada").header("x-of", "{token}"), shown()),
        case(
            "credentials: a filter",
            get(&format!("{list}?kind=access_token&state=expiring&limit=1")).bearer("ada"),
            shown(),
        ),
        case(
            "credentials: CSV",
            csv(),
            Expected { media_type, ..shown() }.says(
                "id,kind,owner,client,label,description,status,created_at,expires_at,last_used_at,scope,access,\
                 user_subject,created_by,allowed_sources\r\n",
            ),
        ),
        case("credentials: CSV of a token", csv().header("x-of", "{token}"), Expected { media_type, ..shown() }),
        case("credentials: see", get(&format!("{list}/{{token-id}}")).bearer("ada"), shown()),
        case("credentials: one that is not there", get(&format!("{list}/x")).bearer("ada"), not_found()),
        case("credentials: without the right", get(list).bearer("access"), Expected::problem(403, "role")),
        case(
            "credentials: a value that is not known",
            get(&format!("{list}?state=lost")).bearer("ada"),
            Expected::problem(422, "invalid-field"),
        ),
        case(
            "credentials: a foreign cursor",
            get(&format!("{list}?cursor=AAAA")).bearer("ada"),
            Expected::problem(422, "invalid-field"),
        ),
        case(
            "credentials: an outage",
            get(list).bearer("ada"),
            Expected::problem(503, "unavailable").header("retry-after", "2"),
        )
        .outage("list"),
    ]
}

fn codes() -> Vec<Case> {
    let list = "/api/v1/security-codes";
    let one = "/api/v1/security-codes/{code-id}";
    vec![
        case("codes: list", get(list).bearer("sue").header("x-of", "{code}"), shown()),
        case("codes: expired ones too", get(&format!("{list}?include_expired=true")).bearer("sue"), shown()),
        case("codes: create", post(list).bearer("sue").json(r#"{"access":"super_administrator"}"#), made()),
        case(
            "codes: create for somebody",
            post(list).bearer("sue").json(r#"{"access":"same_as_user","user":"ivan","description":"a test"}"#),
            made(),
        ),
        case("codes: see", get(one).bearer("sue"), shown()),
        case("codes: edit", patch(one).bearer("sue").json(r#"{"description":"new"}"#), shown()),
        case("codes: make permanent", post(&format!("{one}/make-permanent")).bearer("sue"), shown()),
        case("codes: reset", post(&format!("{one}/reset")).bearer("sue"), shown()),
        case("codes: reactivate a live one", post(&format!("{one}/reactivate")).bearer("sue"), state()),
        case("codes: delete", delete(one).bearer("sue"), gone()),
        case("codes: without the right", get(list).bearer("ada"), Expected::problem(403, "role")),
    ]
}

fn state() -> Expected {
    Expected::problem(409, "not-expired")
}

fn clients() -> Vec<Case> {
    let list = "/api/v1/clients";
    let one = "/api/v1/clients/machine";
    vec![
        case("clients: list", get(list).bearer("ada"), shown()),
        case("clients: create", post(list).bearer("ada").json(r#"{"display_name":"App","id":"app"}"#), made()),
        case(
            "clients: a public one",
            post(list).bearer("ada").json(r#"{"display_name":"App","public":true,"grants":["refresh_token"]}"#),
            made(),
        ),
        case(
            "clients: an id that is taken",
            post(list).bearer("ada").json(r#"{"display_name":"App","id":"machine"}"#),
            Expected::problem(409, "client-id-taken"),
        ),
        case("clients: see", get(one).bearer("ada"), shown()),
        case("clients: change", patch(one).bearer("ada").json(r#"{"disabled":true}"#), shown()),
        case("clients: a new secret", post(&format!("{one}/secrets")).bearer("ada"), made()),
        case("clients: delete", delete(one).bearer("ada"), gone()),
        case("clients: one that is not there", get(&format!("{list}/x")).bearer("ada"), not_found()),
    ]
}

fn service_accounts() -> Vec<Case> {
    let list = "/api/v1/service-accounts";
    let one = "/api/v1/service-accounts/{machine-id}";
    let token = "/api/v1/service-accounts/{machine-id}/tokens/{machine-token-id}";
    let outranked = || Expected::problem(403, "outranked");
    let new = r#"{"label":"build","role":"member","scope":"a","description":"x","notify":"ops@example.com"}"#;
    let super_administrator = r#"{"label":"build","role":"super_administrator"}"#;
    vec![
        case("service accounts: list", get(list).bearer("ada").header("x-of", "{machine-token}"), shown()),
        case("service accounts: a page", get(&format!("{list}?limit=1")).bearer("ada"), shown()),
        case("service accounts: create", post(list).bearer("ada").json(new), made()),
        case("service accounts: above the own role", post(list).bearer("ada").json(super_administrator), outranked()),
        case("service accounts: no role", post(list).bearer("ada").json(r#"{"label":"build"}"#), invalid()),
        case(
            "service accounts: a role that it cannot have",
            post(list).bearer("ada").json(r#"{"label":"build","role":"collaborator"}"#),
            invalid(),
        ),
        case(
            "service accounts: a label that is taken",
            post(list).bearer("ada").json(r#"{"label":"MACHINE","role":"member"}"#).header("x-of", "{machine-id}"),
            Expected::problem(409, "label-taken"),
        ),
        case("service accounts: see", get(one).bearer("ada"), shown()),
        case("service accounts: change", patch(one).bearer("ada").json(r#"{"scope":null,"notify":null}"#), shown()),
        case("service accounts: disable", patch(one).bearer("ada").json(r#"{"disabled":true}"#), shown()),
        case("service accounts: take over", patch(one).bearer("ada").json(r#"{"adopt":true}"#), shown()),
        case("service accounts: no address", patch(one).bearer("ada").json(r#"{"notify":"x"}"#), invalid()),
        case("service accounts: delete", delete(one).bearer("ada"), gone()),
        case("service accounts: delete again", delete(one).bearer("ada"), gone()).after(delete(one).bearer("ada")),
        case("service accounts: one that is not there", get(&format!("{list}/x")).bearer("ada"), not_found()),
        case("service accounts: no body for nothing", patch(&format!("{list}/x")).bearer("ada").json("{"), not_found()),
        case("service accounts: without the right", get(list).bearer("access"), Expected::problem(403, "role")),
        case("service tokens: list", get(&format!("{one}/tokens")).bearer("ada"), shown()),
        case(
            "service tokens: create",
            post(&format!("{one}/tokens")).bearer("ada").json(r#"{"label":"ci","expires_in_days":1}"#),
            made(),
        ),
        case("service tokens: see", get(token).bearer("ada"), shown()),
        case(
            "service tokens: set networks",
            patch(token).bearer("ada").json(r#"{"allowed_sources":["127.0.0.1"]}"#),
            shown(),
        ),
        case("service tokens: rotate", post(&format!("{token}/rotate")).bearer("ada"), made()),
        case(
            "service tokens: renew",
            post(&format!("{token}/rotate")).bearer("ada").json(r#"{"expires_in_days":90}"#),
            made(),
        ),
        case(
            "service tokens: change",
            patch(token).bearer("ada").json(r#"{"label":"new","description":"x"}"#),
            shown(),
        ),
        case(
            "service tokens: extend, against the policy",
            post(&format!("{token}/extend")).bearer("ada").json(r#"{"expires_in_days":90}"#),
            Expected::problem(409, "not-allowed"),
        ),
        case("service tokens: delete", delete(token).bearer("ada"), gone()),
        case("service tokens: one that is not there", get(&format!("{one}/tokens/x")).bearer("ada"), not_found()),
        case(
            "service tokens: it renews nothing",
            post("/api/v1/me/tokens/{machine-token-id}/rotate").bearer("machine-token"),
            Expected::problem(403, "credential-kind"),
        ),
        case(
            "tokens: for somebody, against the policy",
            post("/api/v1/users/ivan/tokens").bearer("ada").json(r#"{"label":"for him","expires_in_days":1}"#),
            Expected::problem(409, "not-allowed"),
        ),
    ]
}

fn invalid() -> Expected {
    Expected::problem(422, "invalid-field")
}

fn settings() -> Vec<Case> {
    let path = "/api/v1/settings";
    vec![
        case("settings: read", get(path).bearer("ada"), shown()),
        case("settings: HEAD", send("HEAD", path).bearer("ada"), shown().says("")),
        case("settings: change", patch(path).bearer("ada").json(r#"{"pat_max_days":90}"#), shown()),
        case(
            "settings: out of range",
            patch(path).bearer("ada").json(r#"{"pat_max_days":0}"#),
            Expected::problem(422, "invalid-field"),
        ),
        case("settings: without the right", get(path).bearer("access"), Expected::problem(403, "role")),
    ]
}
