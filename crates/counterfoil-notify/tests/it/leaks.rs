//! Tests the mails about leaked secrets.

use counterfoil::operations::NewAccess;
use counterfoil::operations::NewSecurityCode;
use counterfoil::{Account, Presenter, Role, SubjectId};
use counterfoil_notify::{BuiltIn, Smtp};
use counterfoil_testkit::servers;
use mail_parser::MessageParser;

use crate::support::*;

fn smtp(server: &servers::Smtp) -> Smtp {
    let texts = BuiltIn::default().product("Example").console_url("https://example.com/console");
    Smtp::new(&server.url(), "Tokens <no-reply@tokens.example>").expect("a transport").with_templates(texts)
}

/// Returns subject, text and HTML of each mail that the worker sends now, sorted by recipient.
async fn mails(world: &World, server: &servers::Smtp, at: u16) -> Vec<[String; 3]> {
    world.worker(smtp(server)).run_once(day(at)).await.expect("a run");
    let mut taken = server.taken();
    taken.sort_by(|one, other| one.to.cmp(&other.to));
    let parts = |mail: &servers::TakenMail| {
        let mail = MessageParser::default().parse(mail.data.as_bytes()).expect("a mail").into_owned();
        let subject = mail.subject().expect("a subject").to_owned();
        [subject, mail.body_text(0).expect("a text").into_owned(), mail.body_html(0).expect("HTML").into_owned()]
    };
    taken.iter().map(parts).collect()
}

#[tokio::test]
async fn life_5_the_mail_says_what_was_found_that_it_ended_and_what_to_do_in_both_languages() {
    let (world, server) = (World::new(), servers::Smtp::start());
    let english = world.create(&person("bill"), "nightly build", 30, day(0)).await;
    let russian = world.create(&ivan(), "сборка", 30, day(0)).await;
    let texts = [english.token.expose_secret(), russian.token.expose_secret()];
    world.counterfoil.at(day(1)).report_leaked(&texts).await.expect("looked up");
    let sent = mails(&world, &server, 1).await;
    let subjects: Vec<_> = sent.iter().map(|[subject, ..]| subject.as_str()).collect();
    assert_eq!(
        subjects,
        [
            "Your personal access token “nightly build” was found in a public place",
            "Найден в открытом доступе персональный токен «сборка»",
        ]
    );
    let expected = [
        ["was found in a public place and reported", "“nightly build”", "it was ended and no longer works"],
        ["Текст найден в открытом доступе", "«сборка»", "отозван и больше не действует"],
    ];
    for (([_, text, html], expected), issued) in sent.iter().zip(expected).zip([&english, &russian]) {
        let text = text.replace("\r\n", "\n");
        for said in expected {
            assert!(
                text.contains(said) && html.contains(said.trim_matches(['“', '”', '«', '»'])),
                "{said}\n{text}\n{html}"
            );
        }
        assert!(text.contains(&issued.view.id.to_string()) && html.contains(&issued.view.id.to_string()));
        assert!(!text.contains("/renew") && !html.contains("/renew"), "nothing is left to renew");
        assert!(!text.contains("expire"), "{text}");
        let secret = &issued.token.expose_secret()[30..];
        assert!(!text.contains(secret) && !html.contains(secret), "never the secret");
    }
    assert!(mails(&world, &server, 2).await.is_empty(), "once");
}

#[tokio::test]
async fn life_5_a_code_that_still_works_and_other_news_stand_in_one_mail_with_the_leak_first() {
    let mut policy = policy();
    policy.notices.gather.gap = std::time::Duration::ZERO;
    let (world, server) = (World::with(policy), servers::Smtp::start());
    let boss = Account::new(SubjectId::new("boss").expect("an id"), "boss", Role::SuperAdministrator)
        .with_email(person("boss").email().expect("an address").clone());
    world.people.insert(boss.clone(), &["boss"], "boss");
    let leaked = world.create(&boss, "ci", 90, day(0)).await;
    world.create(&boss, "soon", 30, day(0)).await;
    let new = NewSecurityCode::new(NewAccess::SuperAdministrator).with_description(Some("printer"));
    let at = world.counterfoil.at(day(23));
    let code = at.create_security_code(&Presenter::signed_in(&boss), &new).await.expect("a code");
    at.report_leaked(&[leaked.token.expose_secret(), code.token.expose_secret()]).await.expect("looked up");
    let sent = mails(&world, &server, 23).await;
    let [[subject, text, _]] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!(subject, "2 of your tokens were found in a public place");
    let place = |said: &str| text.find(said).unwrap_or_else(|| panic!("{said} in {text}"));
    assert!(text.contains("“ci”") && text.contains("it was ended and no longer works"), "{text}");
    assert!(place("“printer”") < place("it still works: delete it now"), "{text}");
    assert!(
        place("delete it now") < place("these expire soon") && place("these expire soon") < place("“soon”"),
        "{text}"
    );
}

#[tokio::test]
async fn life_5_the_mail_about_an_old_text_says_to_delete_the_token_if_somebody_else_replaced_it() {
    let (world, server) = (World::new(), servers::Smtp::start());
    let at = world.counterfoil.at(day(1));
    for (owner, label) in [(person("bill"), "nightly build"), (ivan(), "сборка")] {
        let stolen = world.create(&owner, label, 30, day(0)).await;
        let thief = Presenter::from(&at.verify(stolen.token.expose_secret()).await.expect("it works"));
        let overlap = counterfoil::operations::Overlap::Immediate;
        at.rotate_personal_access_token(&thief, &stolen.view.id, overlap).await.expect("rotated");
        at.report_leaked(&[stolen.token.expose_secret()]).await.expect("looked up");
    }
    let sent = mails(&world, &server, 1).await;
    let expected = [
        [
            "An old text of your personal access token “nightly build” was found in a public place",
            "only an old text of it was found, which no longer works. If you did not replace it yourself, delete this token",
            "it was ended",
        ],
        [
            "Найден в открытом доступе старый текст: персональный токен «сборка»",
            "найден только старый текст, он больше не действует. Если вы не заменяли токен сами, удалите его",
            "отозван и",
        ],
    ];
    assert_eq!(sent.len(), 2);
    for ([subject, text, html], [title, said, other]) in sent.iter().zip(expected) {
        assert_eq!(subject, title);
        for body in [text, html] {
            assert!(body.contains(said) && !body.contains(other), "{body}");
        }
        assert!(!text.contains("make a new one") && !text.contains("создайте новый"), "{text}");
    }
    assert!(mails(&world, &server, 2).await.is_empty(), "once");
}
