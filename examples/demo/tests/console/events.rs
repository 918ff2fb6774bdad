//! The feed of recent events.

use crate::desk::in_both;
use crate::visitor::Visitor;

#[test]
fn console_1_the_feed_tells_the_newest_first_and_no_secret() {
    in_both(|desk| {
        desk.sign_in("super@example.com", "super");
        desk.goto("/console/events");
        let before = desk.browser.count("#events li");
        let token = desk.make_token("told", "7");
        Visitor::new(desk.server.port).sign_in("carol", "not her password");
        desk.goto("/console/events");
        desk.speaks();
        assert_eq!(desk.browser.count("#events li"), before + 2, "{:?}", desk.browser.texts("#events li"));
        let all = desk.browser.texts("#events li");
        assert!(all[0].contains("carol"), "{all:?}");
        let russian = |text: &str| text.chars().any(|letter| ('а'..='я').contains(&letter));
        assert!(all.iter().all(|line| russian(line) == (desk.language == "ru")), "{all:?}");
        assert!(desk.browser.exists("#events li time[title]"));
        let source = desk.browser.source();
        assert!(!source.contains(&token) && !source.contains("not her password"));
    });
}
