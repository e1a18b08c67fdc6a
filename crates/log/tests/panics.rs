//! Panics are logged and do not go to standard error. A file of its own, since the panic hook is global to
//! the process.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::fs;

use chat_log::{Format, Log, first_panic, log_panics};
use tempfile::TempDir;

#[test]
fn a_panic_is_logged() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("log");
    let (log, _) = Log::to_file(&path, Format::Text);
    log_panics(Some(log.clone()));
    let ended = std::thread::Builder::new()
        .name("worker".to_owned())
        .spawn(|| panic!("out of {}", "luck"))
        .unwrap()
        .join();
    assert!(ended.is_err());
    log.flush();
    let written = fs::read_to_string(&path).unwrap();
    assert!(
        written.contains("ERROR thread worker panicked at crates/log/tests/panics.rs:"),
        "{written}"
    );
    assert!(written.contains(": out of luck"), "{written}");
    assert!(first_panic().is_some_and(|first| first.ends_with(": out of luck")));
}
