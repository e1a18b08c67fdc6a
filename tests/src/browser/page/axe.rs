//! The findings of axe-core: reasons why somebody cannot use the page.

use std::path::Path;

use super::Page;

/// Where `scripts/browser` has put axe-core, below the directory of the workspace.
const AXE: &str = "target/browser/axe.min.js";

/// Checks the page, and names the rules that it breaks and the elements.
const RUN: &str = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})\
     .then((found) => found.violations.flatMap(({id, nodes}) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`)))";

impl Page {
    /// Checks the page with axe-core, if `scripts/browser` could get it.
    ///
    /// # Panics
    /// Panics if the page, as it is now, breaks a rule of WCAG 2.2 AA.
    pub async fn can_be_used_by_everybody(&self) {
        let axe = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(AXE);
        let Ok(axe) = std::fs::read_to_string(axe) else {
            #[allow(clippy::print_stderr, reason = "says what was not tested")]
            {
                eprintln!("skipped: no axe-core: run scripts/browser");
            }
            return;
        };
        if self.value("typeof axe").await == "undefined" {
            self.value(&format!("{axe}; 0")).await;
        }
        let broken = self.value(RUN).await;
        let broken: Vec<_> =
            broken.as_array().unwrap().iter().filter_map(|rule| rule.as_str()).collect();
        assert!(broken.is_empty(), "{broken:#?}");
    }
}
