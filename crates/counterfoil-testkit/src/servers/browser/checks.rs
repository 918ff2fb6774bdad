//! Checks of a page: the browser's own errors, and axe-core.

use std::path::Path;

use super::Browser;

/// Says what breaks a rule: the rule, what it wants, and each element that breaks it.
const JUDGE: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, {resultTypes: ['violations']}).then(found => done({
        rules: found.passes.length,
        broken: found.violations.map(rule => rule.id + ': ' + rule.help + '\\n' + rule.nodes.map(node =>
            '    ' + node.html + '\\n        ' + (node.failureSummary || '').replaceAll('\\n', ' ')).join('\\n')),
    }), error => done({rules: 0, broken: [String(error)]}))";

impl Browser {
    /// What the browser complained of since the last call: scripts that failed, what the policy forbade, what was not
    /// found. A page's own status is no complaint: a refusal is 403 by design.
    ///
    /// # Panics
    ///
    /// Where the driver's answer is none.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.engine.vendor().complaints(self).unwrap_or_else(|refusal| panic!("complaints: {refusal}"))
    }

    /// What axe-core finds wrong with the page; `axe` is its file. The driver injects it, which the page's content
    /// policy does not stop.
    ///
    /// # Panics
    ///
    /// Where the file is missing, and where axe-core finds nothing to judge.
    #[must_use]
    pub fn barriers(&self, axe: &Path) -> Vec<String> {
        let source = std::fs::read_to_string(axe)
            .unwrap_or_else(|error| panic!("{}: {error}: run `.ci/clients`, which installs it", axe.display()));
        // In one script: what one leaves behind, the next does not always find.
        let found = self.script_that_calls_back(&format!("{source};{JUDGE}"), &[]);
        let broken: Vec<_> = found["broken"].as_array().expect("rules").iter().map(super::text).collect();
        assert!(!broken.is_empty() || found["rules"].as_u64() > Some(5), "axe-core judged nothing: {found}");
        broken
    }
}
