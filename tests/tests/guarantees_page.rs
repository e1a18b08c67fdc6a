//! `docs/guarantees.md` says how a backup is restored: its commands do it, as they stand there.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::path::Path;

use e2e::binary::{Daemon, program};
use e2e::native::Native;
use serde_json::{Value, json};
use tokio::process::Command;

const PAGE: &str = include_str!("../../docs/guarantees.md");

/// The commands of the section on restoring: backup, restore, check.
fn commands() -> [&'static str; 3] {
    let (_, section) = PAGE.split_once("\n## Restore from a backup\n").expect("the section");
    let (_, block) = section.split_once("```sh\n").expect("its commands");
    let lines: Vec<_> = block.split("```").next().unwrap().lines().collect();
    lines.try_into().expect("three commands")
}

/// Runs a line of the page in `directory`, on the journal in `data`. Returns whether it exits with 0, and
/// what it writes.
async fn run(line: &str, directory: &Path, data: &str) -> (bool, String) {
    let command = line.split('#').next().unwrap().trim();
    let arguments =
        command.strip_prefix("chat-server ").expect("a command of the daemon's program");
    let mut command = Command::new(program("chat-server"));
    command.args(arguments.split(' ')).args(["--data", data]).current_dir(directory);
    let output = command.output().await.unwrap();
    let written = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(written).unwrap())
}

/// The id and the epoch of the daemon's journal.
async fn journal_of(daemon: &Daemon) -> [Value; 2] {
    let mut client = Native::connect(daemon.address).await;
    client.send(&json!({"type": "about"})).await;
    let about = client.expect("about").await;
    [about["journal"]["id"].clone(), about["journal"]["epoch"].clone()]
}

#[tokio::test]
async fn a_backup_is_restored_as_the_page_says() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let data = data.to_str().unwrap();
    let [backup, restore, check] = commands();

    let mut daemon = Daemon::start(&["--data", data]).await;
    let [id, epoch] = journal_of(&daemon).await;
    let mut ana = Native::join(daemon.address, "ana").await;
    ana.tell_all(1, "before the backup").await;
    let (is_done, written) = run(backup, directory.path(), data).await;
    assert!(is_done, "{backup}: {written}");
    ana.tell_all(2, "after the backup").await;

    let (is_done, written) = run(restore, directory.path(), data).await;
    assert!(!is_done && written.contains("in use"), "beside a daemon: {written}");
    // Killed, it leaves its log beside the journal.
    daemon.signal("KILL");
    daemon.exit_code().await;
    for line in [restore, check] {
        let (is_done, written) = run(line, directory.path(), data).await;
        assert!(is_done, "{line}: {written}");
    }

    let daemon = Daemon::start(&["--data", data]).await;
    let [id_now, epoch_now] = journal_of(&daemon).await;
    assert_eq!(id_now, id);
    assert_ne!(epoch_now, epoch);
    let mut bob = Native::join(daemon.address, "bob").await;
    bob.send(&json!({"type": "history", "room": "#lobby"})).await;
    let history = bob.until("history").await;
    let texts: Vec<_> =
        history["messages"].as_array().unwrap().iter().map(|m| &m["text"]).collect();
    assert_eq!(texts, ["before the backup"]);
}
