//! An HTTP client that keeps cookies and follows no redirects. A test sets the headers that name the origin of a
//! request.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::support::{escaped, wire};

/// The beginning of the name of the session cookie. In the demo, the rest of the name is derived from the demo's
/// address.
pub const SESSION: &str = "counterfoil-session";

/// Returns the full name of a cookie of the demo on this port.
pub fn full_name(port: u16, name: &str) -> String {
    if name == SESSION { format!("{SESSION}-127-0-0-1-{port}") } else { name.to_owned() }
}

pub struct HttpClient {
    port: u16,
    cookies: BTreeMap<String, String>,
}

/// Makes a random form number. The console accepts any number, so a test can add one to a form that has none.
fn number() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    URL_SAFE_NO_PAD.encode(u128::from(NEXT.fetch_add(1, Ordering::Relaxed)).to_be_bytes())
}

/// A response whose body is text.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    /// Returns the values of a header in order.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).collect()
    }

    /// Returns the value of a header that occurs once.
    pub fn header(&self, name: &str) -> &str {
        match self.headers(name)[..] {
            [one] => one,
            ref all => panic!("{name}: {all:?} in {}", self.head),
        }
    }

    /// Returns the CSRF token of the first form on the page.
    pub fn csrf(&self) -> String {
        self.between("name=\"csrf_token\" value=\"", "\"")
            .first()
            .unwrap_or_else(|| panic!("no form: {self:?}"))
            .clone()
    }

    /// Returns all texts between `before` and `after`.
    pub fn between(&self, before: &str, after: &str) -> Vec<String> {
        let parts = self.body.split(before).skip(1);
        parts.filter_map(|part| part.split_once(after)).map(|(part, _)| part.to_owned()).collect()
    }

    /// Returns the ids of the rows on the page.
    pub fn ids(&self) -> Vec<String> {
        self.between("data-id=\"", "\"")
    }
}

impl HttpClient {
    pub fn new(port: u16) -> Self {
        Self { port, cookies: BTreeMap::new() }
    }

    /// Makes a client and signs in with it.
    pub fn signed_in(port: u16, name: &str, password: &str) -> Self {
        let mut client = Self::new(port);
        let reply = client.sign_in(name, password);
        assert_eq!(reply.status, 303, "{reply:?}");
        client
    }

    pub fn sign_in(&mut self, name: &str, password: &str) -> Reply {
        // With a session, the client would be redirected. So it requests the form without its session cookie.
        let session = self.cookies.remove(&full_name(self.port, SESSION));
        let csrf = self.get("/console/sign-in").csrf();
        if let Some(session) = session {
            self.carry(SESSION, &session);
        }
        self.post("/console/sign-in", &[("name", name), ("password", password), ("csrf_token", &csrf)])
    }

    pub fn carry(&mut self, name: &str, value: &str) {
        self.cookies.insert(full_name(self.port, name), value.to_owned());
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(&full_name(self.port, name)).map(String::as_str)
    }

    pub fn get(&mut self, path: &str) -> Reply {
        self.send("GET", path, &[], "")
    }

    pub fn get_with(&mut self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send("GET", path, headers, "")
    }

    /// Sends a form without headers that name the origin.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.post_with(path, &[], fields)
    }

    pub fn post_with(&mut self, path: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Reply {
        let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let form = [&[("Content-Type", "application/x-www-form-urlencoded")], headers].concat();
        self.send("POST", path, &form, &pairs.join("&"))
    }

    /// Sends a form with the CSRF token and the form number of a page.
    pub fn submit(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
        let csrf = self.get(page).csrf();
        let own = if path.ends_with("/secret") { self.get(path) } else { self.get(page) };
        let hidden = ["once", "beside"].map(|name| {
            let found = own.between(&format!("name=\"{name}\" value=\""), "\"");
            found.first().cloned()
        });
        let [once, beside] = hidden;
        let once = once.unwrap_or_else(number);
        let mut all = [fields, &[("csrf_token", csrf.as_str()), ("once", once.as_str())]].concat();
        all.extend(beside.as_deref().map(|beside| ("beside", beside)));
        self.post(path, &all)
    }

    pub fn bearer(&mut self, path: &str, token: &str) -> Reply {
        self.send("GET", path, &[("Authorization", &format!("Bearer {token}"))], "")
    }

    /// Sends a request with the cookies of this client. `headers` may contain a `Host`, which then replaces the default
    /// one.
    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            head += &format!("Host: 127.0.0.1:{}\r\n", self.port);
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            head += &format!("Cookie: {}\r\n", cookies.join("; "));
        }
        let answer = wire::send(self.port, format!("{head}\r\n{body}").as_bytes());
        let bytes: Vec<u8> = answer.body.chars().map(|byte| u8::try_from(byte).expect("a byte")).collect();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        let reply = Reply { status: answer.status, head: answer.head, body };
        for cookie in reply.headers("set-cookie") {
            let (name, rest) = cookie.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        reply
    }
}
