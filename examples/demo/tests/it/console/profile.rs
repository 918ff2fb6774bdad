//! Tests the profile, which consists of a time zone and a signature (requirement CONSOLE 2).

use super::fixture::{Fixture, file, in_both};
use super::http_client::HttpClient;

/// An image of one black pixel.
pub const PIXEL: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8,
    0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 0x0a, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0x60, 0, 0, 0, 2, 0,
    1, 0x48, 0xaf, 0xa4, 0x71, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

const FORM: &str = "form[action$=\"/profile/signature\"]";

fn way(fixture: &Fixture, way: &str) {
    fixture.browser.click(&format!("{FORM} [name=way][value={way}]"));
}

fn save(fixture: &Fixture) {
    fixture.browser.send_anyway(FORM);
}

#[test]
fn console_2_the_time_zone_is_chosen_and_all_tables_tell_times_in_it() {
    in_both(|fixture| {
        fixture.sign_in("ivan", "ivan");
        fixture.make_token("zoned", "7");
        let exact = || fixture.browser.attribute("#tokens tbody time", "title").expect("an exact time");
        assert!(exact().contains("MSK"), "{}", exact());
        fixture.goto("/console/profile");
        assert_eq!(fixture.browser.value("[name=zone]"), "Europe/Moscow");
        fixture.speaks();
        fixture.browser.choose("[name=zone]", "Asia/Tokyo");
        fixture.browser.follow("form[action$=\"/profile/zone\"] button");
        assert!(fixture.browser.is_shown("#notice"));
        assert_eq!(fixture.browser.value("[name=zone]"), "Asia/Tokyo");
        fixture.speaks();
        fixture.goto("/console/tokens");
        assert!(exact().contains("JST"), "{}", exact());
        assert!(fixture.browser.text("footer").contains("Asia/Tokyo"));
        fixture.hand_over("AD\\bill.posters", "blabla");
        assert!(!fixture.browser.text("footer").contains("Asia/Tokyo"), "everybody has their own");
    });
}

#[test]
fn console_2_a_zone_that_is_none_is_refused_beside_its_field() {
    let server = super::fixture::server("");
    let mut ivan = HttpClient::signed_in(server.port, "ivan", "ivan");
    for zone in ["", "Mars/Base", "../../etc/passwd", "Europe/Moscow\0", "<script>"] {
        let reply = ivan.submit("/console/profile", "/console/profile/zone", &[("zone", zone)]);
        assert_eq!(reply.status, 422, "{zone:?}");
        assert!(reply.body.contains("id=\"zone-error\""), "{zone:?}");
    }
}

#[test]
fn console_2_a_signature_is_typed_shown_downloaded_and_cleared() {
    in_both(|fixture| {
        fixture.sign_in("ivan", "ivan");
        fixture.goto("/console/profile");
        assert!(!fixture.browser.exists("#download") && !fixture.browser.exists("#clear"));
        way(fixture, "typed");
        fixture.browser.fill(&format!("{FORM} [name=typed]"), "Иван Ivanov");
        save(fixture);
        assert!(fixture.browser.is_shown("#notice"));
        assert_eq!(fixture.browser.text("#signature-typed"), "Иван Ivanov");
        fixture.speaks();
        let path = fixture.browser.attribute("#download", "href").expect("a link");
        let file = fixture.client().get(&path);
        assert!(file.status == 200 && file.body.contains("Иван Ivanov"), "{file:?}");
        assert!(file.header("content-disposition").starts_with("attachment"));
        fixture.browser.follow("#clear button");
        assert!(fixture.browser.is_shown("#notice") && !fixture.browser.exists("#signature-typed"));
        fixture.speaks();
        fixture.browser.reload();
        assert!(!fixture.browser.exists("#signature-typed") && !fixture.browser.exists("#download"));
    });
}

#[test]
fn console_2_a_signature_is_uploaded_shown_and_downloaded_byte_for_byte() {
    in_both(|fixture| {
        fixture.sign_in("ivan", "ivan");
        fixture.goto("/console/profile");
        way(fixture, "image");
        fixture.browser.attach(&format!("{FORM} [name=image]"), &file(fixture, "signature.png", PIXEL));
        save(fixture);
        assert_eq!(fixture.browser.script("return document.querySelector('#signature-image').naturalWidth", &[]), 1);
        fixture.speaks();
        let path = fixture.browser.attribute("#download", "href").expect("a link");
        let fetched = fixture.client().get(&path);
        assert_eq!((fetched.status, fetched.header("content-type")), (200, "image/png"));
        assert_eq!(fetched.header("content-length"), PIXEL.len().to_string());
        assert_eq!(fetched.header("x-content-type-options"), "nosniff");
        assert_eq!(fetched.header("cache-control"), "no-store");
        assert!(fetched.header("content-disposition").starts_with("attachment"));
        let mut other = HttpClient::signed_in(fixture.server.port, "AD\\bill.posters", "blabla");
        assert_eq!(other.get(&path).status, 404, "somebody without one");
    });
}

#[test]
fn console_2_a_signature_is_drawn_with_the_mouse() {
    in_both(|fixture| {
        fixture.sign_in("ivan", "ivan");
        fixture.goto("/console/profile");
        way(fixture, "image");
        fixture.browser.draw("#draw", &[(-80, -30), (-20, 30), (30, -20), (90, 25)]);
        // The browser creates the image of the drawing asynchronously.
        fixture.browser.wait_for("#draw[data-kept=true]");
        save(fixture);
        let drawn = fixture.browser.script(
            "const image = document.querySelector('#signature-image'); const sheet = document.createElement('canvas');\
             sheet.width = image.naturalWidth; sheet.height = image.naturalHeight;\
             const brush = sheet.getContext('2d'); brush.drawImage(image, 0, 0);\
             const dots = brush.getImageData(0, 0, sheet.width, sheet.height).data;\
             const kinds = new Set(); for (let at = 0; at < dots.length; at += 4) kinds.add(dots.slice(at, at + 4).join());\
             return [sheet.width, kinds.size]",
            &[],
        );
        assert!(drawn[0].as_u64() > Some(50) && drawn[1].as_u64() > Some(1), "a picture with a line in it: {drawn}");
        fixture.speaks();
    });
}

#[test]
fn console_2_what_is_no_picture_is_refused_beside_its_field() {
    in_both(|fixture| {
        fixture.sign_in("ivan", "ivan");
        let large = [PIXEL, &vec![0; 400 * 1024]].concat();
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        for (name, bytes) in [
            ("picture.svg", &svg[..]),
            ("picture.png", &svg[..]),
            ("page.jpg", b"<!doctype html><script>alert(1)</script>"),
            ("empty.png", b""),
        ] {
            fixture.goto("/console/profile");
            way(fixture, "image");
            fixture.browser.attach(&format!("{FORM} [name=image]"), &file(fixture, name, bytes));
            save(fixture);
            fixture.finds_fault_with("image");
            assert!(!fixture.browser.exists("#signature-image"), "{name}");
        }
        fixture.goto("/console/profile");
        way(fixture, "image");
        fixture.browser.attach(&format!("{FORM} [name=image]"), &file(fixture, "large.png", &large));
        save(fixture);
        fixture.finds_fault_with("image");
        fixture.goto("/console/profile");
        assert!(!fixture.browser.exists("#signature-image"));
        way(fixture, "typed");
        fixture.browser.fill(&format!("{FORM} [name=typed]"), " ");
        save(fixture);
        fixture.finds_fault_with("typed");
    });
}
