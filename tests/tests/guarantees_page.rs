//! The commands in `docs/guarantees.md` that restore a backup work unchanged.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::path::Path;

use e2e::binary::{self, Daemon, program};
use e2e::native::Native;
use serde_json::{Value, json};
use tokio::process::Command;

const PAGE: &str = include_str!("../../docs/guarantees.md");

/// Returns the commands of the section on backups: backup, restore, check.
fn commands() -> [&'static str; 3] {
    let (_, section) = PAGE.split_once("\n## Restore from a backup\n").expect("the section");
    let (_, block) = section.split_once("```sh\n").expect("its commands");
    let lines: Vec<_> = block.split("```").next().unwrap().lines().collect();
    lines.try_into().expect("three commands")
}

/// Runs a line of the page in `directory`, on the journal in `data`. Returns true if it exits with 0, and its
/// output.
async fn run(line: &str, directory: &Path, data: &str) -> (bool, String) {
    let command = line.split('#').next().unwrap().trim();
    let arguments = command.strip_prefix("chat-server ").expect("a command of chat-server");
    let mut command = Command::new(program("chat-server"));
    command.args(arguments.split(' ')).args(["--data", data]).current_dir(directory);
    let (code, out, log) = binary::run(&mut command).await;
    (code == Some(0), out + &log)
}

/// Returns the id and the epoch of the daemon's journal.
async fn journal_of(daemon: &Daemon) -> [Value; 2] {
    let mut client = Native::connect(daemon.address).await;
    client.send(&json!({"type": "about"})).await;
    let about = client.expect("about").await;
    [about["journal"]["id"].clone(), about["journal"]["epoch"].clone()]
}

#[tokio::test]
async fn the_commands_of_the_page_restore_a_backup() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let data = data.to_str().unwrap();
    let [backup, restore, check] = commands();

    let mut daemon = Daemon::start(&["--data", data]).await;
    let [id, epoch] = journal_of(&daemon).await;
    let mut ana = Native::join(daemon.address, "ana").await;
    ana.say_accepted(1, "before the backup").await;
    let (is_done, printed) = run(backup, directory.path(), data).await;
    assert!(is_done, "{backup}: {printed}");
    ana.say_accepted(2, "after the backup").await;

    let (is_done, printed) = run(restore, directory.path(), data).await;
    assert!(!is_done && printed.contains("in use"), "a running daemon: {printed}");
    // A killed daemon leaves its write-ahead log.
    daemon.signal("KILL");
    daemon.exit_code().await;
    for line in [restore, check] {
        let (is_done, printed) = run(line, directory.path(), data).await;
        assert!(is_done, "{line}: {printed}");
    }

    let daemon = Daemon::start(&["--data", data]).await;
    let [id_now, epoch_now] = journal_of(&daemon).await;
    assert_eq!(id_now, id);
    assert_ne!(epoch_now, epoch);
    let mut bob = Native::join(daemon.address, "bob").await;
    assert_eq!(bob.texts().await, ["before the backup"]);
}
