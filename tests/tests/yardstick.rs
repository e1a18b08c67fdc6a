//! The benchmark `chat-load` measures both servers, loses no message, and reports wrong usage.

use std::process::{Command, Output};

use e2e::binary::program;

#[test]
fn a_short_load_is_measured_on_both_servers() {
    for target in ["rawfan", "ours"] {
        let measured = run(&["W1", "--in-flight", "64", "--messages", "300", "--target", target]);
        assert!(measured.status.success(), "{measured:?}");
        let line = text(&measured.stdout);
        assert!(line.starts_with(&format!("W1, {target}: ")), "{line}");
    }
}

#[test]
fn a_stalled_reader_receives_all_messages_later() {
    let measured = run(&["W8", "--lag", "stalls", "--in-flight", "8", "--messages", "200"]);
    assert!(measured.status.success(), "{measured:?}");
    assert!(text(&measured.stdout).contains("messages behind"), "{measured:?}");
}

#[test]
fn joins_are_measured() {
    for (workload, target) in [("W5", "ours"), ("W7", "ours"), ("W7", "ours-classic")] {
        let measured = run(&[workload, "--users", "50", "--target", target]);
        assert!(measured.status.success(), "{measured:?}");
    }
}

#[test]
fn options_without_effect_are_refused() {
    let refused = run(&["W4", "--in-flight", "5"]);
    assert!(!refused.status.success(), "{refused:?}");
    assert!(text(&refused.stderr).contains("--in-flight means nothing to W4"), "{refused:?}");
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn run(args: &[&str]) -> Output {
    // It expects the servers in its own directory.
    Command::new(program("chat-load")).arg("run").args(args).output().expect("chat-load runs")
}
