//! Tests the page of recent events.

use super::fixture::in_both;
use super::http_client::HttpClient;

#[test]
fn console_1_the_feed_tells_the_newest_first_and_no_secret() {
    in_both(|fixture| {
        fixture.sign_in("super@example.com", "super");
        fixture.goto("/console/events");
        let before = fixture.browser.count("#events li");
        let token = fixture.make_token("told", "7");
        HttpClient::new(fixture.server.port).sign_in("carol", "not her password");
        fixture.goto("/console/events");
        fixture.speaks();
        assert_eq!(fixture.browser.count("#events li"), before + 2, "{:?}", fixture.browser.texts("#events li"));
        let all = fixture.browser.texts("#events li");
        assert!(all[0].contains("carol"), "{all:?}");
        let russian = |text: &str| text.chars().any(|letter| ('а'..='я').contains(&letter));
        assert!(all.iter().all(|line| russian(line) == (fixture.language == "ru")), "{all:?}");
        assert!(fixture.browser.exists("#events li time[title]"));
        let source = fixture.browser.source();
        assert!(!source.contains(&token) && !source.contains("not her password"));
    });
}
