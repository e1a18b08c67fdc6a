//! The rule of tests: there are at least as many as `tests/test-count` says. The number is raised from time to time,
//! and lowered only by a commit that says which test was removed, and why.

use crate::sources::{files, read};

const FIGURE: &str = "tests/test-count";

#[test]
fn there_are_at_least_as_many_tests_as_the_file_says() {
    let figure: usize = read(FIGURE).trim().parse().expect("a number");
    let sources = files(&["crates", "tests", "tools"], "rs");
    let count: usize = sources.iter().map(|source| tests(&source.text)).sum();
    assert!(count >= figure, "{count} tests are left; {FIGURE} requires {figure}");
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
