//! A person's settings: time zone and signature (CONSOLE 2).

use crate::desk::{Desk, file, in_both};
use crate::visitor::Visitor;

/// One black pixel.
pub const PIXEL: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8,
    0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 0x0a, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0x60, 0, 0, 0, 2, 0,
    1, 0x48, 0xaf, 0xa4, 0x71, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

const FORM: &str = "form[action$=\"/profile/signature\"]";

fn way(desk: &Desk, way: &str) {
    desk.browser.click(&format!("{FORM} [name=way][value={way}]"));
}

fn save(desk: &Desk) {
    desk.browser.send_anyway(FORM);
}

#[test]
fn console_2_the_time_zone_is_chosen_and_all_tables_tell_times_in_it() {
    in_both(|desk| {
        desk.sign_in("ivan", "ivan");
        desk.make_token("zoned", "7");
        let exact = || desk.browser.attribute("#tokens tbody time", "title").expect("an exact time");
        assert!(exact().contains("MSK"), "{}", exact());
        desk.goto("/console/profile");
        assert_eq!(desk.browser.value("[name=zone]"), "Europe/Moscow");
        desk.speaks();
        desk.browser.choose("[name=zone]", "Asia/Tokyo");
        desk.browser.follow("form[action$=\"/profile/zone\"] button");
        assert!(desk.browser.is_shown("#notice"));
        assert_eq!(desk.browser.value("[name=zone]"), "Asia/Tokyo");
        desk.speaks();
        desk.goto("/console/tokens");
        assert!(exact().contains("JST"), "{}", exact());
        assert!(desk.browser.text("footer").contains("Asia/Tokyo"));
        desk.hand_over("AD\\bill.posters", "blabla");
        assert!(!desk.browser.text("footer").contains("Asia/Tokyo"), "everybody has their own");
    });
}

#[test]
fn console_2_a_zone_that_is_none_is_refused_beside_its_field() {
    let server = crate::desk::server("");
    let mut ivan = Visitor::signed_in(server.port, "ivan", "ivan");
    for zone in ["", "Mars/Base", "../../etc/passwd", "Europe/Moscow\0", "<script>"] {
        let reply = ivan.submit("/console/profile", "/console/profile/zone", &[("zone", zone)]);
        assert_eq!(reply.status, 422, "{zone:?}");
        assert!(reply.body.contains("id=\"zone-error\""), "{zone:?}");
    }
}

#[test]
fn console_2_a_signature_is_typed_shown_downloaded_and_cleared() {
    in_both(|desk| {
        desk.sign_in("ivan", "ivan");
        desk.goto("/console/profile");
        assert!(!desk.browser.exists("#download") && !desk.browser.exists("#clear"));
        way(desk, "typed");
        desk.browser.fill(&format!("{FORM} [name=typed]"), "Иван Ivanov");
        save(desk);
        assert!(desk.browser.is_shown("#notice"));
        assert_eq!(desk.browser.text("#signature-typed"), "Иван Ivanov");
        desk.speaks();
        let path = desk.browser.attribute("#download", "href").expect("a link");
        let file = desk.visitor().get(&path);
        assert!(file.status == 200 && file.body.contains("Иван Ivanov"), "{file:?}");
        assert!(file.header("content-disposition").starts_with("attachment"));
        desk.browser.follow("#clear button");
        assert!(desk.browser.is_shown("#notice") && !desk.browser.exists("#signature-typed"));
        desk.speaks();
        desk.browser.reload();
        assert!(!desk.browser.exists("#signature-typed") && !desk.browser.exists("#download"));
    });
}

#[test]
fn console_2_a_signature_is_uploaded_shown_and_downloaded_byte_for_byte() {
    in_both(|desk| {
        desk.sign_in("ivan", "ivan");
        desk.goto("/console/profile");
        way(desk, "image");
        desk.browser.attach(&format!("{FORM} [name=image]"), &file(desk, "signature.png", PIXEL));
        save(desk);
        assert_eq!(desk.browser.script("return document.querySelector('#signature-image').naturalWidth", &[]), 1);
        desk.speaks();
        let path = desk.browser.attribute("#download", "href").expect("a link");
        let fetched = desk.visitor().get(&path);
        assert_eq!((fetched.status, fetched.header("content-type")), (200, "image/png"));
        assert_eq!(fetched.header("content-length"), PIXEL.len().to_string());
        assert_eq!(fetched.header("x-content-type-options"), "nosniff");
        assert_eq!(fetched.header("cache-control"), "no-store");
        assert!(fetched.header("content-disposition").starts_with("attachment"));
        let mut other = Visitor::signed_in(desk.server.port, "AD\\bill.posters", "blabla");
        assert_eq!(other.get(&path).status, 404, "somebody without one");
    });
}

#[test]
fn console_2_a_signature_is_drawn_with_the_mouse() {
    in_both(|desk| {
        desk.sign_in("ivan", "ivan");
        desk.goto("/console/profile");
        way(desk, "image");
        desk.browser.draw("#draw", &[(-80, -30), (-20, 30), (30, -20), (90, 25)]);
        // The browser makes the picture in its own time.
        desk.browser.wait_for("#draw[data-kept=true]");
        save(desk);
        let drawn = desk.browser.script(
            "const image = document.querySelector('#signature-image'); const sheet = document.createElement('canvas');\
             sheet.width = image.naturalWidth; sheet.height = image.naturalHeight;\
             const brush = sheet.getContext('2d'); brush.drawImage(image, 0, 0);\
             const dots = brush.getImageData(0, 0, sheet.width, sheet.height).data;\
             const kinds = new Set(); for (let at = 0; at < dots.length; at += 4) kinds.add(dots.slice(at, at + 4).join());\
             return [sheet.width, kinds.size]",
            &[],
        );
        assert!(drawn[0].as_u64() > Some(50) && drawn[1].as_u64() > Some(1), "a picture with a line in it: {drawn}");
        desk.speaks();
    });
}

#[test]
fn console_2_what_is_no_picture_is_refused_beside_its_field() {
    in_both(|desk| {
        desk.sign_in("ivan", "ivan");
        let large = [PIXEL, &vec![0; 400 * 1024]].concat();
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        for (name, bytes) in [
            ("picture.svg", &svg[..]),
            ("picture.png", &svg[..]),
            ("page.jpg", b"<!doctype html><script>alert(1)</script>"),
            ("empty.png", b""),
        ] {
            desk.goto("/console/profile");
            way(desk, "image");
            desk.browser.attach(&format!("{FORM} [name=image]"), &file(desk, name, bytes));
            save(desk);
            desk.finds_fault_with("image");
            assert!(!desk.browser.exists("#signature-image"), "{name}");
        }
        desk.goto("/console/profile");
        way(desk, "image");
        desk.browser.attach(&format!("{FORM} [name=image]"), &file(desk, "large.png", &large));
        save(desk);
        desk.finds_fault_with("image");
        desk.goto("/console/profile");
        assert!(!desk.browser.exists("#signature-image"));
        way(desk, "typed");
        desk.browser.fill(&format!("{FORM} [name=typed]"), " ");
        save(desk);
        desk.finds_fault_with("typed");
    });
}
