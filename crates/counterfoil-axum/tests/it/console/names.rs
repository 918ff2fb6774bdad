//! Tests that each console has its own cookies, whose names depend on the realm and the base (fault F6). Also tests
//! unknown time zones (fault F5) and requests whose `Origin` differs from their host (fault F13).

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::{Extension, Router};
use counterfoil::memory::MemoryStore;
use counterfoil::{Counterfoil, KeyRing, Realm, SubjectId};
use counterfoil_axum::console::{Console, CookieName, Profile, Profiles, ProfilesError, Signature, Transport};
use counterfoil_axum::{Source, Sources};

use super::browser::{Browser, SESSION, mounted, token};
use crate::support::{World, world};

/// Makes a handle for another realm with the same directory as `world`.
fn other_realm(world: &World) -> Counterfoil {
    Counterfoil::builder()
        .realm(Realm::new("other").expect("a realm"))
        .store(MemoryStore::default())
        .directory(world.people.clone() as Arc<dyn counterfoil::directory::Directory>)
        .key_ring(KeyRing::generate_from_system().expect("a key"))
        .clock(world.clock.clone())
        .build()
        .expect("a handle")
}

fn at(counterfoil: &Counterfoil, base: &str) -> Router {
    let source = Source::from(std::net::IpAddr::from([192, 0, 2, 7]));
    let console = Console::new(counterfoil.clone(), Transport::Https, base, Sources::Extension);
    Router::new().nest_service("/console", console.router()).layer(Extension(source))
}

#[tokio::test]
async fn fault_f6_two_realms_and_two_paths_of_one_host_do_not_sign_each_other_out() {
    let world = world().await;
    let named: CookieName = "staging".parse().expect("a name");
    let console = Console::new(world.counterfoil.clone(), Transport::Https, "/console", Sources::Extension);
    // One browser sends its cookies to all of these consoles.
    let one = Browser::at(at(&world.counterfoil, "/console"));
    let mut others = Vec::new();
    for router in [
        at(&other_realm(&world), "/console"),
        at(&world.counterfoil, "/elsewhere"),
        mounted(console.cookie_name(named)),
    ] {
        others.push(Browser::at(router));
    }
    assert_eq!(one.sign_in("bill", "bill").await.status, 303);
    for other in &others {
        *other.cookies.lock().unwrap() = one.cookies.lock().unwrap().clone();
        assert_eq!(other.get("/tokens").await.status, 303, "it is nobody's session there");
        let form =
            format!("csrf_token={}&next=/tokens&name=bill&password=bill", token(&other.get("/sign-in").await.text));
        assert_eq!(other.send_form("/sign-in", &form).await.status, 303);
        assert_eq!(other.get("/tokens").await.status, 200);
        *one.cookies.lock().unwrap() = other.cookies.lock().unwrap().clone();
        assert_eq!(one.get("/tokens").await.status, 200, "still signed in here");
    }
    let names: Vec<String> =
        one.cookies.lock().unwrap().keys().filter(|name| name.starts_with(SESSION)).cloned().collect();
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(names.contains(&format!("{SESSION}-staging")));
}

/// A storage of profiles. All profiles have the same time zone.
#[derive(Clone)]
struct Zone(Arc<Mutex<String>>);

#[async_trait]
impl Profiles for Zone {
    async fn profile(&self, _: &SubjectId) -> Result<Profile, ProfilesError> {
        Ok(Profile::default().with_zone(self.0.lock().unwrap().clone()))
    }

    async fn set_zone(&self, _: &SubjectId, zone: &str) -> Result<(), ProfilesError> {
        zone.clone_into(&mut self.0.lock().unwrap());
        Ok(())
    }

    async fn set_signature(&self, _: &SubjectId, _: Option<Signature>) -> Result<(), ProfilesError> {
        Ok(())
    }
}

#[tokio::test]
async fn fault_f5_a_zone_that_the_list_lacks_is_shown_kept_and_not_named_where_it_is_not_used() {
    let world = world().await;
    for (kept, in_use) in [("EST5EDT", "EST5EDT"), ("Etc/GMT-3", "Etc/GMT-3"), ("Nowhere/Land", "UTC")] {
        let zone = Zone(Arc::new(Mutex::new(kept.to_owned())));
        let console = Console::new(world.counterfoil.clone(), Transport::Https, "/console", Sources::Extension);
        let bill = Browser::at(mounted(console.profiles(zone.clone())));
        bill.sign_in("bill", "bill").await;
        let page = bill.get("/profile").await.text;
        assert!(page.contains(&format!("<option selected>{kept}</option>")), "{kept}");
        assert_eq!(page.matches(" selected>").count(), 1, "{kept}");
        assert!(page.contains(&format!("Times are in {in_use}</p>")), "{kept}");
        let saved = bill.post("/profile/zone", &format!("zone={kept}&zone_was={kept}")).await;
        assert_eq!(saved.header("location"), Some("/console/profile?notice=unchanged"), "{saved:?}");
        assert_eq!(*zone.0.lock().unwrap(), kept);
        assert_eq!(bill.post("/profile/zone", "zone=Africa/Nowhere").await.status, 422);
        assert_eq!(bill.post("/profile/zone", "zone=Asia/Tokyo").await.status, 303);
        assert_eq!(*zone.0.lock().unwrap(), "Asia/Tokyo");
    }
}

/// Collects the log lines of the current thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn fault_f13_an_origin_that_is_not_the_host_is_logged_at_a_limited_rate_and_has_its_own_message() {
    let (world, log) = (world().await, Log::default());
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).finish();
    let _held = tracing::subscriber::set_default(subscriber);
    let mut bill = Browser::new(&world);
    // If a proxy rewrites `Host`, a form's `Origin` differs from the rewritten `Host`. Then pages work, but forms are
    // refused.
    let form = format!("csrf_token={}&name=bill&password=bill", token(&bill.get("/sign-in").await.text));
    bill.headers.push(("origin", "http://console.lan"));
    let refused = bill.send_form("/sign-in", &form).await;
    assert_eq!(refused.status, 403);
    assert!(
        refused.text.contains("The addresses do not match") && !refused.text.contains("out of date"),
        "{refused:?}"
    );
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).expect("text");
    assert!(
        logged.contains("origin=\"http://console.lan\"") && logged.contains("host=\"console.example\""),
        "{logged}"
    );
    let lines =
        || String::from_utf8(log.0.lock().unwrap().clone()).expect("text").matches("a form was refused").count();
    for _ in 0..50 {
        assert_eq!(bill.send_form("/sign-in", &form).await.status, 403);
    }
    assert_eq!(lines(), 1, "nobody fills a disk with them");
    world.clock.advance(Duration::from_secs(10));
    assert_eq!(bill.send_form("/sign-in", &form).await.status, 403);
    assert_eq!(lines(), 2);
    assert!(
        String::from_utf8(log.0.lock().unwrap().clone()).expect("text").contains("suppressed=50"),
        "and how many there were"
    );
    bill.headers.pop();
    bill.headers.push(("sec-fetch-site", "cross-site"));
    assert!(bill.send_form("/sign-in", &form).await.text.contains("out of date"), "another site's is told as before");
}
