//! The yardstick measures both servers, and nothing is lost.

use std::process::{Command, Output};

use e2e::binary::program;

#[test]
fn a_short_load_is_measured_on_both_servers() {
    for target in ["rawfan", "ours"] {
        let measured = run(&["W1", "--in-flight", "64", "--messages", "300", "--target", target]);
        assert!(measured.status.success(), "{measured:?}");
        let line = String::from_utf8(measured.stdout).unwrap();
        assert!(line.starts_with(&format!("W1, {target}: ")), "{line}");
    }
}

#[test]
fn those_who_come_are_measured() {
    for workload in ["W5", "W7"] {
        let measured = run(&[workload, "--users", "50", "--target", "ours"]);
        assert!(measured.status.success(), "{measured:?}");
    }
}

fn run(args: &[&str]) -> Output {
    // It looks for the servers beside itself.
    Command::new(program("chat-load")).arg("run").args(args).output().expect("it runs")
}
