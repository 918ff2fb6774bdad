//! Finds elements by CSS selector, and uses them. Each call waits until the element exists.

use std::path::Path;

use serde_json::{Value, json};

use super::wire::Refusal;
use super::{Browser, PAUSE, TRIES, text};

/// The name of the JSON member that contains an element's id (W3C WebDriver).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl Browser {
    /// Whether an element that matches the selector exists now.
    #[must_use]
    pub fn exists(&self, css: &str) -> bool {
        self.count(css) > 0
    }

    /// The number of elements that match the selector now.
    ///
    /// # Panics
    ///
    /// If the selector is invalid.
    #[must_use]
    pub fn count(&self, css: &str) -> usize {
        let found = self.post("elements", &json!({"using": "css selector", "value": css}));
        found.as_array().expect("elements").len()
    }

    /// The visible text of the element.
    #[must_use]
    pub fn text(&self, css: &str) -> String {
        text(&self.of(css, "GET", "text", None))
    }

    /// The visible texts of all elements that match the selector.
    ///
    /// # Panics
    ///
    /// If the selector is invalid.
    #[must_use]
    pub fn texts(&self, css: &str) -> Vec<String> {
        let all = self.script(
            "return [...document.querySelectorAll(arguments[0])].map(one => one.innerText)",
            &[Value::from(css)],
        );
        all.as_array().expect("texts").iter().map(text).collect()
    }

    /// The value of an attribute, as it is in the page's source. `None` if the element has no such attribute.
    #[must_use]
    pub fn attribute(&self, css: &str, name: &str) -> Option<String> {
        self.wait_for(css);
        let value = self.script(
            "return document.querySelector(arguments[0]).getAttribute(arguments[1])",
            &[Value::from(css), Value::from(name)],
        );
        value.as_str().map(str::to_owned)
    }

    /// The present value of a form field, which can differ from the attribute `value` in the page's source.
    #[must_use]
    pub fn value(&self, css: &str) -> String {
        text(&self.of(css, "GET", "property/value", None))
    }

    /// Whether the element is visible.
    #[must_use]
    pub fn is_shown(&self, css: &str) -> bool {
        self.of(css, "GET", "displayed", None) == true
    }

    /// Waits until an element that matches the selector exists.
    pub fn wait_for(&self, css: &str) {
        let _id = self.element(css);
    }

    /// Clicks an element that leads to no other page. For a link or a form, use [`follow`](Self::follow).
    pub fn click(&self, css: &str) {
        self.of(css, "POST", "click", Some(&json!({})));
    }

    /// Clicks the element, and waits until the next page has loaded.
    pub fn follow(&self, css: &str) {
        let before = self.element("html");
        self.click(css);
        self.wait("another page", |browser| {
            // Once the next page has replaced the previous one, the driver returns an error for an element of the
            // previous page.
            let gone = browser.ask("GET", &format!("element/{before}/name"), None);
            gone.is_err_and(|refusal| refusal.code == "stale element reference" || refusal.code == "no such element")
        });
        self.wait("the whole page", |browser| browser.script("return document.readyState", &[]) == "complete");
    }

    /// Replaces the text of a field by `value`.
    pub fn fill(&self, css: &str, value: &str) {
        self.of(css, "POST", "clear", Some(&json!({})));
        self.type_into(css, value);
    }

    /// Types into a field without clearing it first. If the field is for a file to upload, `keys` is the path of the
    /// file.
    pub fn type_into(&self, css: &str, keys: &str) {
        self.of(css, "POST", "value", Some(&json!({"text": keys})));
    }

    /// Chooses a file to upload.
    pub fn attach(&self, css: &str, file: &Path) {
        self.type_into(css, &file.display().to_string());
    }

    /// Sets the value of a field by a script, for a value that cannot be typed. Examples are a date, whose format
    /// depends on the browser's locale, and characters that are on no keyboard.
    pub fn set(&self, css: &str, value: &str) {
        self.wait_for(css);
        let _none = self.script(
            "const field = document.querySelector(arguments[0]); field.value = arguments[1];\
             field.dispatchEvent(new Event('input', {bubbles: true})); field.dispatchEvent(new Event('change', {bubbles: true}))",
            &[Value::from(css), Value::from(value)],
        );
    }

    /// Chooses from a list the option with this value.
    ///
    /// # Panics
    ///
    /// If the list has no such option.
    pub fn choose(&self, css: &str, value: &str) {
        self.set(css, value);
        assert_eq!(self.value(css), value, "the list {css} has no such option");
    }

    /// Submits a form without the browser's own validation, so that the test sees the server's answer. Waits for the
    /// next page.
    pub fn send_anyway(&self, form: &str) {
        self.wait_for(form);
        let _none = self.script("document.querySelector(arguments[0]).noValidate = true", &[Value::from(form)]);
        self.follow(&format!("{form} button:not([type=button])"));
    }

    /// Ticks a check box, or unticks it. Does nothing if the box is already in the requested state.
    pub fn tick(&self, css: &str, ticked: bool) {
        if (self.of(css, "GET", "selected", None) == true) != ticked {
            self.click(css);
        }
    }

    /// Presses keys in the element that has the focus. For a key without a character, such as Enter, use the code point
    /// that WebDriver defines.
    pub fn press(&self, keys: &str) {
        let actions: Vec<Value> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|what| json!({"type": what, "value": key.to_string()})))
            .collect();
        self.post("actions", &json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}));
    }

    /// Draws a line on the element with the mouse. The points are relative to the centre of the element.
    pub fn draw(&self, css: &str, points: &[(i32, i32)]) {
        let element = json!({ELEMENT: self.element(css)});
        let _none = self.script("arguments[0].scrollIntoView({block: 'center'})", std::slice::from_ref(&element));
        let mut actions = Vec::new();
        for (step, (x, y)) in points.iter().enumerate() {
            actions.push(json!({"type": "pointerMove", "duration": 20, "origin": element, "x": x, "y": y}));
            if step == 0 {
                actions.push(json!({"type": "pointerDown", "button": 0}));
            }
        }
        actions.push(json!({"type": "pointerUp", "button": 0}));
        self.post("actions", &json!({"actions": [{"type": "pointer", "id": "mouse", "actions": actions}]}));
    }

    /// The id of the first element that matches the selector. Waits until such an element exists.
    fn element(&self, css: &str) -> String {
        let sought = json!({"using": "css selector", "value": css});
        for _ in 0..TRIES {
            match self.ask("POST", "element", Some(&sought)) {
                Ok(found) => return text(&found[ELEMENT]),
                Err(Refusal { code, .. }) if code == "no such element" => std::thread::sleep(PAUSE),
                Err(refusal) => panic!("{css}: {refusal}"),
            }
        }
        panic!("no {css} at {}:\n{}", self.url(), self.source());
    }

    fn of(&self, css: &str, method: &str, what: &str, body: Option<&Value>) -> Value {
        let path = format!("element/{}/{what}", self.element(css));
        self.ask(method, &path, body).unwrap_or_else(|refusal| panic!("{css} {what}: {refusal}\n{}", self.source()))
    }
}
