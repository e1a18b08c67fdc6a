//! The rule of tests: there are never fewer than `tests/test-count` says. The figure is raised from time to
//! time, and lowered only by a commit that says which test went, and why.

use crate::sources::{files, read};

const FIGURE: &str = "tests/test-count";

#[test]
fn there_are_no_fewer_tests_than_the_figure_says() {
    let figure: usize = read(FIGURE).trim().parse().expect("a number");
    let sources = files(&["crates", "tests", "tools"], "rs");
    let count: usize = sources.iter().map(|source| tests(&source.text)).sum();
    assert!(count >= figure, "{count} tests are left of {figure}");
}

#[test]
fn tests_are_counted_in_all_their_forms() {
    let source = "
#[test]
fn one() {}
    #[tokio::test(start_paused = true)]
    async fn two() {}
proptest! {
    #[test]
    fn three(x in 0..9) {}
}
// #[test]
let not_one = \"#[test]\";
";
    assert_eq!(tests(source), 3);
}

fn tests(source: &str) -> usize {
    let is_one = |line: &str| {
        let line = line.trim_start();
        line.starts_with("#[test]") || line.starts_with("#[tokio::test")
    };
    source.lines().filter(|line| is_one(line)).count()
}
