//! Tests of arguments, help and exit codes.

#[cfg(unix)]
use crate::tool::set_mode;
use crate::tool::{Service, text, tool, tool_with};

#[test]
fn host_61_help_names_every_command_and_the_exit_codes() {
    let help = tool(&["--help"]);
    assert_eq!(help.code, 0);
    for word in ["list", "show", "revoke", "census", "migrate", "purge", "copy", "policy", "keys", "Exit codes: 0 done"]
    {
        assert!(help.out.contains(word), "{word}: {}", help.out);
    }
    for command in ["list", "show", "revoke", "census", "migrate", "purge", "copy", "policy", "keys"] {
        let help = tool(&[command, "--help"]);
        assert!(help.code == 0 && help.out.contains("--json"), "{command}");
    }
}

#[test]
fn host_61_a_password_in_an_argument_is_refused_and_never_repeated() {
    for name in ["--store", "--to"] {
        let mut arguments = vec!["copy", "--dry-run", name, "postgres://service:hunter2@127.0.0.1:1/service"];
        if name == "--to" {
            arguments.extend(["--store", "sqlite:///nowhere/a.db"]);
        } else {
            arguments.extend(["--to", "sqlite:///nowhere/b.db"]);
        }
        let run = tool(&arguments);
        assert_eq!(run.code, 2, "{}", run.err);
        assert!(run.err.contains("-file") && !run.err.contains("hunter2"), "{}", run.err);
    }
}

#[test]
fn host_61_a_url_comes_from_a_file_or_standard_input() {
    let service = Service::on_sqlite();
    service.token("ci");
    let file = service.folder.path().join("url");
    std::fs::write(&file, format!("{}\n", service.url)).expect("a file");
    #[cfg(unix)]
    {
        set_mode(&file, 0o644);
        let refused = tool(&["--store-file", text(&file), "census"]);
        assert!(refused.code == 5 && refused.err.contains("open to others (mode 644)"), "{}", refused.err);
        set_mode(&file, 0o600);
    }
    for (input, name) in [("", file.to_str().expect("UTF-8")), (service.url.as_str(), "-")] {
        let run = tool_with(input, &["--store-file", name, "--json", "census"]);
        assert_eq!((run.code, run.json()[0]["records"].as_u64()), (0, Some(1)), "{}", run.err);
    }
}

#[test]
fn host_61_exit_codes_tell_failures_apart_and_no_message_shows_a_url() {
    let service = Service::on_sqlite();
    service.token("ci");
    let code = |arguments: &[&str]| {
        let run = tool(&[&["--store", service.url.as_str()], arguments].concat());
        assert!(!run.err.contains("sqlite://"), "{}", run.err);
        run.code
    };
    assert_eq!(code(&["census"]), 0);
    assert_eq!(code(&["list", "tokens"]), 2, "an argument is missing");
    assert_eq!(code(&["purge"]), 3, "not confirmed");
    assert_eq!(code(&["revoke", "credential", "0000000000000000000001", "--yes"]), 4, "not found");
    assert_eq!(code(&["keys", "make", service.keys().to_str().expect("UTF-8")]), 5, "refused");
    assert_eq!(tool(&["--store", "sqlite:///nowhere/at/all.db", "census"]).code, 1, "the store fails");
    assert_eq!(tool(&["--store", "memory:", "census"]).code, 2);
    assert_eq!(tool(&["--store", "mysql://x", "census"]).code, 2);
    assert_eq!(tool(&["census"]).code, 2);
}

#[test]
fn host_61_a_wrong_name_creates_no_file() {
    let folder = tempfile::TempDir::new().expect("a folder");
    for scheme in ["sqlite", "redb"] {
        let path = folder.path().join(scheme);
        assert_eq!(tool(&["--store", &format!("{scheme}://{}", path.display()), "census"]).code, 1);
        assert!(!path.exists());
        assert_eq!(tool(&["--store", &format!("{scheme}://{}", path.display()), "migrate"]).code, 0);
        assert!(path.exists());
    }
}

#[test]
fn host_61_a_policy_is_reported_in_full_and_read_back() {
    let table = tool(&["policy", "report", "--preset", "aal2"]);
    assert!(table.code == 0 && table.out.contains("refresh_tokens.inactivity"), "{}", table.out);
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("policy.json");
    let name = file.to_str().expect("UTF-8");
    std::fs::write(&file, tool(&["--json", "policy", "report", "--preset", "aal2"]).out).expect("a file");
    assert_eq!(tool(&["--policy", name, "policy", "report"]).out, table.out);
    std::fs::write(&file, r#"{"no_such_section":{}}"#).expect("a file");
    assert_eq!(tool(&["--policy", name, "policy", "report"]).code, 5);
}

#[test]
fn host_61_a_url_that_is_too_long_is_refused_and_not_cut() {
    let service = Service::on_sqlite();
    service.token("ci");
    let padded = format!("{}{}", service.url, "\n".repeat(1024 * 1024));
    let refused = tool_with(&padded, &["--store-file", "-", "census"]);
    assert!(refused.code == 5 && refused.err.contains("longer than"), "{}", refused.err);
}

#[test]
fn host_61_no_error_text_moves_a_cursor_or_shows_a_parameter_of_a_url() {
    let run = tool(&["--policy", "/nowhere/\u{1b}[2J\u{202e}x", "policy", "report"]);
    assert!(run.code == 1 && run.err.contains("/nowhere/"), "{}", run.err);
    assert!(!run.err.contains('\u{1b}') && !run.err.contains('\u{202e}'), "{:?}", run.err);
    let run = tool_with("postgres://postgres@127.0.0.1:1/x?sslsecret=hunter2", &["--store-file", "-", "census"]);
    assert!(run.code == 1 && !run.err.contains("hunter2"), "{}", run.err);
    let run = tool(&["--store", "postgres://postgres@127.0.0.1:1/x?sslPassword=hunter2", "census"]);
    assert!(run.code == 2 && !run.err.contains("hunter2"), "{}", run.err);
}
