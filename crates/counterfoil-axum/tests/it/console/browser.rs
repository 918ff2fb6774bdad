//! A simulated browser that handles cookies and forms.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use axum::body::Body;
use axum::{Extension, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use counterfoil_axum::console::{Console, Transport};
use counterfoil_axum::{Source, Sources};
use http::Request;

use crate::support::{Answer, World, send};

/// A browser that uses one service over TLS.
pub struct Browser {
    router: Router,
    pub cookies: Mutex<BTreeMap<String, String>>,
    pub headers: Vec<(&'static str, &'static str)>,
}

/// Makes the router of a world's console.
pub fn console(world: &World, transport: Transport) -> Router {
    mounted(Console::new(world.counterfoil.clone(), transport, "/console", Sources::Extension))
}

/// Makes the router of a console. All requests come from the same address.
pub fn mounted(console: Console) -> Router {
    let source = Source::from(IpAddr::from([192, 0, 2, 7]));
    Router::new().nest_service("/console", console.router()).layer(Extension(source))
}

impl Browser {
    pub fn new(world: &World) -> Self {
        Self::at(console(world, Transport::Https))
    }

    pub fn at(router: Router) -> Self {
        Self { router, cookies: Mutex::default(), headers: vec![("host", "console.example")] }
    }

    /// Makes a browser and signs in the account with this name. The name of each account is also its password.
    pub async fn signed_in(world: &World, name: &str) -> Self {
        let browser = Self::new(world);
        let answer = browser.sign_in(name, name).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        browser
    }

    /// Signs in through the sign-in form. Gets the form without the session cookie, because the form is shown only to a
    /// browser without a session. The submission contains the session cookie again, if there is one.
    pub async fn sign_in(&self, name: &str, password: &str) -> Answer {
        let held = self.cookie(SESSION);
        self.forget(SESSION);
        let page = self.get("/sign-in").await;
        if let Some(held) = held {
            self.cookies.lock().unwrap_or_else(PoisonError::into_inner).insert(format!("{SESSION}-{NAME}"), held);
        }
        let token = token(&page.text);
        self.send_form("/sign-in", &format!("csrf_token={token}&next=/tokens&name={name}&password={password}")).await
    }

    /// Returns the value of the first cookie whose name begins with `name`. The rest of the cookie's name identifies
    /// the console.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let kept = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(own, _)| own.starts_with(name)).map(|(_, value)| value.clone())
    }

    /// Sets the value of the cookie whose name begins with `name`. If there is no such cookie, adds a cookie with the
    /// name `name`.
    pub fn plant(&self, name: &str, value: &str) {
        let mut kept = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        let own = kept.keys().find(|own| own.starts_with(name)).cloned();
        kept.insert(own.unwrap_or_else(|| name.to_owned()), value.to_owned());
    }

    /// Deletes the cookies whose names begin with `name`, as a browser does with session cookies when it is closed.
    pub fn forget(&self, name: &str) {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner).retain(|own, _| !own.starts_with(name));
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, Body::empty()).await
    }

    /// Posts a form. Adds the CSRF token of the present session to `form`. Also adds a new form number if `form` has
    /// none.
    pub async fn post(&self, path: &str, form: &str) -> Answer {
        let page = self.get("/events-or-any-page").await;
        assert_eq!(page.status, 404, "a page of the console");
        let form = self.form(path, form).await;
        self.send_form(path, &form).await
    }

    /// Returns the fields that [`post`](Self::post) sends for `form`.
    pub async fn form(&self, path: &str, form: &str) -> String {
        let mut form = format!("csrf_token={}&{form}", token(&self.get("/tokens").await.text));
        if !form.contains("once=") {
            form = format!("{form}&once={}", number());
        }
        if path.ends_with("/secret") && !form.contains("beside=") {
            let page = self.get(path).await.text;
            if page.contains(BESIDE) {
                form = format!("{form}&beside={}", value(&page, BESIDE));
            }
        }
        form
    }

    pub async fn send_form(&self, path: &str, form: &str) -> Answer {
        self.send_body(path, Body::from(form.to_owned())).await
    }

    pub async fn send_body(&self, path: &str, body: Body) -> Answer {
        self.ask("POST", path, body).await
    }

    async fn ask(&self, method: &str, path: &str, body: Body) -> Answer {
        let cookies: Vec<String> = {
            let kept = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
            kept.iter().map(|(name, value)| format!("{name}={value}")).collect()
        };
        let mut request = Request::builder().method(method).uri(format!("/console{path}"));
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        if method == "POST" {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        let answer = send(&self.router, request.body(body).expect("a request")).await;
        for set in answer.headers.get_all("set-cookie") {
            let (name, rest) = set.to_str().expect("text").split_once('=').expect("a pair");
            let value = rest.split(';').next().expect("a value");
            let mut kept = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
            if value.is_empty() {
                kept.remove(name);
            } else {
                kept.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

/// The start of the name of a session cookie over TLS.
pub const SESSION: &str = "__Host-counterfoil-session";
/// The suffix of the names of cookies in these tests. It is derived from the realm and `/console`.
pub const NAME: &str = "bf2105c8";

const BESIDE: &str = "name=\"beside\" value=\"";

/// Makes a new form number.
pub fn number() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    URL_SAFE_NO_PAD.encode(u128::from(NEXT.fetch_add(1, Ordering::Relaxed)).to_be_bytes())
}

/// Returns the CSRF token of the first form on a page.
pub fn token(page: &str) -> String {
    value(page, "name=\"csrf_token\" value=\"")
}

/// Returns the text between `after` and the next quotation mark.
pub fn value(page: &str, after: &str) -> String {
    let (_, rest) = page.split_once(after).unwrap_or_else(|| panic!("{after} is not in\n{page}"));
    rest.split('"').next().expect("a value").to_owned()
}

/// Returns the secret that a page shows.
pub fn secret(page: &str) -> String {
    let (_, rest) = page.split_once("<code id=\"secret\"").unwrap_or_else(|| panic!("no secret in\n{page}"));
    let text = rest.split_once('>').expect("a tag").1;
    text.split('<').next().expect("a text").to_owned()
}
