//! A row of the table: a request and what its answer must be.

/// A request and its answer. Texts of the request may hold `{names}`, which the [scene](crate::scene) fills.
#[derive(Clone, Debug)]
pub struct Case {
    pub name: &'static str,
    /// Requests that are sent first. Their statuses must be below 500.
    pub before: Vec<Send>,
    /// The method of the store that fails while the request is sent.
    pub outage: Option<&'static str>,
    pub send: Send,
    pub expected: Expected,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Send {
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
}

/// The body of a request.
#[derive(Clone, Debug)]
pub enum Body {
    None,
    Text(String),
    /// In pieces, without a length.
    Chunked(String),
    /// That many bytes are announced and none is sent.
    Announced(usize),
}

/// The parts of an answer that a case states. The test also compares the whole answers of all frameworks.
#[derive(Clone, Debug)]
pub struct Expected {
    pub status: u16,
    pub challenge: Option<&'static str>,
    pub media_type: Option<&'static str>,
    /// The end of a problem's type, or `error` of RFC 6749 §5.2.
    pub problem: Option<&'static str>,
    pub cache: Option<&'static str>,
    /// Other headers.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The whole body.
    pub text: Option<&'static str>,
}

pub const PROBLEM: &str = "application/problem+json";
pub const JSON: &str = "application/json";
pub const TEXT: &str = "text/plain; charset=utf-8";

pub fn case(name: &'static str, send: Send, expected: Expected) -> Case {
    Case { name, before: Vec::new(), outage: None, send, expected }
}

impl Case {
    pub fn after(mut self, send: Send) -> Self {
        self.before.push(send);
        self
    }

    pub fn outage(mut self, method: &'static str) -> Self {
        self.outage = Some(method);
        self
    }
}

pub fn send(method: &'static str, path: &str) -> Send {
    Send { method, path: path.to_owned(), headers: Vec::new(), body: Body::None }
}

pub fn get(path: &str) -> Send {
    send("GET", path)
}

impl Send {
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// With the credential of that name.
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

    /// The answer of one of the host's handlers.
    pub fn text(text: &'static str) -> Self {
        Self { media_type: Some(TEXT), text: Some(text), ..Self::status(200) }
    }

    /// The host's own 404.
    pub fn of_the_host() -> Self {
        Self { media_type: Some(TEXT), text: Some("the host has nothing here"), ..Self::status(404) }
    }

    /// A problem (RFC 9457).
    pub fn problem(status: u16, name: &'static str) -> Self {
        Self { media_type: Some(PROBLEM), problem: Some(name), cache: Some("no-store"), ..Self::status(status) }
    }

    /// An answer of the JSON API.
    pub fn json(status: u16) -> Self {
        Self { media_type: Some(JSON), cache: Some("no-store"), ..Self::status(status) }.header("pragma", "no-cache")
    }

    /// An error of RFC 6749 §5.2.
    pub fn oauth(status: u16, error: &'static str) -> Self {
        Self { problem: Some(error), ..Self::json(status) }
    }

    /// Without a body.
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
