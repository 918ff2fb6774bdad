//! Checks of a page: the errors that the browser reports, and the faults that axe-core finds.

use std::path::Path;

use super::Browser;

/// A script that runs axe-core. It returns each accessibility rule that the page breaks, and the elements that break
/// it.
const JUDGE: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, {resultTypes: ['violations']}).then(found => done({
        rules: found.passes.length,
        broken: found.violations.map(rule => rule.id + ': ' + rule.help + '\\n' + rule.nodes.map(node =>
            '    ' + node.html + '\\n        ' + (node.failureSummary || '').replaceAll('\\n', ' ')).join('\\n')),
    }), error => done({rules: 0, broken: [String(error)]}))";

impl Browser {
    /// The errors that the browser reported since the last call: failed scripts, requests that the content security
    /// policy blocked, and missing files. A status with which the service refuses a request, such as 403, is not
    /// reported.
    ///
    /// # Panics
    ///
    /// If the driver gives no answer.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.engine.vendor().complaints(self).unwrap_or_else(|refusal| panic!("complaints: {refusal}"))
    }

    /// The accessibility faults that axe-core finds on the page. `axe` is the path of axe-core's script. The driver
    /// runs the script in the page, so the page's content security policy does not block it.
    ///
    /// # Panics
    ///
    /// If the file is missing, or if axe-core checks nothing.
    #[must_use]
    pub fn barriers(&self, axe: &Path) -> Vec<String> {
        let source = std::fs::read_to_string(axe)
            .unwrap_or_else(|error| panic!("{}: {error}: run `.ci/clients`, which installs it", axe.display()));
        // Both parts run as one script, because a global variable that one call sets is not always visible to the next
        // call.
        let found = self.script_that_calls_back(&format!("{source};{JUDGE}"), &[]);
        let broken: Vec<_> = found["broken"].as_array().expect("rules").iter().map(super::text).collect();
        assert!(!broken.is_empty() || found["rules"].as_u64() > Some(5), "axe-core judged nothing: {found}");
        broken
    }
}
