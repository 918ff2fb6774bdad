//! Tests of `directory_postgres` on its own PostgreSQL server.

use counterfoil_testkit::servers::Postgres;

use crate::process::{Process, run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_directory_postgres");

#[tokio::test]
async fn host_71_directory_postgres_folds_the_case_of_a_name_as_throttling_does() {
    let (server, folder) = (Postgres::start(), tempfile::tempdir().expect("a folder"));
    let database = format!("postgres://postgres@127.0.0.1:{}/postgres", server.port());
    let variables = [("DATABASE_URL", database.as_str()), ("PASSWORD", "a password")];
    // SQL's `lower` converts the first letter differently from Rust, or does not change it.
    run(PROGRAM, folder.path(), &variables, &["add", "İNÉS", "admin"]);
    let service = Process::start(PROGRAM, folder.path(), &variables);
    for name in ["İNÉS", "i\u{307}nés", "İnés"] {
        let answer = service.post("/sign-in", "", &format!(r#"["{name}","a password"]"#)).await;
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
        let found = service.get("/users?q=%C4%B0N%C3%89", &answer.body).await;
        assert!(found.body.contains("i\u{307}nés"), "{found:?}");
    }
}

#[tokio::test]
async fn host_71_directory_postgres_signs_in_the_people_of_a_table_and_finds_them_for_administrators() {
    let (server, folder) = (Postgres::start(), tempfile::tempdir().expect("a folder"));
    let database = format!("postgres://postgres@127.0.0.1:{}/postgres", server.port());
    let variables = [("DATABASE_URL", database.as_str()), ("PASSWORD", "a password")];
    for (name, role) in [("Ann", "member"), ("hanna", "member"), ("root", "admin")] {
        run(PROGRAM, folder.path(), &variables, &["add", name, role]);
    }
    let service = Process::start(PROGRAM, folder.path(), &variables);
    assert_eq!(service.post("/sign-in", "", r#"["ann","wrong"]"#).await.status, 401);
    assert_eq!(service.post("/sign-in", "", r#"["nobody","a password"]"#).await.status, 401);
    let ann = service.post("/sign-in", "", r#"["ANN","a password"]"#).await.body;
    let root = service.post("/sign-in", "", r#"["root","a password"]"#).await.body;
    assert_eq!(service.get("/hello", &ann).await.body, "hello, ann (member)\n");
    assert_eq!(service.get("/users?q=ann", &ann).await.status, 403, "for administrators");
    let found = service.get("/users?q=ANN", &root).await;
    assert!(found.body.contains(r#""ann""#) && found.body.contains(r#""hanna""#), "{found:?}");
    assert!(!found.body.contains(r#""root""#), "{found:?}");

    // A change of the table applies to the next request, and still applies after a restart.
    let options = database.parse().expect("a URL");
    let pool = counterfoil_sql::sqlx::PgPool::connect_with(options).await.expect("connected");
    let disable = "update people set disabled = true where name = 'ann'";
    counterfoil_sql::sqlx::query(disable).execute(&pool).await.expect("changed");
    pool.close().await;
    assert_eq!(service.get("/hello", &ann).await.status, 401);
    service.stop();
    let service = Process::start(PROGRAM, folder.path(), &variables);
    assert_eq!(service.get("/hello", &root).await.body, "hello, root (administrator)\n");
    assert_eq!(service.get("/hello", &ann).await.status, 401);
    drop(server);
    assert_eq!(service.get("/hello", &root).await.status, 503, "no database: nobody can say");
}
