//! A test case: a request and its expected response.

/// A request and its expected response. The texts of the request can contain placeholders such as `{token}`. The
/// [`Scene`](crate::scene::Scene) replaces each placeholder by a text of the running service.
#[derive(Clone, Debug)]
pub struct Case {
    pub name: &'static str,
    /// Requests that are sent before the request of the case. Their responses are not compared, but each status must be
    /// below 500.
    pub before: Vec<Send>,
    /// The name of a store method that fails while the request is answered. `None` if no method fails.
    pub outage: Option<&'static str>,
    /// True if the HTTP server of actix-web refuses the request with 400 and no body, before any middleware runs.
    pub actix_refuses: bool,
    /// True if the service's directory has neither logins nor a search.
    pub accounts_only: bool,
    pub send: Send,
    pub expected: Expected,
}

#[derive(Clone, Debug)]
pub struct Send {
    pub method: &'static str,
    pub path: String,
    /// The values of the request's `Host` lines, one value for each line.
    pub hosts: &'static [&'static str],
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
}

#[derive(Clone, Debug)]
pub enum Body {
    None,
    Text(String),
    /// The body is sent in chunks, without `Content-Length`.
    Chunked(String),
    /// The header announces a body of this many bytes, but no body is sent.
    Announced(usize),
}

/// The expected parts of a response. In addition, the test compares the complete responses of all frameworks with each
/// other.
#[derive(Clone, Debug)]
pub struct Expected {
    pub status: u16,
    pub challenge: Option<&'static str>,
    pub media_type: Option<&'static str>,
    /// The last part of a problem's `type`, or the `error` of RFC 6749 §5.2. `None` if the response has neither.
    pub problem: Option<&'static str>,
    pub cache: Option<&'static str>,
    /// The names and the expected values of other headers. Headers that are not listed here are not compared with this
    /// case.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The complete body. `None` if the body is not compared with a text.
    pub text: Option<&'static str>,
}

pub const PROBLEM: &str = "application/problem+json";
pub const JSON: &str = "application/json";
pub const TEXT: &str = "text/plain; charset=utf-8";

pub fn case(name: &'static str, send: Send, expected: Expected) -> Case {
    Case { name, before: Vec::new(), outage: None, actix_refuses: false, accounts_only: false, send, expected }
}

impl Case {
    pub fn after(mut self, send: Send) -> Self {
        self.before.push(send);
        self
    }

    pub fn with_accounts_only(mut self) -> Self {
        self.accounts_only = true;
        self
    }

    pub fn refused_by_actix(mut self) -> Self {
        self.actix_refuses = true;
        self
    }

    pub fn outage(mut self, method: &'static str) -> Self {
        self.outage = Some(method);
        self
    }
}

pub fn send(method: &'static str, path: &str) -> Send {
    Send { method, path: path.to_owned(), hosts: &["localhost"], headers: Vec::new(), body: Body::None }
}

pub fn get(path: &str) -> Send {
    send("GET", path)
}

impl Send {
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Sets the values of the `Host` lines, one line for each value.
    pub fn hosts(mut self, hosts: &'static [&'static str]) -> Self {
        self.hosts = hosts;
        self
    }

    /// Adds an `Authorization` header with the token that replaces the placeholder `name`.
    pub fn bearer(self, name: &str) -> Self {
        self.header("authorization", &format!("Bearer {{{name}}}"))
    }

    pub fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    pub fn json(self, text: &str) -> Self {
        self.header("content-type", JSON).body(Body::Text(text.to_owned()))
    }

    pub fn form(self, text: &str) -> Self {
        self.header("content-type", "application/x-www-form-urlencoded").body(Body::Text(text.to_owned()))
    }
}

impl Expected {
    fn status(status: u16) -> Self {
        Self { status, challenge: None, media_type: None, problem: None, cache: None, headers: Vec::new(), text: None }
    }

    /// Expects a response of one of the host's own handlers.
    pub fn text(text: &'static str) -> Self {
        Self { media_type: Some(TEXT), text: Some(text), ..Self::status(200) }
    }

    /// Expects the host's own 404 response.
    pub fn of_the_host() -> Self {
        Self { media_type: Some(TEXT), text: Some("the host has nothing here"), ..Self::status(404) }
    }

    /// Expects a problem (RFC 9457) with this status. `name` is the last part of its `type`.
    pub fn problem(status: u16, name: &'static str) -> Self {
        Self { media_type: Some(PROBLEM), problem: Some(name), cache: Some("no-store"), ..Self::status(status) }
    }

    /// Expects a response of the JSON API, with this status, `no-store` and a JSON body.
    pub fn json(status: u16) -> Self {
        Self { media_type: Some(JSON), cache: Some("no-store"), ..Self::status(status) }.header("pragma", "no-cache")
    }

    /// Expects an error of RFC 6749 §5.2.
    pub fn oauth(status: u16, error: &'static str) -> Self {
        Self { problem: Some(error), ..Self::json(status) }
    }

    /// Expects a response without a body.
    pub fn empty(status: u16) -> Self {
        Self { text: Some(""), ..Self::status(status) }
    }

    pub fn challenge(mut self, challenge: &'static str) -> Self {
        self.challenge = Some(challenge);
        self
    }

    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    pub fn says(mut self, text: &'static str) -> Self {
        self.text = Some(text);
        self
    }
}
