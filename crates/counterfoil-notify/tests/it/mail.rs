//! Tests mails as a real server receives them. Each mail is parsed again (requirements NOTICE 1 and 3).

use std::sync::Arc;
use std::time::Duration;

use crate::support::*;
use counterfoil::memory::MemoryStore;
use counterfoil::testing::{Failure, Faults, FaultyStore};
use counterfoil::{Account, EmailAddress, Role, SubjectId};
use counterfoil_notify::{BuiltIn, Smtp};
use counterfoil_testkit::servers::{self, TakenMail};
use mail_parser::{Message, MessageParser, MimeHeaders as _};

const FROM: &str = "Tokens <no-reply@tokens.example>";

fn smtp(server: &servers::Smtp) -> Smtp {
    let texts = BuiltIn::default().product("12d Synergy").manage_url("https://example.com/profile");
    Smtp::new(&server.url(), FROM).expect("a transport").with_templates(texts)
}

fn parsed(mail: &TakenMail) -> Message<'_> {
    MessageParser::default().parse(mail.data.as_bytes()).expect("a mail")
}

fn text(mail: &Message<'_>) -> String {
    mail.body_text(0).expect("a text").replace("\r\n", "\n")
}

#[tokio::test]
async fn notice_1_the_seeds_story_one_mail_at_day_23_and_one_at_day_30_in_both_languages() {
    let (world, server) = (World::new(), servers::Smtp::start());
    let worker = world.worker(smtp(&server));
    let english = world.create(&person("bill"), "nightly build", 30, day(0)).await;
    let russian = world.create(&ivan(), "сборка", 30, day(0)).await;
    let mut days = Vec::new();
    let mut mails = Vec::new();
    for day_of in 0..=45 {
        worker.run_once(day(day_of)).await.expect("a run");
        let mut taken = server.taken();
        taken.sort_by(|one, other| one.to.cmp(&other.to));
        days.extend(taken.iter().map(|_| day_of));
        mails.extend(taken);
    }
    assert_eq!(days, [23, 23, 30, 30], "and none other");
    let to: Vec<_> = mails.iter().map(|mail| mail.to.join(",")).collect();
    assert_eq!(to, ["bill@example.com", "ivan@example.com", "bill@example.com", "ivan@example.com"]);
    let subjects: Vec<_> = mails.iter().map(|mail| parsed(mail).subject().expect("a subject").to_owned()).collect();
    assert_eq!(
        subjects,
        [
            "Your personal access token “nightly build” expires on 3 March 2027",
            "Истекает персональный токен «сборка»: 3 марта 2027 г.",
            "Your personal access token “nightly build” expired on 3 March 2027",
            "Истёк персональный токен «сборка»: 3 марта 2027 г.",
        ]
    );
    let bodies = [
        [
            "Hello bill,",
            "“nightly build”",
            "expires on 3 March 2027, 11:00 UTC (in 7 days)",
            "make a new one before that",
        ],
        [
            "Здравствуйте, ivan!",
            "«сборка»",
            "действует до 3 марта 2027 г., 14:00 MSK (через 7 дней)",
            "заранее создайте новый",
        ],
        [
            "Hello bill,",
            "“nightly build”",
            "expired on 3 March 2027, 11:00 UTC",
            "make a new one where you still need it",
        ],
        ["Здравствуйте, ivan!", "«сборка»", "действовал до 3 марта 2027 г., 14:00 MSK", "создайте новый"],
    ];
    for ((mail, expected), issued) in mails.iter().zip(bodies).zip([&english, &russian, &english, &russian]) {
        let mail = parsed(mail);
        let html = mail.body_html(0).expect("HTML");
        let id = issued.view.id.to_string();
        for words in expected.into_iter().chain([id.as_str(), "12d Synergy", "https://example.com/profile"]) {
            assert!(text(&mail).contains(words), "{words}: {}", text(&mail));
            assert!(html.contains(words), "{words}: {html}");
        }
        assert!(
            mail.content_type()
                .is_some_and(|kind| kind.ctype() == "multipart" && kind.subtype() == Some("alternative"))
        );
        assert_eq!(mail.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
        assert_eq!(
            mail.from().and_then(|from| from.first()).and_then(|from| from.address()),
            Some("no-reply@tokens.example")
        );
        let secret = issued.token.expose_secret();
        assert!(!text(&mail).contains(&secret[26..69]) && !html.contains(&secret[26..69]), "no secret");
    }
    let ids: std::collections::BTreeSet<_> =
        mails.iter().map(|mail| parsed(mail).message_id().expect("an id").to_owned()).collect();
    assert_eq!(ids.len(), 4, "each has an id of its own");
}

#[tokio::test]
async fn notice_3_a_digest_of_many_is_one_mail_with_the_right_plural() {
    let (world, server) = (World::new(), servers::Smtp::start());
    let worker = world.worker(smtp(&server));
    for at in 0..21 {
        world.create(&ivan(), &format!("сборка {at}"), 30, day(0)).await;
    }
    world.create(&ivan(), "старый", 20, day(0)).await;
    worker.run_once(day(23)).await.expect("a run");
    let [mail] = &server.taken()[..] else { panic!("one mail") };
    let mail = parsed(mail);
    let subject = "Истёк срок 1 токена, истекает у 21 токена; первый: 21 февраля 2027 г.";
    assert_eq!(mail.subject(), Some(subject));
    let text = text(&mail);
    assert!((0..21).all(|at| text.contains(&format!("«сборка {at}»"))));
    assert!(text.contains("действовал до 21 февраля 2027 г., 14:00 MSK"));
}

#[tokio::test]
async fn a_repeat_after_a_crash_bears_the_same_message_id() {
    let (store, server) = (Arc::new(MemoryStore::default()), servers::Smtp::start());
    // The calls of the store are in this order: create a token, look for changed schedules, read due notices, read the
    // person's credentials, claim the notice, and mark it as sent. The last call fails.
    let faults = Faults::default();
    faults.nth(6, Failure::NotExecuted);
    let records = Arc::new(FaultyStore::new(Arc::clone(&store), faults));
    let world = World::behind(store, records);
    world.create(&person("bill"), "ci", 30, day(0)).await;
    let worker = world.worker(smtp(&server));
    worker.run_once(day(23)).await.expect_err("the store failed after the mail was sent");
    assert_eq!(worker.run_once(day(23)).await.expect("a run").sent, 0, "its lease runs");
    let later = day(23).plus_capped(limits().lease()).plus_capped(Duration::from_secs(5));
    assert_eq!(worker.run_once(later).await.expect("a run").sent, 1);
    let [first, second] = &server.taken()[..] else { panic!("two mails") };
    assert!(parsed(first).message_id().is_some());
    assert_eq!(parsed(first).message_id(), parsed(second).message_id());
}

#[tokio::test]
async fn notice_3_nothing_that_people_or_directories_write_gets_into_a_header_or_out_of_its_line() {
    let (world, server) = (World::new(), servers::Smtp::start());
    let worker = world.worker(smtp(&server));
    let evil = Account::new(
        SubjectId::new("bill").expect("an id"),
        "Bill\r\nBcc: all@example.com\u{202e}<i>\r\n\r\nbody",
        Role::Member,
    )
    .with_email(EmailAddress::new("bill@example.com").expect("an address"));
    world.people.insert(evil, &["bill"], "a password");
    let label = "<script>alert(1)</script> =?utf-8?q?x?= \"a\" & b";
    world.create(&person("bill"), label, 30, day(0)).await;
    worker.run_once(day(23)).await.expect("a run");
    let [mail] = &server.taken()[..] else { panic!("one mail") };
    assert_eq!(mail.to, ["bill@example.com"]);
    let mail = parsed(mail);
    let names: Vec<_> = mail.headers().iter().map(|header| header.name().to_lowercase()).collect();
    let mut expected =
        ["from", "to", "date", "message-id", "auto-submitted", "subject", "mime-version", "content-type"];
    let mut found: Vec<_> = names.iter().map(String::as_str).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
    let to = mail.to().and_then(|to| to.first()).expect("a recipient");
    assert_eq!(to.name(), Some("Bill Bcc: all@example.com<i> body"));
    let apart = label.replace("=?", "= ?");
    let subject = format!("Your personal access token “{apart}” expires on 3 March 2027");
    assert_eq!(mail.subject(), Some(subject.as_str()));
    let html = mail.body_html(0).expect("HTML");
    assert!(!html.contains("<script>") && !html.contains("<i>"), "{html}");
    assert!(text(&mail).contains(label));
    let bidi = |text: &str| text.contains('\u{202e}');
    assert!(!bidi(&html) && !bidi(&text(&mail)));
}

#[tokio::test]
async fn notice_3_the_time_is_that_of_the_owners_zone() {
    let (world, server) = (World::new(), servers::Smtp::start());
    let worker = world.worker(smtp(&server));
    let zones = [
        ("Asia/Kolkata", "3 March 2027, 16:30 IST"),
        ("Pacific/Apia", "4 March 2027, 00:00 +13"),
        ("America/New_York", "3 March 2027, 06:00 EST"),
        ("Europe/London", "3 March 2027, 11:00 GMT"),
        ("Nowhere/Land", "3 March 2027, 11:00 UTC"),
    ];
    for (at, (zone, _)) in zones.iter().enumerate() {
        let whom = person(&format!("person{at}")).with_zone(zone);
        world.people.insert(whom.clone(), &[whom.name()], "a password");
        world.create(&whom, "ci", 30, day(0)).await;
    }
    worker.run_once(day(23)).await.expect("a run");
    let mut mails = server.taken();
    mails.sort_by(|one, other| one.to.cmp(&other.to));
    for (mail, (zone, expected)) in mails.iter().zip(zones) {
        assert!(text(&parsed(mail)).contains(expected), "{zone}: {}", text(&parsed(mail)));
    }
    assert_eq!(mails.len(), zones.len());
}

#[tokio::test]
async fn fault_e4_a_mail_links_to_the_page_of_what_it_speaks_of_and_offers_no_renewal() {
    let mut policy = policy();
    policy.notices.kinds.push(counterfoil::types::TokenKind::SecurityCode);
    let (world, server) = (World::with(policy), servers::Smtp::start());
    let boss = Account::new(SubjectId::new("boss").expect("an id"), "boss", Role::SuperAdministrator)
        .with_email(EmailAddress::new("boss@example.com").expect("an address"));
    world.people.insert(boss.clone(), &["boss"], "a password");
    let pages = ["https://example.com/console/tokens", "https://example.com/console/codes"];
    let texts = BuiltIn::default().manage_url(pages[0]).codes_url(pages[1]);
    let worker = world.worker(Smtp::new(&server.url(), FROM).expect("a transport").with_templates(texts));
    let new = counterfoil::operations::NewSecurityCode::new(counterfoil::operations::NewAccess::SuperAdministrator);
    world
        .counterfoil
        .at(day(0))
        .create_security_code(&counterfoil::Presenter::signed_in(&boss), &new)
        .await
        .expect("a code");
    world.create(&person("bill"), "ci", 30, day(0)).await;
    for (at, linked) in [(1, [false, true]), (23, [true, false])] {
        worker.run_once(day(at)).await.expect("a run");
        let [mail] = &server.taken()[..] else { panic!("one mail") };
        let mail = parsed(mail);
        let html = mail.body_html(0).expect("HTML");
        for (page, linked) in pages.iter().zip(linked) {
            assert_eq!((text(&mail).contains(page), html.contains(page)), (linked, linked), "{page}, day {at}");
        }
        assert!(!text(&mail).contains("renew"), "nothing can be renewed: {}", text(&mail));
    }
}

#[tokio::test]
async fn machine_1_a_notice_names_the_service_account_in_the_language_of_its_maker() {
    for (language, expected) in
        [("en", "“runner” (service account “build”)"), ("ru", "«runner» (сервисный аккаунт «build»)")]
    {
        let (world, server) = (World::new(), servers::Smtp::start());
        let boss = Account::new(SubjectId::new("boss").expect("an id"), "boss", Role::Administrator)
            .with_email(EmailAddress::new("boss@example.com").expect("an address"))
            .with_language(language);
        world.people.insert(boss.clone(), &["boss"], "a password");
        let (counterfoil, by) = (world.counterfoil.at(day(0)), counterfoil::Presenter::signed_in(&boss));
        for (label, notify) in [("build", None), ("apart", EmailAddress::new("ops@example.com").ok())] {
            let new = counterfoil::service_account::NewServiceAccount::new(label, Role::Member).with_notify(notify);
            let account = counterfoil.create_service_account(&by, &new).await.expect("an account");
            let new = counterfoil::NewPersonalAccessToken::for_days("runner", 30);
            counterfoil.create_service_token(&by, &account.id, &new).await.expect("a token");
        }
        world.worker(smtp(&server)).run_once(day(23)).await.expect("a run");
        let mails = server.taken();
        assert_eq!(mails.len(), 2, "one to the maker, one to the address");
        let to_maker = mails.iter().map(parsed).find(|mail| text(mail).contains(expected)).expect("named");
        assert!(to_maker.subject().is_some_and(|subject| subject.contains("build")), "{:?}", to_maker.subject());
        assert!(to_maker.body_html(0).is_some_and(|html| html.contains(expected)));
    }
}

#[tokio::test]
async fn life_1_a_mail_links_each_personal_access_token_to_the_page_that_renews_it() {
    let server = servers::Smtp::start();
    let console = BuiltIn::default().console_url("https://example.com/console/");
    let page = BuiltIn::default().renew_url("https://example.com/t/{id}/renew");
    let nothing = BuiltIn::default().renew_url("https://example.com/renew").console_url("ftp://example.com");
    for (texts, url) in [
        (console, Some("https://example.com/console/tokens/{id}/renew")),
        (page, Some("https://example.com/t/{id}/renew")),
        (nothing, None),
    ] {
        let smtp = Smtp::new(&server.url(), FROM).expect("a transport").with_templates(texts);
        let world = World::new();
        let ids = [
            world.create(&person("bill"), "nightly build", 30, day(0)).await.view.id,
            world.create(&ivan(), "сборка", 20, day(0)).await.view.id,
        ];
        world.worker(smtp).run_once(day(23)).await.expect("a run");
        let mut taken = server.taken();
        taken.sort_by(|one, other| one.to.cmp(&other.to));
        assert_eq!(taken.len(), 2, "one expires soon, and one has expired");
        for ((mail, id), words) in
            taken.iter().zip(ids).zip([["renew it: ", "make a new one"], ["продлить: ", "создайте новый"]])
        {
            let mail = parsed(mail);
            let (text, html) = (text(&mail), mail.body_html(0).expect("HTML").into_owned());
            let link = url.map(|url| url.replace("{id}", &id.to_string()));
            assert_eq!(text.contains(words[0]), link.is_some(), "{text}");
            assert_eq!(text.contains(words[1]), link.is_none(), "{text}");
            if let Some(link) = link {
                assert!(text.contains(&format!("{}{link}\n", words[0])), "{text}");
                assert!(html.contains(&format!("<a href=\"{link}\">")), "{html}");
            }
        }
    }
}
